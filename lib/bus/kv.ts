/**
 * The bus between instances that share a KV but no process. Each has an inbox in KV, which others
 * append to (`kv_sender.ts`) and its owner empties (`kv_receiver.ts`). This is the edge: it gives
 * messages and hints their form in the inbox. It must not know which instances are near, nor what
 * is said. An instance id must not be used again: a new life would get what the old one has not
 * deleted.
 */
import type { InstanceId } from "../tree/types.ts";
import type { BusMessage, MessageHandler, TopicHandler } from "./bus.ts";
import type { FarBus } from "./far_bus.ts";
import { Inbox } from "./inbox.ts";
import type { BusKv } from "./kv_commit.ts";
import { KvReceiver } from "./kv_receiver.ts";
import { KvSender } from "./kv_sender.ts";
import { type Timers, WALL_TIMERS } from "./timers.ts";

/** How long hints wait for others: a person does not notice, and an entry for each of them would cost everybody a commit. */
const GATHER_HINTS_MS = 50;

/** An item of an entry: a message, or a hint with its topic. */
type Item = [message: BusMessage, topic?: string];

/** Settings of a bus over KV. */
export interface KvBusOptions {
  kv: BusKv;
  /** Lists the instances that are alive, for hints; with or without this one. */
  instances: () => InstanceId[] | Promise<InstanceId[]>;
  /** Tells whether an instance gets hints in another way. */
  isHintedOtherwise?: (instance: InstanceId) => boolean;
  /** Is told of an instance with which something was lost, in either direction: read KV again. */
  onGap?: (instance: InstanceId) => void;
  /** Must tell the same time to all instances, give or take a few seconds. */
  timers?: Timers;
  /** Returns a number in [0, 1). */
  random?: () => number;
  maxHeldChars?: number;
}

/** Joins the instances that share a KV. */
export function createKvBus(instance: InstanceId, options: KvBusOptions): FarBus {
  return new KvBus(instance, options);
}

class KvBus implements FarBus {
  readonly instance: InstanceId;
  readonly #options: KvBusOptions;
  readonly #timers: Timers;
  readonly #inbox = new Inbox();
  readonly #sender: KvSender;
  readonly #receiver: KvReceiver;
  /** Many changes of one thing make one hint. */
  #hints = new Set<string>();
  #cancelHints: (() => void) | null = null;
  #sendingHints: Promise<void> | null = null;

  constructor(instance: InstanceId, options: KvBusOptions) {
    this.instance = instance;
    this.#options = options;
    const { kv, timers = WALL_TIMERS, random = Math.random, maxHeldChars } = options;
    this.#timers = timers;
    const onGap = (other: InstanceId) => {
      // Not within `send()`.
      queueMicrotask(() => this.#inbox.isClosed || options.onGap?.(other));
    };
    const shared = { kv, instance, timers, random };
    this.#sender = new KvSender({ ...shared, maxHeldChars, onLost: onGap });
    this.#receiver = new KvReceiver({
      ...shared,
      onGap,
      onText: (text, from) => this.#handleItems(JSON.parse(text), from),
    });
  }

  send(to: InstanceId, message: BusMessage): void {
    if (to === this.instance) throw new TypeError("An instance cannot send to itself");
    if (this.#inbox.isClosed) return;
    this.#sender.send(to, `[${JSON.stringify(message)}]`);
    this.#receiver.expectMail();
  }

  onMessage(handler: MessageHandler): void {
    this.#inbox.setHandler(handler);
  }

  publish(topic: string, message: BusMessage): void {
    if (this.#inbox.isClosed) return;
    this.#hints.add(`[${JSON.stringify(message)},${JSON.stringify(topic)}]`);
    this.#cancelHints ??= this.#timers.after(GATHER_HINTS_MS, () => this.#sendHintsSoon());
  }

  subscribe(topic: string, handler: TopicHandler): () => void {
    return this.#inbox.subscribe(topic, handler);
  }

  settled(to: InstanceId): Promise<void> {
    return this.#sender.settled(to);
  }

  async flushed(): Promise<void> {
    await this.#sendingHints;
    await this.#sender.flushed();
    await this.#receiver.flushed();
  }

  close(): void {
    if (this.#inbox.isClosed) return;
    this.#inbox.close();
    if (this.#cancelHints) this.#sendHintsSoon();
    this.#receiver.close();
    this.#sender.close();
  }

  #handleItems(items: Item[], from: InstanceId): void {
    for (const [message, topic] of items) {
      if (topic === undefined) this.#inbox.deliver(message, from);
      else this.#inbox.hint(topic, message);
    }
  }

  #sendHintsSoon(): void {
    this.#cancelHints?.();
    this.#cancelHints = null;
    this.#sendingHints = this.#sendHints();
  }

  async #sendHints(): Promise<void> {
    const hints = [...this.#hints];
    this.#hints.clear();
    try {
      for (const instance of await this.#options.instances()) {
        if (instance === this.instance || this.#options.isHintedOtherwise?.(instance)) continue;
        for (const hint of hints) this.#sender.send(instance, hint);
      }
    } catch {
      // Who is alive cannot be read just now. Hints may be lost: their readers look anyway.
    }
  }
}
