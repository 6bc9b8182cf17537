/**
 * The receiving half of the KV bus: watches its instance's head, lists the inbox, hands over what is
 * new and deletes it. A watch only says when to look: it may be late or lost, so time makes it look
 * too. Every list is read whole and strongly; what the numbers say came before is only deleted.
 */
import { keys } from "../store/keys.ts";
import type { InstanceId } from "../tree/types.ts";
import { type BusKv, commitAgain, isKvClosed, pause } from "./kv_commit.ts";
import { type KvEntry, KvStream } from "./kv_entry.ts";
import type { Timers } from "./timers.ts";

/** How often to look when the watch has just been caught missing something, as between processes on one file. */
const BLIND_POLL_MS = 100;

/** How often to look while something may be on its way: what a missed watch may cost a join. */
const BUSY_POLL_MS = 1_000;

/** How often to look otherwise: one read of an empty range. */
const IDLE_POLL_MS = 5_000;

/** How long after the last sign of traffic something may be on its way: the deadline of a request. */
const BUSY_FOR_MS = 10_000;

/** Entries read at a time: at most 6 MiB, and few reads for a burst. */
const PAGE = 100;

/**
 * How long deletions wait for others. A commit for each would double what a message costs, and delay
 * those of the senders; what is not deleted yet is listed again, which costs little.
 */
const GATHER_DELETES_MS = 5;

/** Keys deleted in one atomic, of the 1000 that KV takes. */
const MAX_DELETES = 500;

/** Pause before a broken watch is opened again; polling goes on meanwhile. */
const WATCH_AGAIN_MS = 1_000;

/** What a KvReceiver is made of. */
export interface KvReceiverOptions {
  kv: BusKv;
  instance: InstanceId;
  timers: Timers;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** Receives a JSON array of items. */
  onText: (text: string, from: InstanceId) => void;
  /** Is told that something from that instance never arrives. */
  onGap: (from: InstanceId) => void;
}

/** See the module's paragraph. */
export class KvReceiver {
  readonly #options: KvReceiverOptions;
  /** Never forgotten, because numbers must go on; a few hundred bytes for each instance ever heard. */
  readonly #streams = new Map<InstanceId, KvStream>();
  #watching: ReadableStreamDefaultReader | null = null;
  #cancelPoll: () => void = () => {};
  #pollMs = 0;
  #busyUntilMs = 0;
  #blindUntilMs = 0;
  #reading = false;
  #readAgain = false;
  #delivered: Deno.KvKey[] = [];
  #deleting: Promise<void> | null = null;
  #closed = false;

  constructor(options: KvReceiverOptions) {
    this.#options = options;
    this.#watch();
    this.#schedulePoll();
  }

  /** Says that something may be on its way, because something was sent. */
  expectMail(): void {
    this.#busyUntilMs = this.#options.timers.nowMs() + BUSY_FOR_MS;
    if (this.#pollMs === IDLE_POLL_MS) this.#schedulePoll();
  }

  /** Ends the watch, so that the process can exit. What was handed over is still deleted. */
  close(): void {
    this.#closed = true;
    this.#cancelPoll();
    this.#watching?.cancel().catch(() => {});
  }

  /** Resolves when what was handed over has been deleted, or not for a reason that lasts. */
  async flushed(): Promise<void> {
    while (this.#deleting) await this.#deleting;
  }

  async #watch(): Promise<void> {
    const { kv, instance, timers } = this.#options;
    while (!this.#closed) {
      try {
        this.#watching = kv.watch([keys.head(instance)]).getReader();
        // What came before the watch was there is told by its first event, too.
        while (!(await this.#watching.read()).done) this.#read();
      } catch (error) {
        if (isKvClosed(error)) return;
      }
      if (!this.#closed) await pause(timers, WATCH_AGAIN_MS);
    }
  }

  #schedulePoll(): void {
    this.#cancelPoll();
    if (this.#closed) return;
    const { timers } = this.#options;
    const nowMs = timers.nowMs();
    if (nowMs >= this.#busyUntilMs) this.#pollMs = IDLE_POLL_MS;
    else this.#pollMs = nowMs < this.#blindUntilMs ? BLIND_POLL_MS : BUSY_POLL_MS;
    this.#cancelPoll = timers.after(this.#pollMs, async () => {
      if (await this.#read()) this.#blindUntilMs = timers.nowMs() + BUSY_FOR_MS;
      this.#schedulePoll();
    });
  }

  /** Looks into the inbox; one look at a time. Tells whether this look found something new. */
  async #read(): Promise<boolean> {
    this.#readAgain = true;
    if (this.#reading) return false;
    this.#reading = true;
    let found = false;
    try {
      while (this.#readAgain && !this.#closed) {
        this.#readAgain = false;
        found = await this.#readPage() || found;
      }
    } catch {
      // KV is out of reach or closed: the next look comes by itself.
    } finally {
      this.#reading = false;
    }
    return found;
  }

  async #readPage(): Promise<boolean> {
    const { kv, instance } = this.#options;
    const selector = { prefix: keys.inbox(instance) };
    const entries = kv.list<KvEntry>(selector, { limit: PAGE, consistency: "strong" });
    let count = 0;
    let found = false;
    for await (const { key, value } of entries) {
      if (this.#closed) break;
      count++;
      const isNew = this.#accept(key, value);
      // What came before is most likely being deleted already; if not, the next look deletes it.
      if (isNew || !this.#deleting) this.#delivered.push(key);
      found ||= isNew;
    }
    if (this.#delivered.length > 0) this.#deleting ??= this.#deleteAll();
    if (count < PAGE) return found;
    this.#readAgain = true;
    // The next page begins where this one did, unless this one is gone.
    await this.#deleting;
    return found;
  }

  #accept(key: Deno.KvKey, entry: KvEntry): boolean {
    const [from, epoch, seq] = key.slice(-3) as [InstanceId, number, number];
    let stream = this.#streams.get(from);
    if (!stream) this.#streams.set(from, stream = new KvStream());
    const arrival = stream.accept(epoch, seq, entry, this.#options.timers.nowMs());
    if (!arrival) return false;
    this.expectMail();
    if (arrival.gap) this.#options.onGap(from);
    if (arrival.text !== null) this.#options.onText(arrival.text, from);
    return true;
  }

  async #deleteAll(): Promise<void> {
    const { kv, timers, random } = this.#options;
    // What is handed over while this goes on is deleted next.
    while (this.#delivered.length > 0) {
      if (this.#delivered.length < PAGE) await pause(timers, GATHER_DELETES_MS);
      const atomic = kv.atomic();
      for (const key of this.#delivered.splice(0, MAX_DELETES)) atomic.delete(key);
      const startMs = timers.nowMs();
      // What is left is found by the next look, and only deleted, because its number is known.
      const isOver = () => timers.nowMs() - startMs >= BUSY_POLL_MS;
      await commitAgain(atomic, { timers, random, isOver });
    }
    this.#deleting = null;
  }
}
