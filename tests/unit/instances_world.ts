/**
 * Instances that hold leases and reap each other in virtual time, over one simulated KV. A crash is
 * the end of an instance's timers: it gives nothing back. There is no signalling: peers are put into
 * the tree by the test, and the departure is what the store does of it.
 */
import type { Clock } from "../../lib/clock.ts";
import { Housekeeping, type HousekeepingTally } from "../../lib/instances/housekeeping.ts";
import { Lease, type LeaseLoss } from "../../lib/instances/lease.ts";
import { Reaper } from "../../lib/instances/reaper.ts";
import { KvInstanceStore } from "../../lib/store/kv_instance_store.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { Leftovers } from "../../lib/store/leftovers.ts";
import type { NewPeer } from "../../lib/store/tree_store.ts";
import type { Peer } from "../../lib/tree/types.ts";
import { seededRandom } from "../support/sim/random.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { newPeer } from "../support/tree_peers.ts";

/** How long peers keep their places in these tests. */
export const GRACE = { viewerMs: 15_000, broadcasterMs: 60_000 };

/** See the module's paragraph. */
export class InstancesWorld {
  readonly clock = new SimClock();
  readonly random: () => number;
  readonly data = new SimKvData();
  /** The test's own look at the KV, which never fails. */
  readonly tree: KvTreeStore;
  readonly store: KvInstanceStore;
  /** Every departure that was asked for: who did it, of whom, when. */
  readonly departures: { by: string; name: string; peer: string; at: number }[] = [];

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    const { kv, random, delay } = this.handle({ maxLatencyMs: 0 });
    this.tree = new KvTreeStore({ kv, random, delay });
    this.store = new KvInstanceStore({ kv, random, delay });
  }

  /** Opens the KV once more, with faults of its own. */
  handle({ maxLatencyMs = 20, faultShare, isStuck = () => false }: {
    maxLatencyMs?: number;
    faultShare?: () => number;
    isStuck?: () => boolean;
  } = {}) {
    const { random } = this;
    const delay = (ms: number) => isStuck() ? new Promise<void>(() => {}) : this.clock.delay(ms);
    const lockedShare = maxLatencyMs > 0 ? 0.05 : 0;
    const kv = simKv(this.data, { random, delay, maxLatencyMs, lockedShare, faultShare });
    return { kv, random, delay };
  }

  /** Begins an instance; resolves when its lease is there. */
  async begin(id: string): Promise<SimInstance> {
    const instance = new SimInstance(this, id);
    await this.settled(instance.start());
    return instance;
  }

  /** Waits for something while virtual time passes. */
  async settled<T>(operation: Promise<T>): Promise<T> {
    let isSettled = false;
    const done = () => isSettled = true;
    operation.then(done, done);
    while (!isSettled) await this.clock.advance(5);
    return await operation;
  }

  /** Lets time pass until something is true; throws when it takes too long. */
  async until(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
    const end = this.clock.now() + withinMs;
    while (!await this.settled(Promise.resolve(condition()))) {
      if (this.clock.now() > end) throw new Error(`not within ${withinMs} ms`);
      await this.clock.advance(50);
    }
  }

  /** Begins a broadcast whose root is at an instance. */
  async broadcast(name: string, at: string, fields: Partial<NewPeer> = {}): Promise<void> {
    const root = this.peer(`root of ${name}`, at, { fanout: 8, ...fields });
    const broadcast = { name, edition: name, title: name, createdAt: this.clock.now(), root };
    await this.settled(this.tree.createBroadcast(broadcast));
  }

  /** Puts a viewer into a broadcast, with a picture. */
  async join(name: string, id: string, at: string, fields: Partial<NewPeer> = {}): Promise<void> {
    const [slot] = await this.settled(this.tree.openSlots(name, 1));
    const placed = await this.settled(
      this.tree.join(name, this.peer(id, at, fields), slot!),
    );
    await this.settled(this.tree.open(name, placed!));
  }

  peer(id: string, at: string, fields: Partial<NewPeer>): NewPeer {
    return newPeer(id, { address: { instance: at, region: "eu" }, ...fields });
  }

  /** Lists who is in a broadcast. */
  async members(name: string): Promise<string[]> {
    return (await this.settled(this.tree.peers(name))).map(({ id }) => id).sort();
  }

  /** Lists the ids of instances that have a record. */
  async instances(): Promise<string[]> {
    return (await this.settled(this.store.list())).map(({ id }) => id).sort();
  }

  /** Lists all keys there are. */
  keys(): Deno.KvKey[] {
    return [...this.data.entries.values()].map(({ key }) => key);
  }
}

