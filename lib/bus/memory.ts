/**
 * The bus inside one isolate, for tests and for the simulation, which also makes it misbehave: from
 * a seed it drops, delays and reorders, and it can cut or kill instances. Time and chance are
 * injected; without faults it keeps the same contract as the real ones.
 */
import type { InstanceId } from "../tree/types.ts";
import type { BusMessage, MessageHandler, TopicHandler } from "./bus.ts";
import { Inbox } from "./inbox.ts";
import type { NearBus } from "./near_bus.ts";
import { REAL_TIMERS, type Timers } from "./timers.ts";

/** What may happen to a message, each with a probability from 0 to 1. */
export interface MemoryBusFaults {
  /** The message never arrives. */
  drop: number;
  /** The message, and what the same sender sends the same receiver after it, arrives later. */
  delay: number;
  /** Longest delay, in milliseconds; each is chosen at random below this. */
  maxDelayMs: number;
  /** The message overtakes earlier ones of the same pair. No real bus may do this. */
  overtake: number;
  /** A hint arrives twice. */
  repeatHint: number;
}

/** Settings of a network; all have a default. */
export interface MemoryBusNetworkOptions {
  timers?: Timers;
  /** Returns a number in [0, 1). */
  random?: () => number;
  faults?: Partial<MemoryBusFaults>;
}

const NO_FAULTS: MemoryBusFaults = {
  drop: 0,
  delay: 0,
  maxDelayMs: 0,
  overtake: 0,
  repeatHint: 0,
};

/** Connects instances that live in the same isolate. */
export class MemoryBusNetwork {
  /** What goes wrong; may be changed at any time. */
  faults: MemoryBusFaults;
  #timers: Timers;
  #random: () => number;
  #inboxes = new Map<InstanceId, Inbox>();
  #ways = new Map<string, Way>();
  #sideOf = new Map<InstanceId, number>();

  constructor(options: MemoryBusNetworkOptions = {}) {
    this.#timers = options.timers ?? REAL_TIMERS;
    this.#random = options.random ?? Math.random;
    this.faults = { ...NO_FAULTS, ...options.faults };
  }

  /** Counts what has been sent and neither arrived nor been lost. */
  get underWay(): number {
    return this.#ways.values().reduce((sum, way) => sum + way.deliveries.length, 0);
  }

  /** Adds an instance. Throws a TypeError when its id is taken. */
  join(instance: InstanceId): NearBus {
    if (this.#inboxes.has(instance)) {
      throw new TypeError(`Instance "${instance}" has joined already`);
    }
    const inbox = new Inbox();
    this.#inboxes.set(instance, inbox);
    return new MemoryBus(this, instance, inbox);
  }

  /** Ends an instance without a word; what it has sent still arrives, what it was sent does not. */
  kill(instance: InstanceId): void {
    this.#inboxes.get(instance)?.close();
    this.#inboxes.delete(instance);
    this.#sideOf.delete(instance);
  }

  /** Cuts the given instances off from all others; what is under way between them is lost. */
  partition(instances: Iterable<InstanceId>): void {
    const side = Math.max(0, ...this.#sideOf.values()) + 1;
    for (const instance of instances) this.#sideOf.set(instance, side);
  }

  /** Ends all partitions. */
  heal(): void {
    this.#sideOf.clear();
  }

  /** Lists the other instances that an instance reaches. */
  reachableFrom(instance: InstanceId): InstanceId[] {
    return [...this.#inboxes.keys()].filter((other) =>
      other !== instance && this.#isReachable(instance, other)
    );
  }

  /** Carries something from one instance to another; `deliver` hands it over there. */
  carry(from: InstanceId, to: InstanceId, deliver: (inbox: Inbox) => void): void {
    const target = this.#inboxes.get(to);
    if (!target) return;
    const { drop, delay, maxDelayMs, overtake } = this.faults;
    if (this.#happens(drop)) return;
    const key = JSON.stringify([from, to]);
    const way = this.#ways.get(key) ?? { deliveries: [], lastDueMs: 0 };
    this.#ways.set(key, way);
    const nowMs = this.#timers.nowMs();
    const delayMs = this.#happens(delay) ? this.#random() * maxDelayMs : 0;
    way.lastDueMs = Math.max(way.lastDueMs, nowMs + delayMs);
    const position = this.#happens(overtake)
      ? Math.floor(this.#random() * way.deliveries.length)
      : way.deliveries.length;
    way.deliveries.splice(position, 0, deliver);
    // Each timer delivers whatever is first, so no inaccuracy of timers can change the order.
    this.#timers.after(way.lastDueMs - nowMs, () => {
      const first = way.deliveries.shift()!;
      if (way.deliveries.length === 0) this.#ways.delete(key);
      if (this.#inboxes.get(to) === target && this.#isReachable(from, to)) first(target);
    });
  }

  /** Carries a hint to everybody else, to some of them twice if told so. */
  carryToAll(from: InstanceId, deliver: (inbox: Inbox) => void): void {
    for (const to of this.reachableFrom(from)) {
      this.carry(from, to, deliver);
      if (this.#happens(this.faults.repeatHint)) this.carry(from, to, deliver);
    }
  }

  #isReachable(from: InstanceId, to: InstanceId): boolean {
    return this.#sideOf.get(from) === this.#sideOf.get(to);
  }

  /** Asks chance only for what can happen, so that a fault less does not change the other ones. */
  #happens(probability: number): boolean {
    return probability > 0 && this.#random() < probability;
  }
}

/** What is under way from one instance to another. */
interface Way {
  deliveries: ((inbox: Inbox) => void)[];
  lastDueMs: number;
}

class MemoryBus implements NearBus {
  readonly instance: InstanceId;
  #network: MemoryBusNetwork;
  #inbox: Inbox;

  constructor(network: MemoryBusNetwork, instance: InstanceId, inbox: Inbox) {
    this.#network = network;
    this.instance = instance;
    this.#inbox = inbox;
  }

  near(): InstanceId[] {
    return this.#network.reachableFrom(this.instance);
  }

  isNear(instance: InstanceId): boolean {
    return this.near().includes(instance);
  }

  send(to: InstanceId, message: BusMessage): void {
    if (to === this.instance) throw new TypeError("An instance cannot send to itself");
    if (this.#inbox.isClosed) return;
    const json = JSON.stringify(message);
    const from = this.instance;
    this.#network.carry(from, to, (inbox) => inbox.deliver(JSON.parse(json), from));
  }

  onMessage(handler: MessageHandler): void {
    this.#inbox.setHandler(handler);
  }

  publish(topic: string, message: BusMessage): void {
    if (this.#inbox.isClosed) return;
    const json = JSON.stringify(message);
    this.#network.carryToAll(this.instance, (inbox) => inbox.hint(topic, JSON.parse(json)));
  }

  subscribe(topic: string, handler: TopicHandler): () => void {
    return this.#inbox.subscribe(topic, handler);
  }

  close(): void {
    // The id may have been taken again after this instance was killed.
    if (!this.#inbox.isClosed) this.#network.kill(this.instance);
  }
}
