/**
 * How often somebody may do something: a few times in a row, and then at a steady pace. Pure: the
 * time comes in as a number.
 */

/** How an allowance fills up. */
export interface Pace {
  /** How many may come at once. */
  burst: number;
  /** How long it takes until there is one more, in ms. */
  everyMs: number;
}

/** See the module's paragraph. */
export class Allowance {
  readonly #pace: Pace;
  #left: number;
  /** When `#left` was right. */
  #at: number;

  constructor(pace: Pace, now: number) {
    this.#pace = pace;
    this.#left = pace.burst;
    this.#at = now;
  }

  /** Takes one; returns 0, or else in how many ms there is one again, and takes none. */
  take(now: number): number {
    const { burst, everyMs } = this.#pace;
    this.#left = Math.min(burst, this.#left + Math.max(0, now - this.#at) / everyMs);
    this.#at = now;
    if (this.#left < 1) return Math.ceil((1 - this.#left) * everyMs);
    this.#left--;
    return 0;
  }
}
