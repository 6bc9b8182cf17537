/**
 * When the studio sends a still picture for the list of what is live. Pure: what time it is comes in
 * as a number. This module is browser compatible.
 */

/** How long after going live, in ms: cameras are dark and crooked at first. */
const FIRST_MS = 3_000;

/** From one to the next, in ms. The service shows each for three minutes, so some may be missed. */
const EVERY_MS = 30_000;

/** The picture that was tried to be sent last. */
export interface LastStill {
  at: number;
  /** The track that it was of. */
  source: string;
}

/** What says whether a picture is due. */
export interface StillTimes {
  /** Since when the broadcast is live, as far as this page knows. */
  liveAt: number;
  /** The id of the track that is shown; null while there is no picture. */
  source: string | null;
  last: LastStill | null;
  /** Until when the service takes none. */
  notBefore: number;
}

/** Says whether a picture is to be sent now. */
export function isStillDue(now: number, { liveAt, source, last, notBefore }: StillTimes): boolean {
  if (source === null || now < notBefore) return false;
  if (!last) return now - liveAt >= FIRST_MS;
  return last.source !== source || now - last.at >= EVERY_MS;
}

/** Says how large a still is that shows a picture: no more than 480 x 270 pixels, in its own shape. */
export function stillSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(480 * 270 / (width * height)), 640 / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
