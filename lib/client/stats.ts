/**
 * What a page is told about its part in a broadcast when it asks, put together from what browsers count
 * of its links. Pure. This module is browser compatible.
 */
import type { RelayMode } from "../protocol/mod.ts";
import { reportOf } from "./latency/link_readings.ts";
import type { SendingStats } from "./sending.ts";
import type { TributaryState } from "./tributary_state.ts";

/** What `getStats` resolves with. What is not known, or does not apply, is null. */
export interface TributaryStats extends WatchingStats, RelayingStats, SendingStats {
  /** When it was counted, in ms since the page was opened, as `performance.now()`. */
  timestamp: number;
  state: TributaryState;
  /** How what is watched is passed on. */
  relayMode: RelayMode | null;
}

/** The part of a viewer; everything is null or 0 for a broadcaster, but its depth. */
export interface WatchingStats {
  /** The id of the parent whose stream is shown, as the tree has it. */
  parent: string | null;
  /** Links between the broadcaster and this peer: 0 for the broadcaster itself. */
  depth: number | null;
  /**
   * How old the picture is when it is handed to the player: from its capture in the broadcaster's
   * browser, over all links, in ms. It is measured, and null where somebody on the way cannot tell.
   * What cameras and screens take is not in it.
   */
  latencyMs: number | null;
  /** The part of it that a frame waits here until it has come as a whole and is decoded, in ms. */
  bufferMs: number | null;
  /** To the parent and back at best, in ms. */
  roundTripMs: number | null;
  frameWidth: number | null;
  frameHeight: number | null;
  framesPerSecond: number | null;
  /** What has come in over the link to the present parent, sound and picture. */
  bytesReceived: number;
  packetsReceived: number;
  packetsLost: number;
  /** What comes in, in bit/s, since the last look some time ago; null at first. */
  bitrate: number | null;
}

/** What a peer does for others. */
export interface RelayingStats {
  /** How many it carries. */
  children: number;
  /** What was sent to them, sound and picture. */
  bytesSent: number;
}

/** What is said of who watches nothing. */
export const NOT_WATCHING: WatchingStats = {
  parent: null,
  depth: null,
  latencyMs: null,
  bufferMs: null,
  roundTripMs: null,
  frameWidth: null,
  frameHeight: null,
  framesPerSecond: null,
  bytesReceived: 0,
  packetsReceived: 0,
  packetsLost: 0,
  bitrate: null,
};

/** What is said of who carries nobody. */
export const NOT_RELAYING: RelayingStats = { children: 0, bytesSent: 0 };

/** What a link has brought, at its child's end. */
export function countWatched(reports: RTCStatsReport): Omit<
  WatchingStats,
  "parent" | "depth" | "latencyMs" | "bufferMs" | "roundTripMs" | "bitrate"
> {
  const picture = reportOf(reports, "inbound-rtp");
  const sum = (field: string) => sumOf([reports], "inbound-rtp", field);
  return {
    frameWidth: picture?.frameWidth ?? null,
    frameHeight: picture?.frameHeight ?? null,
    framesPerSecond: picture?.framesPerSecond ?? null,
    bytesReceived: sum("bytesReceived"),
    packetsReceived: sum("packetsReceived"),
    // Packets that come twice make it fall below 0.
    packetsLost: Math.max(0, sum("packetsLost")),
  };
}

/** What the links to all children have taken. */
export function countRelayed(reports: readonly RTCStatsReport[]): RelayingStats {
  return { children: reports.length, bytesSent: sumOf(reports, "outbound-rtp", "bytesSent") };
}

function sumOf(all: readonly RTCStatsReport[], type: string, field: string): number {
  let sum = 0;
  for (const reports of all) {
    for (const report of reports.values()) if (report.type === type) sum += report[field] ?? 0;
  }
  return sum;
}
