/**
 * Reads what a browser counts of one end of a link. Decides nothing. This module is browser compatible.
 */

/** Returns the reports of a sender or receiver; none of a link that has been closed meanwhile. */
export async function reportsOf(
  end: RTCRtpSender | RTCRtpReceiver,
  // deno-lint-ignore no-explicit-any -- the types of the statistics lack what is read of them
): Promise<any[]> {
  try {
    return [...(await end.getStats()).values()];
  } catch {
    return [];
  }
}
