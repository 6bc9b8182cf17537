/**
 * One bus out of two roads: instances that answer the roll call are near and get their mail there;
 * everybody else gets it by the far bus. Above both; it must not know what carries either of them.
 *
 * Messages are numbered per pair over both roads. Whoever becomes near gets nothing by the near road
 * until its far mail has been delivered; what comes late all the same is dropped by its number, so
 * no message overtakes another, arrives twice, or is lost unnoticed (docs/decisions/0008).
 */
import type { InstanceId } from "../tree/types.ts";
import type { Bus, BusMessage, MessageHandler, TopicHandler } from "./bus.ts";
import type { FarBus } from "./far_bus.ts";
import { Inbox } from "./inbox.ts";
import type { NearBus } from "./near_bus.ts";
import { type Timers, WALL_TIMERS } from "./timers.ts";

/** How long mail waits for the far road to be empty: longer than a receiver takes whose watch missed something. */
const HOLD_FOR_MS = 6_000;

/** Most that waits for one receiver meanwhile, in UTF-16 units: a thousand offers. */
const MAX_HELD_CHARS = 4 * 1024 * 1024;

/** What the composite wants to know from the near road. */
export interface NearRoadOptions {
  onGone: (instance: InstanceId) => void;
}

/** What the composite tells the far road, and wants to know from it. */
export interface FarRoadOptions {
  onGap: (instance: InstanceId) => void;
  isHintedOtherwise: (instance: InstanceId) => boolean;
}

/** What a composite bus is made of. */
export interface CompositeBusOptions {
  near: (options: NearRoadOptions) => NearBus;
  far: (options: FarRoadOptions) => FarBus;
  /** Is told of an instance with which something was lost, in either direction: read KV again. */
  onGap?: (instance: InstanceId) => void;
  timers?: Timers;
  holdForMs?: number;
  maxHeldChars?: number;
}

/** A bus that reaches every instance, by the shorter of two roads. */
export interface CompositeBus extends NearBus {
  /** Resolves when nothing that was sent depends on this instance any more; also after `close()`. */
  flushed(): Promise<void>;
}

/** Makes one bus of two. */
export function createCompositeBus(options: CompositeBusOptions): CompositeBus {
  return new NearAndFarBus(options);
}

/** A message as it travels: numbers are valid within the sender's epoch, and belong to one pair. */
type Numbered = [epoch: number, seq: number, message: BusMessage];

/** What there is to know about another instance. */
interface Peer {
  /** The road of the last message; "changing" while mail waits for the far road to be empty. */
  road: "near" | "far" | "changing" | null;
  sentSeq: number;
  held: string[];
  heldChars: number;
  cancelHold: () => void;
  /** The last message that came from there. */
  epoch: number;
  seq: number;
}

class NearAndFarBus implements CompositeBus {
  readonly instance: InstanceId;
  readonly #options: CompositeBusOptions;
  readonly #near: NearBus;
  readonly #far: FarBus;
  readonly #timers: Timers;
  readonly #epoch: number;
  readonly #inbox = new Inbox();
  /** Never forgotten, because numbers must go on; a few hundred bytes for each instance ever met. */
  readonly #peers = new Map<InstanceId, Peer>();
  readonly #gaps = new Set<InstanceId>();

