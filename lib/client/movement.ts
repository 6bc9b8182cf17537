/**
 * When a count has grown last: whether a picture moves, or sound comes. Pure; times are in ms.
 * This module is browser compatible.
 */

/** Remembers one count. */
export class Movement {
  #count = 0;
  #movedAt: number;
  #hasMoved = false;

  /** Begins at zero; until the count grows, it stands still since now. */
  constructor(now: number) {
    this.#movedAt = now;
  }

  /** True when the count has ever grown. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  /** Takes in the count; it falls when something that was counted is gone, which is no movement. */
  note(count: number, now: number): void {
    if (count > this.#count) {
      this.#hasMoved = true;
      this.#movedAt = now;
    }
    this.#count = count;
  }

  /** Returns for how long it has stood still. */
  stillMs(now: number): number {
    return now - this.#movedAt;
  }

  /** Takes the time until now for lost: nobody looked. */
  forgive(now: number): void {
    this.#movedAt = now;
  }
}
