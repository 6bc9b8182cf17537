/**
 * The bus between the isolates of one process, over BroadcastChannel. Deno's channels share one
 * queue of 256 posts, lose what a receiver is too late for, and wake every isolate for every post;
 * so messages are numbered, batched and repeated (`reliable_pair.ts`), pair by pair. This is the
 * edge: it ties roll call, pairs, channels and timers together and decides nothing itself.
 */
import type { InstanceId } from "../tree/types.ts";
import type { BusMessage, MessageHandler, TopicHandler } from "./bus.ts";
import { Inbox } from "./inbox.ts";
import type { NearBus } from "./near_bus.ts";
import { PairWire, wireName } from "./pair_wire.ts";
import { ReliablePair } from "./reliable_pair.ts";
import { type Call, RollCall } from "./roll_call.ts";
import { REAL_TIMERS, type Timers } from "./timers.ts";

/**
 * How much of the process's queue of 256 posts all pairs together may fill with batches. The other
 * half is for acknowledgements (at most one for each batch), announcements and hints.
 */
const SHARED_CREDIT = 128;

/** More than this per pair only makes batches smaller. */
const MAX_CREDIT = 8;

/** How often pairs look at the clock while something is due: a fifth of their first timeout. */
const TICK_MS = 20;

/** Silence after which a receiver is given up: longer than any pause of an isolate that still serves. */
const GIVE_UP_AFTER_MS = 10_000;

/** Most that waits for one receiver: 20,000 offers of 2.7 KB at once fit, which no live receiver falls behind by. */
const MAX_HELD_CHARS = 64 * 1024 * 1024;

/** Longest post of hints, in UTF-16 units; see the longest batch in `send_window.ts`. */
const MAX_HINTS_CHARS = 32 * 1024;

/** Settings of a bus; all have a default. */
export interface BroadcastChannelBusOptions {
  timers?: Timers;
  /** Separates buses that must not hear each other. */
  space?: string;
  /** False sends everything over channels, as where shared memory cannot be awaited. */
  sharesMemory?: boolean;
  giveUpAfterMs?: number;
  maxHeldChars?: number;
  /** Is told of an instance of this process that appears. */
  onNear?: (instance: InstanceId) => void;
  /**
   * Is told of an instance that left, fell silent or was given up; mail for it may be lost. May be
   * called within `send()`, when too much waits for the receiver.
   */
  onGone?: (instance: InstanceId) => void;
}

/** Joins the instances of this process. */
export function createBroadcastChannelBus(
  instance: InstanceId,
  options: BroadcastChannelBusOptions = {},
): NearBus {
  return new BroadcastChannelBus(instance, options);
}

class BroadcastChannelBus implements NearBus {
  readonly instance: InstanceId;
  #options: BroadcastChannelBusOptions;
  #timers: Timers;
  #space: string;
  #inbox = new Inbox();
  #rollCall: RollCall;
  #control: BroadcastChannel;
  #topics: BroadcastChannel;
  #pairs = new Map<InstanceId, { pair: ReliablePair; wire: PairWire }>();
  #withWork = new Set<ReliablePair>();
  #hints: string[] = [];
  #lastEpoch = 0;
  #cancelTick: (() => void) | null = null;
  #flushing = false;
  #closed = false;

