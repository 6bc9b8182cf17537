/** What the media benchmark measures, and how it is made of what a chain has counted and seen. Pure. */
import type { RelayMode } from "../../lib/client/mod.ts";
import type { ChainHeard, LinkCounts } from "./chain.ts";
import type { CpuShares } from "./cpu.ts";
import type { Shape } from "./options.ts";
import type { Comparison } from "./page/comparing.ts";
import type { LaneFigures } from "./page/relay_ends.ts";
import type { Seen, Waits } from "./page/viewer.ts";
import { compareTraces, isIdentical, type TraceComparison } from "./traces.ts";

/** One viewer, and the link to its parent. */
export interface DepthFigures {
  depth: number;
  /** What its parent's encoder took for a frame, in ms. */
  encodeMs: number;
  /** Of the pictures that were compared, against the original. */
  psnrDb: number;
  /** The greatest difference from what the first viewer saw of the same picture, in dB. */
  psnrOffDb: number;
  /** How many pictures that comes from. */
  comparedCount: number;
  /** How many of them have the very pixels that the first viewer saw. */
  samePixelsCount: number;
  latencyP50Ms: number;
  latencyP90Ms: number;
  /** What the SDK says of the latency; NaN where it cannot tell. */
  saidP50Ms: number;
  waits: Waits;
  /** That WebRTC counts. */
  freezes: number;
  longestGapMs: number;
  /** How long frames wait before they are decoded. */
  jitterBufferMs: number;
  /** The same of the sound: pictures wait for it. */
  soundBufferMs: number;
  framesPerSecond: number;
  width: number;
  keyFrames: number;
  /** Level of the tone against the source, in dB. */
  toneDb: number;
  /** Null where nothing is forwarded. */
  frames: { video: TraceComparison; audio: TraceComparison; keyRequests: number } | null;
}

/** One run: one mode in one shape. */
export interface RunFigures extends CpuShares {
  shape: Shape;
  relayMode: RelayMode;
  /** The viewers, from the top down. */
  depths: DepthFigures[];
  /** How long the last viewer waited, each time it joined. */
  lastWaits: Waits[];
  /** Viewers that changed their parent meanwhile: then depths are not what they were. */
  movedCount: number;
  lanes: LaneFigures[];
}

/** What a chain has counted and seen while it was measured. */
export interface Measurements {
  before: LinkCounts[];
  after: LinkCounts[];
  timingMs: number;
  timed: Seen[];
  compared: Seen[];
  heard: ChainHeard;
  waits: Waits[];
}

const NO_COUNTS = {
  sent: { encodeMs: 0, framesEncoded: 0 },
  got: {
    freezes: 0,
    jitterBufferMs: 0,
    jitterBufferFrames: 0,
    soundBufferMs: 0,
    soundBufferSamples: 0,
    keyFrames: 0,
  },
};

/** Makes the figures of every depth. */
export function toDepths(measurements: Measurements): DepthFigures[] {
  const { before, after, timingMs, timed, compared, heard, waits } = measurements;
  const { traces } = heard;
  return after.map(({ sent, got }, i) => {
    const seen = timed[i]!;
    // Whoever has another parent since then has another link.
    const was = before[i]!.got.ssrc === got.ssrc ? before[i]! : NO_COUNTS;
    return {
      depth: i + 1,
      encodeMs: (sent.encodeMs - was.sent.encodeMs) / (sent.framesEncoded - was.sent.framesEncoded),
      ...comparePictures(compared[0]!.comparisons, compared[i]!.comparisons),
      latencyP50Ms: quantile(seen.latenciesMs, 0.5),
      latencyP90Ms: quantile(seen.latenciesMs, 0.9),
      saidP50Ms: quantile(seen.saidMs, 0.5),
      waits: waits[i]!,
      freezes: got.freezes - was.got.freezes,
      longestGapMs: seen.longestGapMs,
      jitterBufferMs: (got.jitterBufferMs - was.got.jitterBufferMs) /
        (got.jitterBufferFrames - was.got.jitterBufferFrames),
      soundBufferMs: (got.soundBufferMs - was.got.soundBufferMs) /
        (got.soundBufferSamples - was.got.soundBufferSamples),
      framesPerSecond: 1_000 * seen.frames / timingMs,
      width: got.width,
      keyFrames: got.keyFrames - was.got.keyFrames,
      toneDb: heard.levelsDb[i]! - heard.sourceDb,
      frames: traces && {
        video: compareTraces(traces[0]!.video, traces[i]!.video),
        audio: compareTraces(traces[0]!.audio, traces[i]!.audio),
        keyRequests: traces[i]!.keyRequests,
      },
    };
  });
}

/** Compares what was seen of the same pictures at two depths. */
export function comparePictures(
  upper: readonly Comparison[],
  lower: readonly Comparison[],
): Pick<DepthFigures, "psnrDb" | "psnrOffDb" | "comparedCount" | "samePixelsCount"> {
  const pairs = lower.flatMap((it) => {
    const original = upper.find(({ number }) => number === it.number);
    return original ? [{ original, it }] : [];
  });
  return {
    psnrDb: pairs.reduce((sum, { it }) => sum + it.psnrDb, 0) / pairs.length,
    psnrOffDb: Math.max(
      0,
      ...pairs.map(({ original, it }) => Math.abs(it.psnrDb - original.psnrDb)),
    ),
    comparedCount: pairs.length,
    samePixelsCount: pairs.filter(({ original, it }) => it.checksum === original.checksum).length,
  };
}

/** True when the frames of a run are the same bytes at every depth; null where nothing is forwarded. */
export function isByteIdentical({ depths }: RunFigures): boolean | null {
  if (depths.some(({ frames }) => !frames)) return null;
  return depths.every(({ frames }) => isIdentical(frames!.video) && isIdentical(frames!.audio));
}

/** Counts the viewers that have another link than before. */
export function countMoved(before: readonly LinkCounts[], after: readonly LinkCounts[]): number {
  return after.filter(({ got }, i) => got.ssrc !== before[i]!.got.ssrc).length;
}

/** How many frames relays left out at the depth where that was worst. */
export function missingFrames({ depths }: RunFigures): number {
  const missing = depths.map(({ frames }) =>
    (frames?.video.missing ?? 0) + (frames?.audio.missing ?? 0)
  );
  return Math.max(...missing);
}

/** The value below which a share of the values is; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN;
}
