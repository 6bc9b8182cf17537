/**
 * Whom a search for a parent had better pass by: peers that left an offer unanswered, and everybody
 * on an instance that says nothing. Both may be gone, and nobody has found out yet. Only ever a
 * preference: when there is no other place, a suspect is asked again.
 */
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { InstanceId, PeerId, Slot } from "../tree/types.ts";

/** How long an instance that says nothing is avoided: by then its lease has run out, or it is back. */
const SILENT_MS = 30_000;

/** Heard from so lately, in ms, an instance is not silent because another one says so. */
const JUST_HEARD_MS = 2_000;

/** The topic on which instances tell each other who says nothing; the message is its id. */
const TOPIC = "silent";

/** What Suspects are made of. */
export interface SuspectsOptions {
  bus: Pick<Bus, "publish" | "subscribe">;
  clock: Clock;
}

/** See the module's paragraph. */
export class Suspects {
  readonly #options: SuspectsOptions;
  readonly #peers = new Map<PeerId, number>();
  readonly #silent = new Map<InstanceId, number>();
  readonly #heardAt = new Map<InstanceId, number>();
  readonly #unsubscribe: () => void;

  constructor(options: SuspectsOptions) {
    this.#options = options;
    this.#unsubscribe = options.bus.subscribe(TOPIC, (message) => {
      if (typeof message === "string") this.#handleReport(message);
    });
  }

  /** Notes a parent that has not answered. */
  suspect(peer: PeerId, forMs: number): void {
    this.#peers.set(peer, this.#options.clock.now() + forMs);
  }

  /** Takes back what was noted about a peer: it is there. */
  acquit(peer: PeerId): void {
    this.#peers.delete(peer);
  }

  /** Notes that an instance says nothing, and tells the others. */
  silence(instance: InstanceId): void {
    if (!this.#isIn(this.#silent, instance)) this.#options.bus.publish(TOPIC, instance);
    this.#silent.set(instance, this.#options.clock.now() + SILENT_MS);
  }

  /** Notes that an instance has said something. */
  hear(instance: InstanceId): void {
    this.#heardAt.set(instance, this.#options.clock.now());
    this.#silent.delete(instance);
  }

  /** Says whether an instance has said anything since a time, in ms since the epoch. */
  isHeardSince(instance: InstanceId, at: number): boolean {
    return (this.#heardAt.get(instance) ?? -Infinity) >= at;
  }

  /** Says whether a place is to be left alone while there is another one. */
  avoids({ parent, address }: Pick<Slot, "parent" | "address">): boolean {
    return this.#isIn(this.#peers, parent) || this.#isIn(this.#silent, address.instance);
  }

  /** Ends; nothing is heard of others any more. */
  close(): void {
    this.#unsubscribe();
  }

  #handleReport(instance: InstanceId): void {
    const now = this.#options.clock.now();
    if (this.isHeardSince(instance, now - JUST_HEARD_MS)) return;
    this.#silent.set(instance, now + SILENT_MS);
  }

  #isIn<T>(list: Map<T, number>, entry: T): boolean {
    const until = list.get(entry);
    if (until === undefined) return false;
    if (until > this.#options.clock.now()) return true;
    list.delete(entry);
    return false;
  }
}