  constructor(instance: InstanceId, options: BroadcastChannelBusOptions) {
    this.instance = instance;
    this.#options = options;
    this.#timers = options.timers ?? REAL_TIMERS;
    this.#space = options.space ?? "tributary";
    this.#topics = new BroadcastChannel(`${this.#space}:topics`);
    this.#topics.onmessage = ({ data }) => this.#handleHints(data);
    this.#control = new BroadcastChannel(`${this.#space}:roll-call`);
    this.#rollCall = new RollCall({
      instance,
      timers: this.#timers,
      post: (call) => this.#control.postMessage(call),
      onNear: (near) => {
        this.#pairWith(near).greet();
        options.onNear?.(near);
      },
      onGone: (gone) => {
        // The last words in shared memory may not have been read when the goodbye comes.
        this.#pairs.get(gone)?.wire.drain();
        this.#drop(gone);
        options.onGone?.(gone);
      },
    });
    this.#control.onmessage = ({ data }: MessageEvent<Call>) => {
      if (!this.#closed) this.#rollCall.receive(data);
    };
    this.#rollCall.start();
  }

  near(): InstanceId[] {
    return this.#rollCall.near();
  }

  isNear(instance: InstanceId): boolean {
    return this.#rollCall.isNear(instance);
  }

  send(to: InstanceId, message: BusMessage): void {
    if (to === this.instance) throw new TypeError("An instance cannot send to itself");
    if (!this.#closed) this.#pairWith(to).send(JSON.stringify(message));
  }

  onMessage(handler: MessageHandler): void {
    this.#inbox.setHandler(handler);
  }

  publish(topic: string, message: BusMessage): void {
    if (this.#closed) return;
    this.#hints.push(JSON.stringify([topic, message]));
    this.#flushSoon();
  }

  subscribe(topic: string, handler: TopicHandler): () => void {
    return this.#inbox.subscribe(topic, handler);
  }

  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#cancelTick?.();
    this.#inbox.close();
    this.#rollCall.close();
    for (const { pair } of this.#pairs.values()) pair.close();
    const channels = [this.#control, this.#topics, ...this.#pairs.values().map((p) => p.wire)];
    // A channel sends a little later than told, and not at all once it is closed.
    this.#timers.after(0, () => channels.forEach((channel) => channel.close()));
  }

  #pairWith(peer: InstanceId): ReliablePair {
    const known = this.#pairs.get(peer);
    if (known) return known.pair;
    const wire = new PairWire({
      name: wireName(this.#space, [this.instance, peer]),
      sharesMemory: this.#options.sharesMemory,
      onPost: (post) => {
        pair.receive(post);
        this.#tickSoon();
      },
    });
    this.#lastEpoch = Math.max(this.#lastEpoch + 1, Math.floor(this.#timers.nowMs()));
    const pair: ReliablePair = new ReliablePair({
      epoch: this.#lastEpoch,
      nowMs: this.#timers.nowMs,
      credit: () => wire.isShared ? MAX_CREDIT : this.#channelCredit(),
      giveUpAfterMs: this.#options.giveUpAfterMs ?? GIVE_UP_AFTER_MS,
      maxHeldChars: this.#options.maxHeldChars ?? MAX_HELD_CHARS,
      post: (post) => wire.post(post),
      postAgain: (post) => wire.postByChannel(post),
      onBatch: (text) => this.#handleBatch(text, peer),
      onPeerRestart: () => wire.forget(),
      onWork: () => {
        this.#withWork.add(pair);
        this.#flushSoon();
      },
      onGone: () => {
        this.#drop(peer);
        this.#rollCall.remove(peer);
      },
    });
    this.#pairs.set(peer, { pair, wire });
    return pair;
  }

  #channelCredit(): number {
    const instances = this.#pairs.size + 1;
    const each = Math.floor(SHARED_CREDIT / (instances * (instances - 1)));
    return Math.min(Math.max(each, 1), MAX_CREDIT);
  }

  #drop(peer: InstanceId): void {
    const known = this.#pairs.get(peer);
    if (!known) return;
    this.#pairs.delete(peer);
    this.#withWork.delete(known.pair);
    known.pair.close();
    known.wire.close();
  }

  #handleBatch(text: string, from: InstanceId): void {
    for (const message of JSON.parse(text) as BusMessage[]) this.#inbox.deliver(message, from);
  }

  #handleHints(text: string): void {
    for (const [topic, message] of JSON.parse(text) as [string, BusMessage][]) {
      this.#inbox.hint(topic, message);
    }
  }

  /** Everything sent within one task leaves together. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      if (!this.#closed) this.#flush();
    });
  }

  #flush(): void {
    for (const pair of this.#withWork) pair.flush();
    this.#withWork.clear();
    if (this.#hints.length > 0) this.#postHints();
    this.#tickSoon();
  }

  #postHints(): void {
    let start = 0;
    let chars = 0;
    this.#hints.forEach((hint, i) => {
      chars += hint.length;
      const isLast = i + 1 === this.#hints.length;
      if (!isLast && chars + this.#hints[i + 1]!.length <= MAX_HINTS_CHARS) return;
      this.#topics.postMessage(`[${this.#hints.slice(start, i + 1).join(",")}]`);
      start = i + 1;
      chars = 0;
    });
    this.#hints = [];
  }

  #tickSoon(): void {
    if (this.#cancelTick || this.#closed) return;
    if (!this.#pairs.values().some(({ pair }) => pair.isWaiting)) return;
    this.#cancelTick = this.#timers.after(TICK_MS, () => {
      this.#cancelTick = null;
      for (const { pair } of [...this.#pairs.values()]) pair.tick();
      this.#tickSoon();
    });
  }
}
