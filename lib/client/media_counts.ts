/**
 * Counts what comes in over links and what goes out, from the statistics that browsers keep. The
 * numbers say only whether something moves. Knows nothing of what that means.
 * This module is browser compatible.
 */

import { reportsOf } from "./reports_of.ts";

/** How much there has been; while links stay as they are, the numbers only grow. */
export interface MediaCounts {
  /** Frames of the picture: those that were decoded, or that the source gave. */
  frames: number;
  /** Packets of the sound that came, or seconds of sound that the source gave. */
  sounds: number;
}

/**
 * Counts what has come in. Packets of a picture do not count, as they may never become one; browsers
 * decode in hidden tabs as well, and without anybody who watches.
 */
export function countReceived(reports: RTCStatsReport): MediaCounts {
  const counts = { frames: 0, sounds: 0 };
  for (const report of reports.values()) {
    if (report.type !== "inbound-rtp") continue;
    if (report.kind === "video") counts.frames += report.framesDecoded ?? 0;
    else counts.sounds += report.packetsReceived ?? 0;
  }
  return counts;
}

/**
 * Counts what the tracks of senders have given. A track that is disabled gives black frames and
 * silence; one that has ended, and a canvas or a screen that does not change, give nothing.
 */
export async function countSent(senders: readonly RTCRtpSender[]): Promise<MediaCounts> {
  const counts = { frames: 0, sounds: 0 };
  for (const sender of senders) {
    // Now: the track may be taken away while the statistics are read.
    const kind = sender.track?.kind;
    if (!kind) continue;
    const reports = await reportsOf(sender);
    // Where a browser does not tell, or not all, of its sources, it tells what became of them.
    const source = reports.find(({ type }) => type === "media-source");
    const sent = reports.find(({ type }) => type === "outbound-rtp");
    if (kind === "video") counts.frames += source?.frames ?? sent?.framesSent ?? 0;
    else counts.sounds += source?.totalSamplesDuration ?? sent?.packetsSent ?? 0;
  }
  return counts;
}
