/**
 * Time as the bus uses it, so that tests and the simulation can put their own in its place.
 */

/** A clock and timers that belong to it. */
export interface Timers {
  /** Milliseconds since the epoch; never goes back. */
  nowMs(): number;
  /** Calls `callback` after `delayMs`; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Keeps real time. */
export const REAL_TIMERS: Timers = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after(delayMs, callback) {
    const id = setTimeout(callback, delayMs);
    return () => clearTimeout(id);
  },
};

/**
 * Keeps the wall clock's time, which is the same on all machines. It may be set back; whoever uses
 * it must bear that.
 */
export const WALL_TIMERS: Timers = { nowMs: Date.now, after: REAL_TIMERS.after };
