/**
 * What a child's offer made at its parent's end, before anything is sent over it. This module is
 * browser compatible.
 */
import { negotiateExtension } from "../header_extensions.ts";

/**
 * Directs a child's transceivers: one for sound and one for picture send, what else was offered stays
 * unused. Returns those that send.
 *
 * @param group its id groups sound and picture at the child; older clients see no stream without it
 */
export function directToChild(
  transceivers: readonly RTCRtpTransceiver[],
  group: MediaStream,
): RTCRtpTransceiver[] {
  const sending = new Map<string, RTCRtpTransceiver>();
  for (const transceiver of transceivers) {
    const { kind } = transceiver.receiver.track;
    if (sending.has(kind)) {
      transceiver.direction = "inactive";
      continue;
    }
    transceiver.direction = "sendonly";
    transceiver.sender.setStreams(group);
    negotiateExtension(transceiver, "frameNumbers", "sendrecv");
    sending.set(kind, transceiver);
  }
  return [...sending.values()];
}
