/**
 * From what the SDK has counted to figures over time, and to what people read. Pure.
 * This module is browser compatible.
 */
import type { TributaryStats } from "../../../lib/client/mod.ts";
import type { Totals } from "../totals.ts";

/** One figure over time: a value for each time, null where there is none. */
export interface Curve {
  name: string;
  unit: string;
  values: (number | null)[];
  /** A second one in the same picture, and what tells the two apart. */
  second?: { name: string; values: (number | null)[] };
}

/** What there is to plot. */
export interface Curves {
  /** In seconds, growing. */
  times: number[];
  curves: Curve[];
}

/** What came and went between two looks; null where it cannot be said. */
export interface Rates {
  /** In bit/s. */
  received: number | null;
  given: number | null;
  /** Lost packets in a hundred. */
  loss: number | null;
}

/** Compares two looks at the same links; counters that have begun anew say nothing. */
export function ratesBetween(before: TributaryStats, after: TributaryStats): Rates {
  const seconds = (after.timestamp - before.timestamp) / 1_000;
  const rate = (from: number, to: number) =>
    seconds > 0 && to >= from ? (to - from) * 8 / seconds : null;
  // Another parent has counters of its own, which may be higher.
  const isSame = before.parent === after.parent && after.packetsReceived >= before.packetsReceived;
  const lost = after.packetsLost - before.packetsLost;
  const all = after.packetsReceived - before.packetsReceived + lost;
  return {
    received: isSame ? rate(before.bytesReceived, after.bytesReceived) : null,
    given: rate(before.bytesSent, after.bytesSent),
    loss: isSame && lost >= 0 && all > 0 ? 100 * lost / all : null,
  };
}

/** Makes curves of all that was counted. */
export function curvesOf(samples: readonly TributaryStats[]): Curves {
  const rates = samples.map((sample, i) =>
    i === 0 ? { received: null, given: null, loss: null } : ratesBetween(samples[i - 1]!, sample)
  );
  const inMbit = (value: number | null) => value === null ? null : value / 1_000_000;
  return {
    times: samples.map(({ timestamp }) => timestamp / 1_000),
    curves: [
      { name: "Behind live", unit: "ms", values: samples.map(({ latencyMs }) => latencyMs) },
      {
        name: "In",
        unit: "Mbit/s",
        values: rates.map(({ received }) => inMbit(received)),
        second: { name: "Out", values: rates.map(({ given }) => inMbit(given)) },
      },
      {
        name: "Frame rate",
        unit: "fps",
        values: samples.map(({ framesPerSecond }) => framesPerSecond),
      },
      { name: "Loss", unit: "%", values: rates.map(({ loss }) => loss) },
    ],
  };
}

/** Digits after the point, for units of which a whole one is much. */
const DIGITS: Record<string, number> = { "%": 1, "Mbit/s": 2 };

/** Formats the last value of a curve: "312 ms", or a dash. */
export function formatLast(values: readonly (number | null)[], unit: string): string {
  const last = values.at(-1) ?? null;
  if (last === null) return "–";
  const text = last.toFixed(DIGITS[unit] ?? 0);
  return `${text} ${unit}`;
}

/** The text of the overlay, in pairs. */
export function factsOf(stats: TributaryStats, totals: Totals): [name: string, value: string][] {
  const { frameWidth, frameHeight, bufferMs, roundTripMs, depth, parent, children } = stats;
  return [
    ["Picture", frameWidth && frameHeight ? `${frameWidth} × ${frameHeight}` : "–"],
    ["Jitter buffer", inMs(bufferMs)],
    ["Round trip", inMs(roundTripMs)],
    ["Links to the broadcaster", depth === null ? "–" : String(depth)],
    ["Parent", depth === 1 ? "The broadcaster" : parent?.slice(0, 8) ?? "–"],
    ["Passing on", MODES[stats.relayMode ?? "unknown"]],
    ["Viewers carried", String(children)],
    ["Received", formatBytes(totals.bytesReceived)],
    ["Given", formatBytes(totals.bytesGiven)],
  ];
}

const MODES = {
  forward: "As it comes",
  "re-encode": "Encoded again",
  none: "Off",
  unknown: "–",
};

function inMs(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

/** Formats an amount of data: "12.3 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}
