/** Tree states in virtual time, with the tree in memory and hints over a bus. */
import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import {
  MAX_BACKLOG_BYTES,
  MAX_PEER_NAME_LENGTH,
  SKIP_TREE_STATE_BACKLOG_BYTES,
  UserError,
} from "../../lib/protocol/mod.ts";
import { Hints } from "../../lib/signalling/hints.ts";
import { Session } from "../../lib/signalling/session.ts";
import { TreeWatch } from "../../lib/signalling/tree_watch.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import type { Peer } from "../../lib/tree/types.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { TestOutlet } from "../support/test_outlet.ts";
import { newPeer } from "../support/tree_peers.ts";
import { virtualBusNetwork } from "../support/virtual_bus.ts";

/** Counts how often the peers are read; reading may fail, or take its time. */
class WatchedStore extends MemoryTreeStore {
  reads = 0;
  fault: Error | null = null;
  beforeRead: (() => Promise<void>) | null = null;

  override async peers(name: string): Promise<Peer[]> {
    this.reads++;
    const peers = await super.peers(name);
    await this.beforeRead?.();
    if (this.fault) throw this.fault;
    return peers;
  }
}

class World {
  readonly clock = new SimClock();
  readonly store = new WatchedStore();
  readonly logged: string[] = [];
  readonly #bus = virtualBusNetwork(this.clock).join("here");
  readonly hints = new Hints({ bus: this.#bus, clock: this.clock });
  readonly watch = new TreeWatch({
    store: this.store,
    hints: this.hints,
    clock: this.clock,
    log: (level, event) => this.logged.push(`${level} ${event}`),
  });
  #joined = 0;

  async start(name = "b", createdAt = 1): Promise<void> {
    const root = newPeer("root", { fanout: 8 });
    await this.store.createBroadcast({
      name,
      edition: crypto.randomUUID(),
      title: name,
      createdAt,
      root,
    });
    this.hints.changed(name);
  }

  async end(name = "b"): Promise<void> {
    await this.store.beginEnding(name, "root");
    await this.store.sweep(name);
    this.hints.changed(name);
  }

  /** Somebody joins; the hint of it may get lost. */
  async join({ name = "b", isHintLost = false } = {}): Promise<string> {
    const id = `v${++this.#joined}`;
    const [slot] = await this.store.openSlots(name, 1);
    const placed = await this.store.join(name, newPeer(id, { fanout: 8 }), slot!);
    await this.store.open(name, placed!);
    if (!isHintLost) this.hints.changed(name);
    return id;
  }

  async subscribe(name = "b") {
    const outlet = new TestOutlet();
    const session = new Session(crypto.randomUUID(), () => {}, outlet);
    const accept = () => session.send({ command: "SUBSCRIBE_TO_TREE_STATE_RECEIVED" });
    await this.watch.subscribe(session, name, accept);
    return { session, outlet };
  }
}

const sizes = (outlet: TestOutlet) =>
  outlet.of("TREE_STATE_CHANGED").map(({ tree }) => JSON.stringify(tree).split(`"id"`).length - 1);

Deno.test("[TREE-1] the first tree follows the acknowledgement at once", async () => {
  const world = new World();
  await world.start();
  await world.join();
  const { outlet } = await world.subscribe();
  await world.clock.advance(0);
  assertEquals(outlet.messages.map(({ command }) => command), [
    "SUBSCRIBE_TO_TREE_STATE_RECEIVED",
    "TREE_STATE_CHANGED",
  ]);
  assertEquals(sizes(outlet), [2]);
});

Deno.test("[TREE-1] a later subscriber gets its first tree at once, and nobody else gets it again", async () => {
  const world = new World();
  await world.start();
  const first = await world.subscribe();
  await world.clock.advance(100);
  const second = await world.subscribe();
  await world.clock.advance(0);
  assertEquals([sizes(first.outlet), sizes(second.outlet)], [[1], [1]]);
});

Deno.test("[TREE-4] subscribe() refuses a name that is not live", async () => {
  const world = new World();
  const refused = () => world.subscribe();
  assertEquals((await assertRejects(refused, UserError) as UserError).code, "unknown_broadcast");
  await world.start();
  await world.store.beginEnding("b", "root");
  assertEquals((await assertRejects(refused, UserError) as UserError).code, "unknown_broadcast");
});

Deno.test("[TREE-1] a change is sent within a moment", async () => {
  const world = new World();
  await world.start();
  const { outlet } = await world.subscribe();
  await world.clock.advance(1_000);
  await world.join();
  await world.clock.advance(100);
  assertEquals(sizes(outlet), [1, 2]);
});

Deno.test("[TREE-3] a wave of changes makes a few trees a second, and the last one always comes", async () => {
  const world = new World();
  await world.start();
  const { outlet } = await world.subscribe();
  for (let i = 0; i < 200; i++) {
    await world.join();
    await world.clock.advance(10);
  }
  const during = sizes(outlet).length;
  assert(during >= 5, `only ${during} in two seconds`);
  assertLessOrEqual(during, 10);
  assertLessOrEqual(world.store.reads, 10);
  await world.clock.advance(1_000);
  assertEquals(sizes(outlet).at(-1), 201);
  assertLessOrEqual(sizes(outlet).length, during + 1);
});

Deno.test("[TREE-3] many subscribers share one read", async () => {
  const world = new World();
  await world.start();
  const all = await Promise.all(Array.from({ length: 20 }, () => world.subscribe()));
  await world.clock.advance(1_000);
  const { reads } = world.store;
  await world.join();
  await world.clock.advance(1_000);
  assertEquals(world.store.reads, reads + 1);
  for (const { outlet } of all) assertEquals(sizes(outlet), [1, 2]);
});

Deno.test("[TREE-3] what changes while the tree is being read is read afterwards", async () => {
  const world = new World();
  await world.start();
  const { outlet } = await world.subscribe();
  world.store.beforeRead = async () => {
    world.store.beforeRead = null;
    await world.join();
  };
  await world.clock.advance(1_000);
  assertEquals(sizes(outlet), [1, 2]);
});

Deno.test("[FRAME-4] who is behind is skipped, and gets the latest when it has caught up", async () => {
  const world = new World();
  await world.start();
  const [slow, quick] = [await world.subscribe(), await world.subscribe()];
  await world.clock.advance(1_000);
  slow.outlet.backlog = SKIP_TREE_STATE_BACKLOG_BYTES + 1;
  for (let i = 0; i < 3; i++) {
    await world.join();
    await world.clock.advance(1_000);
  }
  assertEquals([sizes(slow.outlet), sizes(quick.outlet)], [[1], [1, 2, 3, 4]]);
  slow.outlet.backlog = 0;
  await world.clock.advance(1_000);
  assertEquals([sizes(slow.outlet), sizes(quick.outlet)], [[1, 4], [1, 2, 3, 4]]);
  await world.clock.advance(20_000);
  assertEquals(sizes(slow.outlet), [1, 4], "once");
});

Deno.test("a change whose hint got lost is found all the same", async () => {
  const world = new World();
  await world.start();
  const { outlet } = await world.subscribe();
  await world.clock.advance(1_000);
  await world.join({ isHintLost: true });
  await world.clock.advance(6_000);
  assertEquals(sizes(outlet), [1, 2]);
});

Deno.test("a tree that stays the same is not sent again, and seldom read", async () => {
  const world = new World();
  await world.start();
  const { outlet } = await world.subscribe();
  await world.clock.advance(60_000);
  world.hints.changed("b");
  await world.clock.advance(1_000);
  assertEquals(sizes(outlet), [1]);
  assertLessOrEqual(world.store.reads, 15);
});

Deno.test("[TREE-4] a subscription ends with its broadcast", async () => {
  const world = new World();
  await world.start();
  const { outlet } = await world.subscribe();
  await world.clock.advance(1_000);
  await world.end();
  await world.clock.advance(1_000);
  const { reads } = world.store;
  await world.start("b", 2);
  await world.join();
  await world.clock.advance(60_000);
  assertEquals(sizes(outlet), [1]);
  assertEquals(world.store.reads, reads, "nobody subscribes, so nobody reads");
});

Deno.test("[TREE-4] a subscription ends with its broadcast, also when the next of that name begins at once", async () => {
  const world = new World();
  await world.start();
  const old = await world.subscribe();
  await world.clock.advance(1_000);
  await world.end();
  await world.start("b", 2);
  await world.join();
  const fresh = await world.subscribe();
  await world.clock.advance(10_000);
  assertEquals([sizes(old.outlet), sizes(fresh.outlet)], [[1], [2]]);
});

Deno.test("[TREE-1] a subscription is kept that comes while the end of the last broadcast is being read", async () => {
  const world = new World();
  await world.start();
  await world.subscribe();
  await world.clock.advance(1_000);
  await world.end();
  const fresh: Awaited<ReturnType<World["subscribe"]>>[] = [];
  world.store.beforeRead = async () => {
    world.store.beforeRead = null;
    await world.start("b", 2);
    fresh.push(await world.subscribe());
  };
  await world.clock.advance(1_000);
  assertEquals(sizes(fresh[0]!.outlet), [1]);
});

Deno.test("[TREE-4] a subscription ends with its session, also one that is being made", async () => {
  const world = new World();
  await world.start();
  const { session, outlet } = await world.subscribe();
  await world.clock.advance(1_000);
  session.markClosed();
  world.watch.unsubscribeAll(session);
  const closing = new Session("closing", () => {}, new TestOutlet());
  const subscribing = world.watch.subscribe(closing, "b", () => {
    throw new Error("accepted after it was closed");
  });
  closing.markClosed();
  await subscribing;
  const { reads } = world.store;
  await world.join();
  await world.clock.advance(60_000);
  assertEquals([sizes(outlet), world.store.reads], [[1], reads]);
});

Deno.test("[TREE-5] unsubscribe() ends one subscription, and none is no fault", async () => {
  const world = new World();
  await world.start();
  const [gone, kept] = [await world.subscribe(), await world.subscribe()];
  await world.clock.advance(1_000);
  world.watch.unsubscribe(gone.session, "b");
  world.watch.unsubscribe(gone.session, "b");
  world.watch.unsubscribe(gone.session, "nowhere");
  await world.join();
  await world.clock.advance(1_000);
  assertEquals([sizes(gone.outlet), sizes(kept.outlet)], [[1], [1, 2]]);
});

Deno.test("a tree that cannot be read is logged, and read again later", async () => {
  const world = new World();
  await world.start();
  world.store.fault = new Error("disk on fire");
  const { outlet } = await world.subscribe();
  await world.clock.advance(2_000);
  assertEquals(new Set(world.logged), new Set(["error tree_read_failed"]));
  assertLessOrEqual(world.logged.length, 10);
  world.store.fault = null;
  await world.clock.advance(1_000);
  assertEquals(sizes(outlet), [1]);
});

Deno.test("[FRAME-3] a tree that is too big for a client does not cost it its session", async () => {
  const world = new World();
  await world.start();
  const { session, outlet } = await world.subscribe();
  await world.clock.advance(1_000);
  const displayName = "水".repeat(MAX_PEER_NAME_LENGTH);
  const peersNeeded = Math.ceil(MAX_BACKLOG_BYTES / (3 * MAX_PEER_NAME_LENGTH));
  world.store.peers = async (name) => {
    const [root] = await MemoryTreeStore.prototype.peers.call(world.store, name);
    const viewers = Array.from({ length: peersNeeded }, (_, i): Peer => ({
      ...root!,
      id: `v${i}`,
      displayName,
      parent: "root",
      place: i,
    }));
    return [root!, ...viewers];
  };
  world.hints.changed("b");
  await world.clock.advance(10_000);
  assertEquals([session.isOpen, outlet.closedWith], [true, null]);
  assertEquals(sizes(outlet), [1]);
});

Deno.test("close() ends all subscriptions", async () => {
  const world = new World();
  await world.start();
  const { outlet } = await world.subscribe();
  await world.clock.advance(0);
  world.watch.close();
  const { reads } = world.store;
  await world.join();
  await world.clock.advance(60_000);
  assertEquals([sizes(outlet), world.store.reads], [[1], reads]);
});
