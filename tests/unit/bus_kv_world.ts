/**
 * Buses over a simulated KV in virtual time, with whatever can go wrong between them.
 */
import type { BusMessage } from "../../lib/bus/bus.ts";
import type { FarBus } from "../../lib/bus/far_bus.ts";
import { createKvBus, type KvBusOptions } from "../../lib/bus/kv.ts";
import type { BusKv } from "../../lib/bus/kv_commit.ts";
import type { Timers } from "../../lib/bus/timers.ts";
import { seededRandom } from "../support/sim/random.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { simKv, SimKvData, type SimKvOptions } from "../support/sim/sim_kv.ts";

/** What an instance has been given. */
export interface Seen {
  messages: { from: string; message: BusMessage }[];
  hints: { topic: string; message: BusMessage }[];
  gaps: string[];
}

/** What goes wrong with KV. */
export type KvFaults = Partial<SimKvOptions>;

/** See the module's paragraph. */
export class KvBusWorld {
  readonly clock = new SimClock();
  readonly data = new SimKvData();
  readonly random: () => number;
  readonly timers: Timers = {
    nowMs: () => this.clock.now(),
    after: (ms, callback) => this.clock.after(ms, callback),
  };
  /** The instances that hints go to. */
  instances: string[] = [];
  #faults: KvFaults;

  constructor(seed: number, faults: KvFaults = {}) {
    this.random = seededRandom(seed);
    this.#faults = faults;
  }

  /** One instance's handle to the KV. */
  kv(faults: KvFaults = {}): BusKv {
    return simKv(this.data, {
      random: this.random,
      delay: (ms) => this.clock.delay(ms),
      now: () => this.clock.now(),
      maxLatencyMs: 5,
      lockedShare: 0,
      ...this.#faults,
      ...faults,
    });
  }

  /** Opens a bus over the KV; with the same name again it is a later life of that instance. */
  open(
    instance: string,
    { faults, ...settings }: { faults?: KvFaults } & Partial<KvBusOptions> = {},
  ): { bus: FarBus; seen: Seen } {
    if (!this.instances.includes(instance)) this.instances.push(instance);
    const gaps: string[] = [];
    const bus = createKvBus(instance, {
      kv: this.kv(faults),
      instances: () => this.instances,
      onGap: (other) => gaps.push(other),
      timers: this.timers,
      random: this.random,
      ...settings,
    });
    const seen: Seen = { messages: [], hints: [], gaps };
    bus.onMessage((message, from) => seen.messages.push({ from, message }));
    return { bus, seen };
  }

  /** Counts the entries in an instance's inbox. */
  mailCount(instance: string): number {
    return this.data.entries.values()
      .filter(({ key, expiresAt }) =>
        key[0] === "inbox" && key[1] === instance && expiresAt > this.clock.now()
      ).toArray().length;
  }
}

/** What came from one sender. */
export function from(seen: Seen, sender: string): BusMessage[] {
  return seen.messages.filter(({ from }) => from === sender).map(({ message }) => message);
}
