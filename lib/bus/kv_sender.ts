/**
 * The sending half of the KV bus: appends entries to the inboxes of other instances and sets their
 * heads, in one atomic. What is sent within one task, and to the same instance while a commit is
 * under way, shares entries; that keeps the order too. It must not know what items mean, nor who
 * is alive: whoever does not read is noticed by what stays in its inbox.
 */
import { keys } from "../store/keys.ts";
import type { InstanceId } from "../tree/types.ts";
import { type BusKv, commitAgain, isKvClosed, pause } from "./kv_commit.ts";
import { KvQueue, MAX_ENTRY_CHARS, type NumberedPiece } from "./kv_entry.ts";
import type { Timers } from "./timers.ts";

/**
 * How long mail is kept for an instance that does not read it: far longer than any deadline of a
 * request, short enough that a dead instance's inbox is gone within two minutes.
 */
export const MAIL_EXPIRES_MS = 60_000;

/** Text in one atomic: twelve entries of 60 KiB at most, of the 800 KiB that KV takes. */
const MAX_ATOMIC_CHARS = 12 * MAX_ENTRY_CHARS;

/** Entries in one atomic. Each is two changes at most, of the 1000 that KV takes. */
const MAX_ATOMIC_ENTRIES = 400;

/** Commits under way at once, each to other instances: a KV that is 100 ms away gains from several. */
const MAX_IN_FLIGHT = 8;

/** How long a commit is tried. What is older than this has missed its deadline anyway. */
const TRY_FOR_MS = 10_000;

/** How long a commit is tried after `close()`: the platform kills 5 s after it asks to stop. */
const TRY_FOR_CLOSED_MS = 2_000;

/** Most that waits for one receiver, in UTF-16 units; as for those in the same process. */
const MAX_HELD_CHARS = 64 * 1024 * 1024;

/** Entries a receiver may leave unread before we look whether it reads at all: 15 MiB at most. */
const MAX_UNREAD = 256;

/** How long a receiver may leave that many unread before its mail is dropped: longer than any pause. */
const GIVE_UP_AFTER_MS = 20_000;

/** First pause between two looks at whether an entry has been read: what reading it takes on one machine. */
const FIRST_PAUSE_MS = 2;

/** Longest pause between two such looks: a read of one key, ten times a second. */
const MAX_PAUSE_MS = 100;

/** What a KvSender is made of. */
export interface KvSenderOptions {
  kv: BusKv;
  instance: InstanceId;
  timers: Timers;
  /** Returns a number in [0, 1). */
  random: () => number;
  maxHeldChars?: number;
  /** Is told of an instance for which mail was dropped. May be called within `send()`. */
  onLost: (to: InstanceId) => void;
}

interface Receiver {
  readonly id: InstanceId;
  readonly queue: KvQueue;
  /** A commit for it, or the look whether it reads, is under way. */
  busy: boolean;
  /** All entries up to this number are known to have left the inbox. */
  goneSeq: number;
}

interface Outgoing {
  receiver: Receiver;
  piece: NumberedPiece;
}

/** See the module's paragraph. */
export class KvSender {
  readonly #options: KvSenderOptions;
  readonly #epoch: number;
  /** Never forgotten, because numbers must go on; a few hundred bytes for each instance ever sent to. */
  readonly #receivers = new Map<InstanceId, Receiver>();
  readonly #withWork = new Set<Receiver>();
  #inFlight = 0;
  #scheduled = false;
  #closedAtMs: number | null = null;
  #whenFlushed: (() => void)[] = [];

  constructor(options: KvSenderOptions) {
    this.#options = options;
    this.#epoch = Math.floor(options.timers.nowMs()) + 1;
  }

