/**
 * The difference between two clocks, from messages that go one way only. Each comes some time after it
 * was sent, never before: the least difference is the one that comes nearest. Pure; times are in ms.
 * This module is browser compatible.
 */

import { DRIFT } from "./clock_offset.ts";

/** Long enough for one message that was not held up; clocks run apart by some ms at most meanwhile. */
const WINDOW_MS = 30_000;

interface Sample {
  at: number;
  differenceMs: number;
}

/** See the module's paragraph. */
export class LeastDelay {
  #samples: Sample[] = [];

  /**
   * Takes in when a message was sent by the clock of its sender, and when it came by one's own. One
   * that was seen before counts once.
   */
  note(sentAt: number, cameAt: number): void {
    const last = this.#samples.at(-1);
    const differenceMs = cameAt - sentAt;
    if (last?.at === cameAt && last.differenceMs <= differenceMs) return;
    this.#samples = this.#samples.filter(({ at }) => cameAt - at < WINDOW_MS);
    this.#samples.push({ at: cameAt, differenceMs });
  }

  /**
   * One's own clock less that of the sender, and the least time that a message took; null before the
   * first one.
   */
  get differenceMs(): number | null {
    const now = this.#samples.at(-1)?.at;
    if (now === undefined) return null;
    // An older difference is worth less.
    return Math.min(
      ...this.#samples.map(({ at, differenceMs }) => differenceMs + DRIFT * (now - at)),
    );
  }

  /** Forgets everything: a clock may have jumped. */
  forget(): void {
    this.#samples = [];
  }
}
