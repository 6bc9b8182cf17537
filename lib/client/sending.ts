/**
 * How well each child is sent to, from what browsers count at the parent's end of its link. Counts go
 * on for as long as the link does; whoever wants to know about the last seconds takes a difference.
 * Pure. This module is browser compatible.
 */

/** What is known of the link to one child; null where a browser does not say. */
export interface SendingLink {
  /** Names the link for as long as it lasts. */
  id: string;
  /** Pictures a second that the source gives. */
  sourceFramesPerSecond: number | null;
  /** Pictures a second that leave. */
  framesPerSecond: number | null;
  /** What keeps the encoder from what it was told: `cpu`, `bandwidth`, `other`, or `none`. */
  limitedBy: string | null;
  framesEncoded: number;
  /** What all of them took to be encoded, in ms. */
  encodeMs: number;
  packetsSent: number;
  /** As the child tells it. */
  packetsLost: number;
  /** What the link is believed to carry, in bit/s. */
  availableBitrate: number | null;
}

/** What a peer's links are like that it sends over. */
export interface SendingStats {
  /** A link for each child to which a picture is sent. */
  sending: readonly SendingLink[];
}

/** Reads how each child is sent to; those who get no picture are left out. */
export function countSending(all: readonly RTCStatsReport[]): SendingStats {
  return { sending: all.flatMap((reports) => sendingOf(reports) ?? []) };
}

function sendingOf(reports: RTCStatsReport): SendingLink | null {
  // deno-lint-ignore no-explicit-any -- the types of the statistics lack what is read of them
  const list: any[] = [...reports.values()];
  const sent = list.find(({ type, kind }) => type === "outbound-rtp" && kind === "video");
  if (!sent) return null;
  const source = list.find(({ type, kind }) => type === "media-source" && kind === "video");
  const heard = list.find(({ type, kind }) => type === "remote-inbound-rtp" && kind === "video");
  const transport = list.find(({ type }) => type === "transport");
  const pair = list.find(({ type, id, nominated, state }) =>
    type === "candidate-pair" &&
    (transport ? id === transport.selectedCandidatePairId : nominated && state === "succeeded")
  );
  return {
    id: `${sent.id}/${sent.ssrc}`,
    sourceFramesPerSecond: source?.framesPerSecond ?? null,
    framesPerSecond: sent.framesPerSecond ?? null,
    limitedBy: sent.qualityLimitationReason ?? null,
    framesEncoded: sent.framesEncoded ?? 0,
    encodeMs: (sent.totalEncodeTime ?? 0) * 1000,
    packetsSent: sent.packetsSent ?? 0,
    packetsLost: Math.max(0, heard?.packetsLost ?? 0),
    availableBitrate: pair?.availableOutgoingBitrate ?? null,
  };
}
