/**
 * What the SDK has counted, second by second, for as long as plots of it go back. Pure.
 * This module is browser compatible.
 */
import type { TributaryStats } from "../../lib/client/mod.ts";
import { addTotals, type Totals } from "./totals.ts";

/** Three minutes at one a second: what one can still remember having seen. */
export const MAX_SAMPLES = 180;

const NOTHING: Totals = { bytesReceived: 0, bytesGiven: 0 };

/** The latest counts, the oldest first. */
export class Samples {
  #all: TributaryStats[] = [];
  #totals: Totals = NOTHING;
  readonly #listeners = new Set<() => void>();

  /** What has been counted; another array after each addition. */
  get all(): readonly TributaryStats[] {
    return this.#all;
  }

  /** What was received and given since the page was opened. */
  get totals(): Totals {
    return this.#totals;
  }

  /** Adds what was counted last. */
  add(stats: TributaryStats): void {
    this.#totals = addTotals(this.#totals, this.#all.at(-1), stats);
    this.#all = [...this.#all.slice(1 - MAX_SAMPLES), stats];
    this.#listeners.forEach((listener) => listener());
  }

  /** Forgets everything: what follows has nothing to do with it. */
  clear(): void {
    this.#all = [];
  }

  /** Calls `listener` after each addition, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