  constructor(options: CompositeBusOptions) {
    this.#options = options;
    this.#timers = options.timers ?? WALL_TIMERS;
    this.#epoch = Math.floor(this.#timers.nowMs()) + 1;
    this.#near = options.near({ onGone: (gone) => this.#handleGone(gone) });
    this.#far = options.far({
      onGap: (instance) => this.#reportGap(instance),
      isHintedOtherwise: (instance) => this.isNear(instance),
    });
    this.instance = this.#near.instance;
    for (const road of [this.#near, this.#far]) {
      road.onMessage((message, from) => this.#receive(message as Numbered, from));
    }
  }

  near(): InstanceId[] {
    return this.#near.near();
  }

  isNear(instance: InstanceId): boolean {
    return this.#near.isNear(instance);
  }

  send(to: InstanceId, message: BusMessage): void {
    if (to === this.instance) throw new TypeError("An instance cannot send to itself");
    if (this.#inbox.isClosed) return;
    const peer = this.#peer(to);
    const numbered: Numbered = [this.#epoch, ++peer.sentSeq, message];
    const isNear = this.isNear(to);
    if (peer.road === "near" && !isNear) this.#handleGone(to);
    if (peer.road === "far" && isNear) this.#startHolding(to, peer);
    if (peer.road === "changing") this.#hold(to, peer, JSON.stringify(numbered));
    else {
      peer.road = isNear ? "near" : "far";
      this.#roadTo(peer).send(to, numbered);
    }
  }

  onMessage(handler: MessageHandler): void {
    this.#inbox.setHandler(handler);
  }

  publish(topic: string, message: BusMessage): void {
    this.#near.publish(topic, message);
    this.#far.publish(topic, message);
  }

  subscribe(topic: string, handler: TopicHandler): () => void {
    const ends = [this.#near, this.#far].map((road: Bus) => road.subscribe(topic, handler));
    return () => ends.forEach((end) => end());
  }

  flushed(): Promise<void> {
    return this.#far.flushed();
  }

  close(): void {
    if (this.#inbox.isClosed) return;
    this.#inbox.close();
    // Behind the mail it waits for, and no process has to stay for it.
    for (const [to, peer] of this.#peers) this.#release(to, peer, "far");
    this.#near.close();
    this.#far.close();
  }

  #peer(instance: InstanceId): Peer {
    let peer = this.#peers.get(instance);
    if (!peer) {
      const held = { held: [], heldChars: 0, cancelHold: () => {} };
      peer = { road: null, sentSeq: 0, ...held, epoch: 0, seq: 0 };
      this.#peers.set(instance, peer);
    }
    return peer;
  }

  #roadTo(peer: Peer): Bus {
    return peer.road === "near" ? this.#near : this.#far;
  }

  /** The near road has given somebody up: what was under way there may be lost. */
  #handleGone(instance: InstanceId): void {
    const peer = this.#peers.get(instance);
    if (peer?.road === "near") {
      peer.road = "far";
      this.#reportGap(instance);
    }
  }

  #startHolding(to: InstanceId, peer: Peer): void {
    peer.road = "changing";
    let isOver = false;
    const end = () => {
      if (!isOver) this.#release(to, peer, this.isNear(to) ? "near" : "far");
    };
    const cancelTimer = this.#timers.after(this.#options.holdForMs ?? HOLD_FOR_MS, end);
    peer.cancelHold = () => {
      isOver = true;
      cancelTimer();
    };
    this.#far.settled(to).then(end);
  }

  #hold(to: InstanceId, peer: Peer, json: string): void {
    peer.held.push(json);
    peer.heldChars += json.length;
    if (peer.heldChars > (this.#options.maxHeldChars ?? MAX_HELD_CHARS)) {
      this.#release(to, peer, this.isNear(to) ? "near" : "far");
    }
  }

  #release(to: InstanceId, peer: Peer, road: "near" | "far"): void {
    if (peer.road !== "changing") return;
    peer.cancelHold();
    peer.road = road;
    const held = peer.held;
    peer.held = [];
    peer.heldChars = 0;
    for (const json of held) this.#roadTo(peer).send(to, JSON.parse(json));
  }

  #receive([epoch, seq, message]: Numbered, from: InstanceId): void {
    const peer = this.#peer(from);
    // Overtaken by what came by the other road, which has been reported as a gap.
    if (epoch < peer.epoch || (epoch === peer.epoch && seq <= peer.seq)) return;
    const isFirst = epoch > peer.epoch;
    // A sender that has restarted may have lost what it was about to send.
    const isGap = isFirst ? peer.epoch > 0 || seq > 1 : seq > peer.seq + 1;
    peer.epoch = epoch;
    peer.seq = seq;
    if (isGap) this.#reportGap(from);
    this.#inbox.deliver(message, from);
  }

  /** Both roads and the numbers may notice the same loss: one report for each task. */
  #reportGap(instance: InstanceId): void {
    if (this.#gaps.size === 0) {
      queueMicrotask(() => {
        const gaps = [...this.#gaps];
        this.#gaps.clear();
        for (const gap of gaps) {
          if (!this.#inbox.isClosed) this.#options.onGap?.(gap);
        }
      });
    }
    this.#gaps.add(instance);
  }
}