/** One instance: a lease, a reaper and housekeeping over a KV handle that can fail. */
export class SimInstance {
  readonly lease: Lease;
  readonly reaper: Reaper;
  readonly housekeeping: Housekeeping;
  readonly losses: LeaseLoss[] = [];
  readonly events: string[] = [];
  /** How often it has read all peers. */
  scans = 0;
  /** Share of this instance's KV operations that fail. */
  faultShare = 0;
  /** True while this instance's KV commits fail. */
  isReadOnly = false;
  /** True while this instance's KV operations never come to an end. */
  isStuck = false;
  /** What is done instead of departing, when a test says so. */
  onDepart: ((name: string, peer: Peer) => Promise<void>) | null = null;
  /** Finishes an end, when a test has its own way. */
  finishEnding: ((name: string) => Promise<unknown>) | null = null;
  forgetStaleSessions: () => Promise<number> = () => Promise.resolve(0);
  /** What the instance does when it learns that its lease is lost. */
  onLost: (loss: LeaseLoss) => Promise<void> = () => Promise.resolve();
  #isAlive = true;

  constructor(readonly world: InstancesWorld, readonly id: string) {
    const { random } = world;
    const { kv, delay } = world.handle({
      faultShare: () => this.faultShare,
      isStuck: () => this.isStuck,
    });
    const { atomic } = kv;
    kv.atomic = () => {
      if (this.isReadOnly) throw new Error("the primary is not there");
      return atomic();
    };
    const clock: Clock = {
      now: () => world.clock.now(),
      after: (ms, fn) => world.clock.after(ms, () => this.#isAlive && fn()),
    };
    const log = (_level: string, event: string) => void this.events.push(event);
    const store = new KvInstanceStore({ kv, random, delay });
    const tree = new KvTreeStore({ kv, random, delay });
    const common = { store, clock, random, log };
    this.lease = new Lease({
      ...common,
      address: { instance: id, region: "eu" },
      onLost: async (loss) => {
        this.losses.push(loss);
        await this.onLost(loss);
      },
    });
    this.reaper = new Reaper({
      ...common,
      tree: {
        allPeers: () => {
          this.scans++;
          return tree.allPeers();
        },
      },
      lease: this.lease,
      self: id,
      grace: GRACE,
      depart: async (name, peer) => {
        // What is dead cannot do anything, also where it had begun to.
        if (!this.#isAlive) await new Promise(() => {});
        world.departures.push({ by: id, name, peer: peer.id, at: world.clock.now() });
        await (this.onDepart ?? departBy(tree))(name, peer);
      },
    });
    this.housekeeping = new Housekeeping({
      ...common,
      leftovers: new Leftovers({ kv, random, delay }),
      self: id,
      finishEnding: (name) => this.finishEnding?.(name) ?? tree.sweep(name),
      forgetStaleSessions: () => this.forgetStaleSessions(),
    });
  }

  async start(): Promise<void> {
    await this.lease.start();
    this.reaper.start();
  }

  /** Stops without giving anything back. */
  crash(): void {
    this.#isAlive = false;
  }

  /** Stops in good order. */
  async stop(): Promise<void> {
    await this.world.settled((async () => {
      await Promise.all([this.reaper.stop(), this.housekeeping.stop()]);
      await this.lease.release();
    })());
  }

  /** Does a round of housekeeping. */
  keepHouse(): Promise<HousekeepingTally | null> {
    return this.world.settled(this.housekeeping.run());
  }
}

/** Makes what the product does for a lost peer, without the messages. */
export function departBy(tree: KvTreeStore): (name: string, peer: Peer) => Promise<void> {
  return async (name, peer) => {
    const ifAt = peer.address.instance;
    if (peer.parent !== null || peer.state !== "live") {
      await tree.leave(name, peer.id, { ifAt });
      return;
    }
    const begun = await tree.beginEnding(name, peer.id, { ifAt });
    // It may have been begun by an attempt that failed afterwards.
    if (begun || (await tree.broadcast(name))?.state === "ending") await tree.sweep(name);
  };
}
