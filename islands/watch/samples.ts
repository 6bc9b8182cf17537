/**
 * What the SDK has counted, second by second, for as long as plots of it go back. Pure.
 * This module is browser compatible.
 */
import type { TributaryStats } from "../../lib/client/mod.ts";

/** Three minutes at one a second: what one can still remember having seen. */
export const MAX_SAMPLES = 180;

/** The latest counts, the oldest first. */
export class Samples {
  #all: TributaryStats[] = [];
  readonly #listeners = new Set<() => void>();

  /** What has been counted; another array after each addition. */
  get all(): readonly TributaryStats[] {
    return this.#all;
  }

  /** Adds what was counted last. */
  add(stats: TributaryStats): void {
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
