/**
 * What browsers say of the picture on a link, as it is needed to tell how old it is. Which of it a
 * browser says differs: what is missing is null. Decides nothing.
 * This module is browser compatible.
 */
import type { LinkLook, ShownFrame } from "./link_latency.ts";

/** From the first second of NTP, in 1900, to that of all other clocks. */
const NTP_EPOCH_MS = 2_208_988_800_000;

interface SynchronizationSource {
  rtpTimestamp?: number;
  timestamp: number;
  /** In ms of NTP. */
  captureTimestamp?: number;
  senderCaptureTimeOffset?: number;
}

/** The frame that is shown now; null when none has come for some seconds. */
export function shownFrame(receivers: readonly RTCRtpReceiver[]): ShownFrame | null {
  const receiver = receivers.find(({ track }) => track.kind === "video");
  const [source] = (receiver?.getSynchronizationSources() ?? []) as SynchronizationSource[];
  if (source?.rtpTimestamp === undefined) return null;
  const { rtpTimestamp, timestamp, captureTimestamp, senderCaptureTimeOffset = 0 } = source;
  const stampedAt = captureTimestamp === undefined
    ? null
    : captureTimestamp - NTP_EPOCH_MS + senderCaptureTimeOffset;
  return { rtpTimestamp, shownAt: timestamp, stampedAt };
}

/** Counts of frames and the time that went by with them, in ms; both only grow. */
export interface Spent {
  count: number;
  ms: number;
}

/** What went by for each since an earlier look, or ever; null without any. */
export function spentEachMs(now: Spent | null, before: Spent | null): number | null {
  if (!now) return null;
  const count = now.count - (before?.count ?? 0);
  // After a standstill, or when the link is another one.
  if (count <= 0) return now.count > 0 ? now.ms / now.count : null;
  return (now.ms - (before?.ms ?? 0)) / count;
}

/** How long frames have waited here, from their first packet until they were decoded. */
export function waited(reports: RTCStatsReport): Spent | null {
  const inbound = reportOf(reports, "inbound-rtp");
  if (!inbound?.framesDecoded) return null;
  const { framesDecoded, totalProcessingDelay, jitterBufferEmittedCount } = inbound;
  if (totalProcessingDelay !== undefined) {
    return { count: framesDecoded, ms: 1_000 * totalProcessingDelay };
  }
  if (!jitterBufferEmittedCount) return null;
  const each = inbound.jitterBufferDelay / jitterBufferEmittedCount +
    (inbound.totalDecodeTime ?? 0) / framesDecoded;
  return { count: framesDecoded, ms: 1_000 * each * framesDecoded };
}

/** How long frames took to be encoded for a child. */
export function encoded(reports: RTCStatsReport): Spent | null {
  const outbound = reportOf(reports, "outbound-rtp");
  if (outbound?.totalEncodeTime === undefined) return null;
  return { count: outbound.framesEncoded ?? 0, ms: 1_000 * outbound.totalEncodeTime };
}

/** How long packets of the picture then waited to be sent. */
export function heldBack(reports: RTCStatsReport): Spent | null {
  const outbound = reportOf(reports, "outbound-rtp");
  if (outbound?.totalPacketSendDelay === undefined) return null;
  return { count: outbound.packetsSent ?? 0, ms: 1_000 * outbound.totalPacketSendDelay };
}

/** The clocks in the statistics of a link, at the child's end; null while no picture comes. */
export function clocksOf(
  reports: RTCStatsReport,
): Pick<LinkLook, "statsNow" | "report"> | null {
  const inbound = reportOf(reports, "inbound-rtp");
  if (!inbound) return null;
  const remote = reportOf(reports, "remote-outbound-rtp");
  const isComplete = remote?.remoteTimestamp !== undefined;
  return {
    statsNow: inbound.timestamp,
    report: isComplete ? { sentAt: remote.remoteTimestamp, cameAt: remote.timestamp } : null,
  };
}

/** The report of the picture, of one type. */
// deno-lint-ignore no-explicit-any -- the types of the statistics lack what is read here
export function reportOf(reports: RTCStatsReport, type: string): any | null {
  for (const report of reports.values()) {
    if (report.type === type && report.kind === "video") return report;
  }
  return null;
}
