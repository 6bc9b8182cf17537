/**
 * Whether to leave a parent because the link to it is too slow. The next parent may do better, or it
 * is one's own connection that is slow: then no parent will, and looking for one costs both ends.
 * Pure; times are in ms. This module is browser compatible.
 */

/** Before another parent is tried for the second time; doubled with each. */
const FIRST_WAIT_MS = 60_000;
const MAX_WAIT_MS = 960_000;

/** See the module's paragraph. */
export class SlowParents {
  #nextAt = -Infinity;
  #waitMs = FIRST_WAIT_MS;

  /** Returns true when this one is to be left, and takes it for left then. */
  mayLeave(now: number): boolean {
    if (now < this.#nextAt) return false;
    this.#nextAt = now + this.#waitMs;
    this.#waitMs = Math.min(2 * this.#waitMs, MAX_WAIT_MS);
    return true;
  }
}
