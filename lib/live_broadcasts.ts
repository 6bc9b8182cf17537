/**
 * What is on air, for the home page: summaries of the live broadcasts, kept fresh for those who
 * watch the list and read at most once in a short while, however many ask.
 */
import type { BroadcastSummary } from "./broadcast_summary.ts";
import type { Clock } from "./clock.ts";
import { errorFields, type Log } from "./log.ts";
import type { Hints } from "./signalling/hints.ts";
import type { TreeStore } from "./store/tree_store.ts";
import type { Broadcast } from "./tree/types.ts";

/** How old a list may be that is handed out; also the pause between two pushes. */
const FRESH_MS = 500;

/** Hints may get lost: while somebody watches, the list is read anyway after this time. */
const RECHECK_MS = 5_000;

/** What LiveBroadcasts is made of. */
export interface LiveBroadcastsOptions {
  store: TreeStore;
  hints: Hints;
  clock: Clock;
  log: Log;
}

/** See the module's paragraph. */
export class LiveBroadcasts {
  readonly #options: LiveBroadcastsOptions;
  /** Each with the list it has, as text. */
  readonly #listeners = new Map<(list: BroadcastSummary[]) => void, string>();
  readonly #unlisten: () => void;
  #read: { at: number; list: Promise<BroadcastSummary[]> } | null = null;
  #timer: (() => void) | null = null;
  #timerAt = Infinity;

  constructor(options: LiveBroadcastsOptions) {
    this.#options = options;
    this.#unlisten = options.hints.listen(() => this.#pushBy(this.#earliest()));
  }

  /** Lists the live broadcasts, those with most viewers first. */
  list(): Promise<BroadcastSummary[]> {
    const now = this.#options.clock.now();
    if (!this.#read || now - this.#read.at >= FRESH_MS) {
      const list = this.#load();
      this.#read = { at: now, list };
      list.catch(() => this.#read = null);
    }
    return this.#read.list;
  }

  /** Reads one broadcast; null when it is not live. */
  async get(name: string): Promise<BroadcastSummary | null> {
    const broadcast = await this.#options.store.broadcast(name);
    return broadcast?.state === "live" ? await this.#summary(broadcast) : null;
  }

  /** Calls `fn` with the list whenever it is not `known` any more; the returned function ends that. */
  listen(fn: (list: BroadcastSummary[]) => void, known: BroadcastSummary[]): () => void {
    this.#listeners.set(fn, JSON.stringify(known));
    // The list it has may have been read before the last hint, which nobody listened to.
    this.#pushBy(this.#earliest());
    return () => this.#listeners.delete(fn);
  }

  close(): void {
    this.#unlisten();
    this.#timer?.();
    this.#listeners.clear();
  }

  #earliest(): number {
    const now = this.#options.clock.now();
    return Math.max(now + FRESH_MS / 10, (this.#read?.at ?? 0) + FRESH_MS);
  }

  /** Sees to it that the list is pushed at `time`, or earlier if that is planned already. */
  #pushBy(time: number): void {
    if (this.#listeners.size === 0 || (this.#timer && this.#timerAt <= time)) return;
    this.#timer?.();
    this.#timerAt = time;
    const { clock } = this.#options;
    this.#timer = clock.after(Math.max(0, time - clock.now()), () => this.#push());
  }

  async #push(): Promise<void> {
    this.#timer = null;
    try {
      const list = await this.list();
      const text = JSON.stringify(list);
      for (const [listener, known] of this.#listeners) {
        if (known === text) continue;
        this.#listeners.set(listener, text);
        listener(list);
      }
    } catch (error) {
      this.#options.log("error", "list_failed", errorFields(error));
    }
    this.#pushBy(this.#options.clock.now() + RECHECK_MS);
  }

  async #load(): Promise<BroadcastSummary[]> {
    const broadcasts = await this.#options.store.broadcasts();
    const list = await Promise.all(broadcasts.map((broadcast) => this.#summary(broadcast)));
    return list.sort((a, b) => b.viewers - a.viewers || b.startedAt - a.startedAt);
  }

  async #summary({ name, title, displayName, createdAt }: Broadcast): Promise<BroadcastSummary> {
    const viewers = await this.#options.store.countViewers(name);
    return { name, title, broadcaster: displayName, viewers, startedAt: createdAt };
  }
}
