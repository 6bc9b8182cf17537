/**
 * What is on air, for the home page and for whoever waits for a broadcast: kept in memory, and kept
 * fresh by looking again at what hints tell of. Everything is looked at only now and then, because
 * hints may get lost; so thousands of broadcasts cost a look at those that change, however many ask.
 */
import {
  type BroadcastList,
  type BroadcastSummary,
  compareBroadcasts,
  LIST_LENGTH,
} from "./broadcast_summary.ts";
import type { Clock } from "./clock.ts";
import { changesBetween } from "./list_changes.ts";
import { errorFields, type Log } from "./log.ts";
import type { Hints } from "./signalling/hints.ts";
import type { TreeStore } from "./store/tree_store.ts";
import type { Broadcast, Visibility } from "./tree/types.ts";

/** How old a list may be that is handed out; also the pause between two pushes. */
const FRESH_MS = 500;

/** Hints may get lost: everything is looked at again after this time, while somebody wants to know. */
const RECHECK_MS = 5_000;

/** Looking takes at most this part of the time, for what changed and for everything. */
const SHARE_OF_TIME = 1 / 10;

/** When so many broadcasts have changed, looking at everything is less work than at each of them. */
const MANY = 200;

/** A live broadcast, with what the list does not say of it. */
export interface LiveBroadcast extends BroadcastSummary {
  visibility: Visibility;
}

/** What LiveBroadcasts is made of. */
export interface LiveBroadcastsOptions {
  store: TreeStore;
  hints: Hints;
  clock: Clock;
  log: Log;
}

/** Somebody who is to be told. */
interface Listener {
  /** What it is told: of the latest look, the same object as long as nothing has changed. */
  read: () => unknown;
  known: unknown;
  tell: () => void;
}

/** See the module's paragraph. */
export class LiveBroadcasts {
  readonly #options: LiveBroadcastsOptions;
  readonly #listeners = new Set<Listener>();
  readonly #unlisten: () => void;
  /** By name, the unlisted ones too. */
  #live = new Map<string, LiveBroadcast>();
  /** The public ones in the list's order. */
  #sorted: BroadcastSummary[] = [];
  #list: BroadcastList = { broadcasts: [], total: 0 };
  /** What hints have told of since the last look. */
  #touched = new Set<string>();
  #look: Promise<void> | null = null;
  #nextLookAt = -Infinity;
  #nextWholeLookAt = -Infinity;
  #timer: (() => void) | null = null;
  #timerAt = Infinity;

