/**
 * Where every implementation of the bus hands messages over to its owner: keeps what comes before
 * the handler is set, and lets nothing through after the end. It knows no other instance.
 */
import type { InstanceId } from "../tree/types.ts";
import type { BusMessage, MessageHandler, TopicHandler } from "./bus.ts";

/** Delivers messages and hints to the handlers of one instance. */
export class Inbox {
  #handler: MessageHandler | null = null;
  #kept: { message: BusMessage; from: InstanceId }[] = [];
  #topics = new Map<string, Set<TopicHandler>>();
  #closed = false;

  /** Tells whether the end has come. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sets the handler; what was kept for it follows when the current task is over. */
  setHandler(handler: MessageHandler): void {
    if (this.#closed) return;
    this.#handler = handler;
    if (this.#kept.length > 0) queueMicrotask(() => this.#handOver());
  }

  /** Delivers one message. Must not be called within the sender's task. */
  deliver(message: BusMessage, from: InstanceId): void {
    if (this.#closed) return;
    // While some are still kept, later ones queue behind them, or they would overtake.
    if (this.#handler && this.#kept.length === 0) call(this.#handler, message, from);
    else this.#kept.push({ message, from });
  }

  /** Adds a handler for a topic; the returned function removes it. */
  subscribe(topic: string, handler: TopicHandler): () => void {
    if (this.#closed) return () => {};
    // One entry for each subscription, so that the same function can subscribe twice.
    const entry: TopicHandler = (message) => handler(message);
    const entries = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#topics.get(topic) === entries) this.#topics.delete(topic);
    };
  }

  /** Delivers a hint. Must not be called within the publisher's task. */
  hint(topic: string, message: BusMessage): void {
    for (const handler of [...this.#topics.get(topic) ?? []]) {
      if (!this.#closed) call(handler, message);
    }
  }

  /** Forgets the handlers and what was kept. */
  close(): void {
    this.#closed = true;
    this.#kept = [];
    this.#handler = null;
    this.#topics.clear();
  }

  #handOver(): void {
    for (let i = 0; i < this.#kept.length && this.#handler; i++) {
      const { message, from } = this.#kept[i]!;
      call(this.#handler, message, from);
    }
    this.#kept = [];
  }
}

/** One handler's error must not keep the messages behind it in the batch from being delivered. */
function call<A extends unknown[]>(handler: (...args: A) => void, ...args: A): void {
  try {
    handler(...args);
  } catch (error) {
    reportError(error);
  }
}