  /** Queues an item that is JSON already; it leaves when the current task is over. */
  send(to: InstanceId, item: string): void {
    const receiver = this.#receiver(to);
    receiver.queue.add(item);
    this.#withWork.add(receiver);
    if (receiver.queue.heldChars > (this.#options.maxHeldChars ?? MAX_HELD_CHARS)) {
      this.#drop(receiver);
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#pump();
      });
    }
  }

  /** Resolves when all that was sent to an instance so far has left its inbox, or is lost. */
  async settled(to: InstanceId): Promise<void> {
    const receiver = this.#receivers.get(to);
    if (!receiver) return;
    await this.#until(async () => {
      const isTold = () => receiver.queue.isEmpty && !receiver.busy;
      return isTold() && await this.#isGone(receiver, receiver.queue.lastSeq) && isTold();
    }, Infinity);
  }

  /** Resolves when nothing waits for a commit. */
  flushed(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#whenFlushed.push(resolve));
  }

  /** Leaves what waits little time. */
  close(): void {
    this.#closedAtMs ??= this.#options.timers.nowMs();
  }

  get #isIdle(): boolean {
    return this.#withWork.size === 0 && this.#inFlight === 0;
  }

  #receiver(id: InstanceId): Receiver {
    let receiver = this.#receivers.get(id);
    if (!receiver) {
      receiver = { id, queue: new KvQueue(), busy: false, goneSeq: 0 };
      this.#receivers.set(id, receiver);
    }
    return receiver;
  }

  #pump(): void {
    while (this.#inFlight < MAX_IN_FLIGHT) {
      const group = this.#takeGroup();
      if (group.length === 0) break;
      this.#inFlight++;
      this.#commit(group).finally(() => {
        this.#inFlight--;
        for (const { receiver } of group) this.#release(receiver);
        this.#pump();
      });
    }
    if (this.#isIdle) this.#whenFlushed.splice(0).forEach((resolve) => resolve());
  }

  /** Takes what may go into one atomic: for each receiver nothing else is under way to. */
  #takeGroup(): Outgoing[] {
    const group: Outgoing[] = [];
    let chars = 0;
    for (const receiver of [...this.#withWork]) {
      if (receiver.busy) continue;
      const { queue } = receiver;
      while (group.length < MAX_ATOMIC_ENTRIES) {
        if (queue.lastSeq - receiver.goneSeq >= MAX_UNREAD) {
          if (!receiver.busy) this.#waitForReading(receiver);
          break;
        }
        const piece = queue.take(MAX_ATOMIC_CHARS - chars);
        if (!piece) break;
        chars += piece.text.length;
        receiver.busy = true;
        group.push({ receiver, piece });
      }
    }
    return group;
  }

  async #commit(group: Outgoing[]): Promise<void> {
    const { kv, instance, timers, random, onLost } = this.#options;
    const startMs = timers.nowMs();
    const atomic = kv.atomic();
    const receivers = new Set(group.map(({ receiver }) => receiver));
    for (const { receiver, piece: { seq, ...piece } } of group) {
      const key = keys.mail(receiver.id, instance, this.#epoch, seq);
      const entry = { ...piece, expiresAtMs: startMs + MAIL_EXPIRES_MS };
      atomic.set(key, entry, { expireIn: MAIL_EXPIRES_MS });
    }
    for (const { id } of receivers) {
      atomic.set(keys.head(id), instance, { expireIn: MAIL_EXPIRES_MS });
    }
    const isOver = () => {
      const nowMs = timers.nowMs();
      const isLate = this.#closedAtMs !== null && nowMs - this.#closedAtMs >= TRY_FOR_CLOSED_MS;
      return isLate || nowMs - startMs >= TRY_FOR_MS;
    };
    const done = await commitAgain(atomic, { timers, random, isOver });
    if (!done) { for (const { id } of receivers) onLost(id); }
  }

  /** Lets the next commit wait until the receiver has read half of what is there, or drops it all. */
  async #waitForReading(receiver: Receiver): Promise<void> {
    receiver.busy = true;
    const seq = receiver.goneSeq + MAX_UNREAD / 2;
    const reads = await this.#until(() => this.#isGone(receiver, seq), GIVE_UP_AFTER_MS);
    if (!reads) this.#drop(receiver);
    this.#release(receiver);
    this.#pump();
  }

  /** Looks again and again; false when it took too long, or this end has closed. */
  async #until(condition: () => Promise<boolean>, withinMs: number): Promise<boolean> {
    const { timers } = this.#options;
    const startMs = timers.nowMs();
    for (let pauseMs = FIRST_PAUSE_MS; !await condition(); pauseMs *= 2) {
      if (this.#closedAtMs !== null || timers.nowMs() - startMs >= withinMs) return false;
      await pause(timers, Math.min(pauseMs, MAX_PAUSE_MS));
    }
    return true;
  }

  /** Entries leave an inbox in their order, so one of them speaks for those before it. */
  async #isGone(receiver: Receiver, seq: number): Promise<boolean> {
    if (seq <= receiver.goneSeq) return true;
    const { kv, instance } = this.#options;
    try {
      const { versionstamp } = await kv.get(keys.mail(receiver.id, instance, this.#epoch, seq));
      if (versionstamp === null) receiver.goneSeq = Math.max(receiver.goneSeq, seq);
      return versionstamp === null;
    } catch (error) {
      return isKvClosed(error);
    }
  }

  #release(receiver: Receiver): void {
    receiver.busy = false;
    if (receiver.queue.isEmpty) this.#withWork.delete(receiver);
  }

  #drop(receiver: Receiver): void {
    receiver.queue.drop();
    if (!receiver.busy) this.#withWork.delete(receiver);
    this.#options.onLost(receiver.id);
  }
}