  constructor(options: LiveBroadcastsOptions) {
    this.#options = options;
    this.#unlisten = options.hints.listen((name) => {
      // Everything is about to be looked at anyway, and perhaps nobody will want to know for hours.
      const isWholeDue = !this.#look && options.clock.now() >= this.#nextWholeLookAt;
      if (!isWholeDue) this.#touched.add(name);
      this.#pushBy(this.#earliest());
    });
  }

  /** Lists the public live broadcasts, as far as one list goes. The same object while nothing changes. */
  async list(): Promise<BroadcastList> {
    await this.#refresh();
    return this.#list;
  }

  /** Lists as many of them from `offset` on; every instance has them in the same order. */
  async page(offset: number, limit = LIST_LENGTH): Promise<BroadcastList> {
    await this.#refresh();
    const broadcasts = this.#sorted.slice(offset, offset + Math.min(limit, LIST_LENGTH));
    return { broadcasts, total: this.#sorted.length };
  }

  /** Reads one broadcast, listed or not; null when it is not live. */
  async get(name: string): Promise<LiveBroadcast | null> {
    const broadcast = await this.#options.store.broadcast(name);
    if (broadcast?.state !== "live") return null;
    return this.#describe(broadcast, await this.#options.store.countViewers(name));
  }

  /** Calls `fn` with the list whenever it is not `known` any more; the returned function ends that. */
  listen(fn: (list: BroadcastList) => void, known: BroadcastList): () => void {
    return this.#listen({ read: () => this.#list, known, tell: () => fn(this.#list) });
  }

  /**
   * Calls `fn` with one broadcast, listed or not, at once and whenever something about it changes; with
   * null while it is not live. The returned function ends that.
   */
  follow(name: string, fn: (broadcast: LiveBroadcast | null) => void): () => void {
    const read = () => this.#live.get(name) ?? null;
    return this.#listen({ read, known: undefined, tell: () => fn(read()) });
  }

  close(): void {
    this.#unlisten();
    this.#timer?.();
    this.#listeners.clear();
  }

  #listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    // What it has may be of before the last hint, which nobody listened to.
    this.#pushBy(this.#earliest());
    return () => this.#listeners.delete(listener);
  }

  #earliest(): number {
    return Math.max(this.#options.clock.now() + FRESH_MS / 10, this.#nextLookAt);
  }

  /** Sees to it that everybody is told at `time`, or earlier if that is planned already. */
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
      await this.#refresh();
      for (const listener of this.#listeners) {
        const latest = listener.read();
        if (latest === listener.known) continue;
        listener.known = latest;
        listener.tell();
      }
    } catch (error) {
      this.#options.log("error", "list_failed", errorFields(error));
    }
    // What a hint has told of during the look is not in it.
    const isBehind = this.#touched.size > 0;
    this.#pushBy(isBehind ? this.#earliest() : this.#options.clock.now() + RECHECK_MS);
  }

  /** Looks again, unless that was done a moment ago; all who ask meanwhile wait for the same look. */
  async #refresh(): Promise<void> {
    if (this.#look) return await this.#look;
    if (this.#options.clock.now() < this.#nextLookAt) return;
    this.#look = this.#lookAgain().finally(() => this.#look = null);
    await this.#look;
  }

  async #lookAgain(): Promise<void> {
    const { clock } = this.#options;
    const began = clock.now();
    const isWhole = began >= this.#nextWholeLookAt || this.#touched.size > MANY;
    const touched = this.#touched;
    this.#touched = new Set();
    try {
      const live = isWhole ? await this.#readAll() : await this.#readSome(touched);
      this.#takeIn(live);
    } catch (error) {
      // Not seen: to be looked at the next time.
      for (const name of touched) this.#touched.add(name);
      throw error;
    }
    const pauseMs = (clock.now() - began) / SHARE_OF_TIME;
    this.#nextLookAt = began + Math.max(FRESH_MS, pauseMs);
    if (isWhole) this.#nextWholeLookAt = began + Math.max(RECHECK_MS, pauseMs);
  }

  async #readAll(): Promise<Map<string, LiveBroadcast>> {
    const { store } = this.#options;
    const [broadcasts, viewers] = await Promise.all([store.broadcasts(), store.countAllViewers()]);
    return new Map(broadcasts.map((broadcast) => {
      const { name } = broadcast;
      return [name, this.#describe(broadcast, viewers.get(name) ?? 0)];
    }));
  }

  async #readSome(names: Iterable<string>): Promise<Map<string, LiveBroadcast>> {
    const live = new Map(this.#live);
    await Promise.all([...names].map(async (name) => {
      const broadcast = await this.get(name);
      if (broadcast) live.set(name, broadcast);
      else live.delete(name);
    }));
    return live;
  }

  /** Puts what was read in the place of what was known; what is the same stays the same object. */
  #takeIn(read: Map<string, LiveBroadcast>): void {
    let isSame = read.size === this.#live.size;
    for (const [name, broadcast] of read) {
      const known = this.#live.get(name);
      if (known && isEqual(known, broadcast)) read.set(name, known);
      else isSame = false;
    }
    if (isSame) return;
    this.#live = read;
    this.#sorted = [...read.values()]
      .filter(({ visibility }) => visibility === "public")
      .map(({ visibility: _, ...summary }) => summary)
      .sort(compareBroadcasts);
    const list = { broadcasts: this.#sorted.slice(0, LIST_LENGTH), total: this.#sorted.length };
    if (changesBetween(this.#list, list)) this.#list = list;
  }

  #describe(broadcast: Broadcast, viewers: number): LiveBroadcast {
    const { name, title, displayName, createdAt, still, visibility } = broadcast;
    return {
      name,
      title,
      broadcaster: displayName,
      viewers,
      startedAt: createdAt,
      still: still && still.until > this.#options.clock.now() ? still.version : null,
      visibility,
    };
  }
}

function isEqual(a: LiveBroadcast, b: LiveBroadcast): boolean {
  return (Object.keys(a) as (keyof LiveBroadcast)[]).every((field) => a[field] === b[field]);
}
