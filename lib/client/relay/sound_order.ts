/**
 * Tells which frames of sound come too late, and how many are missing before one. Sound is not sent
 * again when it is lost, and a child that was not told of the gap would play everything after it too
 * early: with every loss its clock, and that of those below it, would fall further behind the
 * picture's. Pure. This module is browser compatible.
 */

/** What Opus puts into one frame, in ticks of its RTP clock: 20 ms at 48 kHz. */
const FRAME_TICKS = 960;

/** One second: what is further apart than this belongs to another beginning. */
const MAX_MISSING = 50;

/** See the module's paragraph. */
export class SoundOrder {
  #last: number | null = null;

  /**
   * Takes the RTP time stamp of a frame, 32 bits; returns how many frames are missing before it, or
   * null when it comes too late.
   */
  take(timestamp: number | undefined): number | null {
    if (timestamp === undefined) return 0;
    const ticks = this.#last === null ? FRAME_TICKS : (timestamp - this.#last) | 0;
    const isNear = Math.abs(ticks) <= MAX_MISSING * FRAME_TICKS;
    if (isNear && ticks <= 0) return null;
    this.#last = timestamp;
    return isNear ? Math.max(0, Math.round(ticks / FRAME_TICKS) - 1) : 0;
  }
}
