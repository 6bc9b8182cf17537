/**
 * The quality of a broadcast: the size of its picture, how many a second, how many bits they may take
 * and what they show. Says what may be chosen, and what follows from it for tracks and for encoders.
 * Pure; knows no tracks and no links. This module is browser compatible.
 */
import { TributaryError } from "./tributary_error.ts";

/** What the picture shows, for encoders: things that move, or things that are to be read. */
export type ContentHint = "motion" | "detail" | "text";

/** A quality in full. */
export interface Quality {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** Pictures a second, at most. */
  frameRate: number;
  /** What the picture may take on each link, in bit/s. */
  maxBitrate: number;
  /** By default `detail` for screens and `motion` for everything else. */
  contentHint?: ContentHint;
}

/** The qualities that have names. */
export type QualityName = "360p" | "720p" | "1080p";

/** What can be chosen: a name, or a size with as much of the rest as is to differ from its default. */
export type QualityChoice =
  | QualityName
  | Pick<Quality, "width" | "height"> & Partial<Quality>;

/**
 * What each name stands for. The bitrates are those above which libwebrtc, whose encoder most browsers
 * have, sees no use for VP8 of these sizes at 30 frames a second (`kSimulcastFormatsVP8` in
 * video/config/simulcast.cc). YouTube asks streams of 720p for 4 Mbit/s, but makes others of them.
 */
export const QUALITIES: Record<QualityName, Readonly<Quality>> = {
  "360p": { width: 640, height: 360, frameRate: 30, maxBitrate: 700_000 },
  "720p": { width: 1280, height: 720, frameRate: 30, maxBitrate: 2_500_000 },
  "1080p": { width: 1920, height: 1080, frameRate: 30, maxBitrate: 5_000_000 },
};

/** What each number of a quality may be. */
export const QUALITY_LIMITS = {
  width: { min: 16, max: 3840 },
  height: { min: 16, max: 2160 },
  frameRate: { min: 1, max: 60 },
  // Relays remember two seconds at this rate, for those who come (group_of_pictures.ts).
  maxBitrate: { min: 50_000, max: 6_000_000 },
} as const;

const CONTENT_HINTS: readonly ContentHint[] = ["motion", "detail", "text"];

/** What an encoder is told. */
export interface Encoding {
  /** In bit/s. */
  maxBitrate: number;
  /** Pictures a second; as many as come, if there is none. */
  maxFramerate?: number;
}

/**
 * What gives way when a link or a processor is too slow. It is the frame rate, for cameras as well:
 * whatever is smaller at one link is smaller for everybody below it, and the size was chosen.
 */
export const DEGRADATION_PREFERENCE = "maintain-resolution";

/**
 * Makes a quality of what was chosen.
 *
 * @throws {TributaryError} `bad_quality`, which says what is allowed
 */
export function toQuality(choice: QualityChoice): Readonly<Quality> {
  if (typeof choice === "string" && Object.hasOwn(QUALITIES, choice)) return QUALITIES[choice];
  if (typeof choice !== "object" || choice === null) throw badQuality(describe(choice));
  const { width, height, contentHint } = choice;
  const { frameRate = 30, maxBitrate = bitrateFor({ width, height }) } = choice;
  const numbers = { width, height, frameRate, maxBitrate };
  for (const [name, { min, max }] of Object.entries(QUALITY_LIMITS)) {
    const value: unknown = numbers[name as keyof typeof numbers];
    // Also when it is no number at all.
    if (!(typeof value === "number" && value >= min && value <= max)) {
      throw badQuality(`${name} ${describe(value)}`);
    }
  }
  if (contentHint !== undefined && !CONTENT_HINTS.includes(contentHint)) {
    throw badQuality(`contentHint ${describe(contentHint)}`);
  }
  return contentHint ? { ...numbers, contentHint } : numbers;
}

function describe(value: unknown): string {
  return value === undefined ? "undefined" : JSON.stringify(value) ?? String(value);
}

function badQuality(what: string): TributaryError {
  const names = Object.keys(QUALITIES).map((name) => `"${name}"`).join(", ");
  const numbers = Object.entries(QUALITY_LIMITS)
    .map(([name, { min, max }]) => `${name} (${min} to ${max})`).join(", ");
  const hints = CONTENT_HINTS.map((hint) => `"${hint}"`).join(", ");
  return new TributaryError(
    "bad_quality",
    `A quality cannot have ${what}. It is one of ${names}, or an object with ${numbers} and ` +
      `contentHint (${hints}), of which width and height are needed.`,
  );
}

/** What pictures of some sizes are worth at most: by pixels, in bit/s; the smallest is libwebrtc's, too. */
const BITRATES = [
  [320 * 180, 200_000],
  ...Object.values(QUALITIES).map(({ width, height, maxBitrate }) => [width * height, maxBitrate]),
] as [number, number][];

/** How large a picture is, in pixels; unknown before its first frame. */
export interface PictureSize {
  width?: number;
  height?: number;
}

/** Returns what a picture of some size is worth at most, in bit/s; that of 720p when it is unknown. */
export function bitrateFor({ width, height }: PictureSize): number {
  if (!width || !height) return QUALITIES["720p"].maxBitrate;
  const pixels = width * height;
  const above = BITRATES.findIndex(([size]) => size >= pixels);
  if (above === 0) return BITRATES[0]![1];
  if (above === -1) return QUALITY_LIMITS.maxBitrate.max;
  const [[fromSize, from], [toSize, to]] = [BITRATES[above - 1]!, BITRATES[above]!];
  return Math.round(from + (to - from) * (pixels - fromSize) / (toSize - fromSize));
}

/**
 * Returns what a new link begins with, in bit/s, until it has been measured. Browsers begin with 300
 * kbit/s, in which a large picture is a blur for seconds. A link that cannot take half of what was
 * chosen will not do anyway.
 */
export function startBitrateFor({ maxBitrate }: Encoding): number {
  return maxBitrate / 2;
}

/** Says what a camera is asked for; it may give less. */
export function cameraConstraints({ width, height, frameRate }: Quality): MediaTrackConstraints {
  return {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: frameRate, max: frameRate },
  };
}

/** Says what is asked of a screen: it keeps its shape, and a small one is not made larger. */
export function screenConstraints({ width, height, frameRate }: Quality): MediaTrackConstraints {
  return { width: { max: width }, height: { max: height }, frameRate: { max: frameRate } };
}

/** Tells whether a picture is smaller than was chosen; one that stands upright is not. */
export function fallsShort({ width, height }: PictureSize, quality: Quality): boolean {
  if (!width || !height) return false;
  return Math.min(width, height) < Math.min(quality.width, quality.height);
}
