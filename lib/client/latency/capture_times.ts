/**
 * When frames were captured, by the timestamps that they have on one link. Nothing is made up in
 * between: relays give frames timestamps of their own, which follow the capture only roughly.
 * Pure. This module is browser compatible.
 */

/** A frame by its RTP timestamp on a link, and when it was captured, in ms. */
export type CapturedFrame = [rtpTimestamp: number, capturedAt: number];

/** Eight seconds at 30 frames a second: longer than any frame waits to be shown. */
const MAX_FRAMES = 256;

/** RTP timestamps of all pictures count by this. */
const CLOCK_KHZ = 90;

/** See the module's paragraph. */
export class CaptureTimes {
  readonly #times = new Map<number, number>();

  /** Takes in when some frames were captured. */
  note(frames: readonly CapturedFrame[]): void {
    for (const [rtpTimestamp, capturedAt] of frames) this.#times.set(rtpTimestamp, capturedAt);
    for (const oldest of this.#times.keys()) {
      if (this.#times.size <= MAX_FRAMES) return;
      this.#times.delete(oldest);
    }
  }

  /** When a frame was captured; null if that is not known. */
  of(rtpTimestamp: number): number | null {
    return this.#times.get(rtpTimestamp) ?? null;
  }
}

/** By how many ms one RTP timestamp is later than another; they begin anew every 13 hours. */
export function rtpDifferenceMs(later: number, earlier: number): number {
  return (later - earlier | 0) / CLOCK_KHZ;
}
