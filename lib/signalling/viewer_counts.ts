/**
 * How many watch a broadcast, for those who have to do with it: a figure that is a few seconds old and
 * costs one look at the store in that time, however many ask. Asking never waits.
 */
import type { Clock } from "../clock.ts";
import { errorFields, type Log } from "../log.ts";
import type { TreeStore } from "../store/tree_store.ts";

/** As often as a client asks (HEARTBEAT_MS). */
const FRESH_MS = 5_000;

/** What nobody has asked for in this time is forgotten. */
const KEPT_MS = 60_000;

/** What ViewerCounts is made of. */
export interface ViewerCountsOptions {
  store: Pick<TreeStore, "countViewers">;
  clock: Clock;
  log: Log;
}

interface Count {
  viewers: number | undefined;
  readAt: number;
  askedAt: number;
}

/** See the module's paragraph. */
export class ViewerCounts {
  readonly #options: ViewerCountsOptions;
  readonly #counts = new Map<string, Count>();

  constructor(options: ViewerCountsOptions) {
    this.#options = options;
  }

  /** Returns the latest count, and sees to a newer one for the next time; undefined before the first. */
  latest(name: string): number | undefined {
    const now = this.#options.clock.now();
    let count = this.#counts.get(name);
    if (!count) {
      this.#forget(now);
      this.#counts.set(name, count = { viewers: undefined, readAt: -Infinity, askedAt: now });
    }
    count.askedAt = now;
    if (now - count.readAt >= FRESH_MS) {
      count.readAt = now;
      this.#read(name, count);
    }
    return count.viewers;
  }

  async #read(name: string, count: Count): Promise<void> {
    try {
      count.viewers = await this.#options.store.countViewers(name);
    } catch (error) {
      // The last one does until the next look.
      this.#options.log("warn", "count_failed", { broadcast: name, ...errorFields(error) });
    }
  }

  #forget(now: number): void {
    for (const [name, { askedAt }] of this.#counts) {
      if (now - askedAt > KEPT_MS) this.#counts.delete(name);
    }
  }
}
