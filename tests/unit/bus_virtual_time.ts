/**
 * Time and chance that a test controls, so that a failure repeats from its seed.
 */
import type { Timers } from "../../lib/bus/timers.ts";

/** Returns numbers in [0, 1) that follow from the seed. */
export function seededRandom(seed: number): () => number {
  // A 32-bit xorshift; the multiplication keeps small seeds from starting alike.
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x55555555) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Timers that fire only when the test lets time pass; equal times fire in the order they were set. */
export class VirtualTimers implements Timers {
  #nowMs = 0;
  #timers: { dueMs: number; callback: () => void }[] = [];

  nowMs = (): number => this.#nowMs;

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass and fires what is due on the way. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (true) {
      let next: { dueMs: number; callback: () => void } | undefined;
      for (const timer of this.#timers) {
        if (timer.dueMs <= endMs && (!next || timer.dueMs < next.dueMs)) next = timer;
      }
      if (!next) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#nowMs = next.dueMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }
}
