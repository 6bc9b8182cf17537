/** Placement in virtual time, with the tree in memory. */
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import v8 from "node:v8";
import vm from "node:vm";
import { UserError } from "../../lib/protocol/mod.ts";
import {
  type PendingPlacement,
  PlacementCancelledError,
  Placements,
} from "../../lib/signalling/placement.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import type { OpenSlot, PlacedPeer } from "../../lib/store/tree_store.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { seededRandom } from "../support/sim/random.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import type { Slot } from "../../lib/tree/types.ts";
import { HERE, newPeer } from "../support/tree_peers.ts";

/** Counts the looks at the open slots and the claims; both may be made to fail or to miss. */
class WatchedStore extends MemoryTreeStore {
  looks = 0;
  claims = 0;
  /** Claims that find their slot taken. */
  misses = 0;
  fault: Error | null = null;

  override openSlots(name: string, limit: number): Promise<OpenSlot[]> {
    this.looks++;
    return this.fault ? Promise.reject(this.fault) : super.openSlots(name, limit);
  }

  override join(...args: Parameters<MemoryTreeStore["join"]>) {
    this.claims++;
    return this.misses-- > 0 ? Promise.resolve(null) : super.join(...args);
  }

  override reattach(...args: Parameters<MemoryTreeStore["reattach"]>) {
    this.claims++;
    return super.reattach(...args);
  }
}

class World {
  readonly store = new WatchedStore();
  readonly clock = new SimClock();
  readonly placements = this.instance();

  instance(address = HERE, random = seededRandom(1)): Placements {
    return new Placements({ store: this.store, clock: this.clock, random, address });
  }

  async start(fanout: number, name = "b"): Promise<void> {
    const root = newPeer("root", { fanout });
    await this.store.createBroadcast({
      name,
      edition: crypto.randomUUID(),
      title: name,
      createdAt: 1,
      root,
    });
  }

  /** Puts a peer below another one; a live one has open places itself. */
  async hang(id: string, parent: string, { fanout = 2, live = true } = {}): Promise<PlacedPeer> {
    const slots = await this.store.openSlots("b", Infinity);
    const slot = slots.find((slot) => slot.parent === parent);
    const placed = await this.store.join("b", newPeer(id, { fanout }), slot!);
    if (live) await this.store.open("b", placed!);
    return placed!;
  }

  look(
    id: string,
    { reattach = false, broadcast = "b", placements = this.placements, avoided = [] as string[] } =
      {},
  ) {
    const avoids = ({ parent }: Slot) => avoided.includes(parent);
    return new Outcome(placements.place({ broadcast, reattach, avoids, peer: newPeer(id) }));
  }

  async parentOf(id: string): Promise<string | null | undefined> {
    return (await this.store.peers("b")).find((peer) => peer.id === id)?.parent;
  }

  async problems(): Promise<string[]> {
    return violations((await this.store.snapshot("b"))!);
  }
}

/** What has become of a placement so far. */
class Outcome {
  state = "waits";

  constructor(readonly pending: PendingPlacement) {
    pending.result.then(
      () => this.state = "placed",
      (error) => this.state = error instanceof UserError ? error.code : error.name,
    );
  }
}

const states = (outcomes: Outcome[]) => outcomes.map(({ state }) => state);

Deno.test("[JOIN-3] place() takes the shallowest open slot", async () => {
  const world = new World();
  await world.start(2);
  await world.hang("a", "root");
  const first = world.look("v1");
  await world.clock.advance(0);
  assertEquals([first.state, await world.parentOf("v1")], ["placed", "root"]);
  const second = world.look("v2");
  await world.clock.advance(0);
  assertEquals([second.state, await world.parentOf("v2")], ["placed", "a"]);
});

Deno.test("[JOIN-4] place() waits for a slot, and takes it as soon as it is told of it", async () => {
  const world = new World();
  await world.start(1);
  const a = await world.hang("a", "root", { live: false });
  const outcome = world.look("v");
  await world.clock.advance(5_000);
  assertEquals(outcome.state, "waits");
  await world.store.open("b", a);
  world.placements.slotsOpened("b");
  await world.clock.advance(0);
  assertEquals([outcome.state, await world.parentOf("v")], ["placed", "a"]);
});

Deno.test("[JOIN-12] [JOIN-15] place() looks further for a parent that is not avoided", async () => {
  const world = new World();
  await world.start(8);
  await world.hang("a", "root");
  world.store.looks = 0;
  // The seven places of the root come first, and are more than one look shows.
  const outcome = world.look("v", { avoided: ["root"] });
  await world.clock.advance(0);
  assertEquals([outcome.state, await world.parentOf("v")], ["placed", "a"]);
  assertEquals(world.store.looks, 2);
});

Deno.test("[JOIN-12] [JOIN-15] place() takes one that is avoided when there is no other", async () => {
  const world = new World();
  await world.start(8);
  await world.hang("a", "root");
  const outcome = world.look("v", { avoided: ["root", "a"] });
  await world.clock.advance(0);
  assertEquals([outcome.state, await world.parentOf("v")], ["placed", "root"]);
});

Deno.test("place() finds a slot that nobody has told it of", async () => {
  const world = new World();
  await world.start(1);
  const a = await world.hang("a", "root", { live: false });
  const outcome = world.look("v");
  await world.clock.advance(5_000);
  await world.store.open("b", a);
  await world.clock.advance(500);
  assertEquals(outcome.state, "placed");
});

Deno.test("[JOIN-4] place() gives up after 10 s, and asks now and then until then", async () => {
  const world = new World();
  await world.start(1);
  await world.hang("a", "root", { live: false });
  const outcome = world.look("v");
  await world.clock.advance(9_900);
  assertEquals(outcome.state, "waits");
  await world.clock.advance(500);
  assertEquals(outcome.state, "no_capacity");
  assertGreaterOrEqual(world.store.looks, 25);
  assertLessOrEqual(world.store.looks, 120);
  const { looks } = world.store;
  await world.clock.advance(60_000);
  assertEquals(world.store.looks, looks, "nobody waits, so nobody looks");
});

Deno.test("place() counts the 10 s for each one by itself", async () => {
  const world = new World();
  await world.start(1);
  await world.hang("a", "root", { live: false });
  const early = world.look("v1");
  await world.clock.advance(6_000);
  const late = world.look("v2");
  await world.clock.advance(5_000);
  assertEquals(states([early, late]), ["no_capacity", "waits"]);
  await world.clock.advance(6_000);
  assertEquals(states([early, late]), ["no_capacity", "no_capacity"]);
});

Deno.test("[LEAVE-5] cancel() ends the waiting of one and of nobody else", async () => {
  const world = new World();
  await world.start(1);
  const a = await world.hang("a", "root", { live: false });
  const [given, kept] = [world.look("v1"), world.look("v2")];
  await world.clock.advance(100);
  given.pending.cancel();
  given.pending.cancel();
  await world.clock.advance(0);
  assertEquals(states([given, kept]), [PlacementCancelledError.name, "waits"]);
  await world.store.open("b", a);
  await world.clock.advance(500);
  assertEquals([kept.state, await world.parentOf("v1")], ["placed", undefined]);
});

Deno.test("cancel() takes back no claim that is being committed", async () => {
  const world = new World();
  await world.start(1);
  const commit = Promise.withResolvers<void>();
  const join = world.store.join.bind(world.store);
  world.store.join = (...args) => commit.promise.then(() => join(...args));
  const outcome = world.look("v");
  await world.clock.advance(0);
  outcome.pending.cancel();
  await world.clock.advance(1_000);
  assertEquals(outcome.state, "waits");
  commit.resolve();
  await world.clock.advance(0);
  assertEquals(outcome.state, "placed");
  outcome.pending.cancel();
  assertEquals(await world.parentOf("v"), "root");
});

Deno.test("[LEAVE-5] cancel() during a claim that fails is the end of it, no other slot is tried", async () => {
  const world = new World();
  await world.start(2);
  const commit = Promise.withResolvers<void>();
  world.store.misses = 1;
  const join = world.store.join.bind(world.store);
  world.store.join = (...args) => commit.promise.then(() => join(...args));
  const outcome = world.look("v");
  await world.clock.advance(0);
  outcome.pending.cancel();
  commit.resolve();
  await world.clock.advance(1_000);
  assertEquals(outcome.state, PlacementCancelledError.name);
  assertEquals([world.store.claims, await world.parentOf("v")], [1, undefined]);
});

Deno.test("[JOIN-9] place() refuses a name that is not live, and one that ends meanwhile", async () => {
  const world = new World();
  const nowhere = world.look("v", { broadcast: "nowhere" });
  await world.clock.advance(0);
  assertEquals(nowhere.state, "unknown_broadcast");
  await world.start(1);
  await world.hang("a", "root", { live: false });
  const waiting = [world.look("v1"), world.look("v2")];
  await world.clock.advance(1_000);
  assertEquals(states(waiting), ["waits", "waits"]);
  await world.store.beginEnding("b", "root");
  await world.store.sweep("b");
  await world.clock.advance(500);
  assertEquals(states(waiting), ["unknown_broadcast", "unknown_broadcast"]);
});

Deno.test("[JOIN-9] place() refuses nobody because of what was read before they came", async () => {
  const world = new World();
  const read = Promise.withResolvers<void>();
  const broadcast = world.store.broadcast.bind(world.store);
  world.store.broadcast = async (name) => {
    const found = await broadcast(name);
    await read.promise;
    return found;
  };
  const early = world.look("v1");
  await world.clock.advance(0);
  await world.start(2);
  const late = world.look("v2");
  read.resolve();
  await world.clock.advance(0);
  assertEquals(states([early, late]), ["unknown_broadcast", "placed"]);
});

Deno.test("place() lets all who come together share one look, each for a slot of its own", async () => {
  const world = new World();
  await world.start(8);
  const outcomes = Array.from({ length: 8 }, (_, i) => world.look(`v${i}`));
  await world.clock.advance(0);
  assertEquals(new Set(states(outcomes)), new Set(["placed"]));
  assertEquals([world.store.looks, world.store.claims], [1, 8]);
  assertEquals(await world.problems(), []);
});

Deno.test("place() looks once for many who wait, and not once for each", async () => {
  const world = new World();
  await world.start(1);
  await world.hang("a", "root", { live: false });
  const outcomes = Array.from({ length: 50 }, (_, i) => world.look(`v${i}`));
  await world.clock.advance(3_000);
  assertEquals(new Set(states(outcomes)), new Set(["waits"]));
  assertLessOrEqual(world.store.looks, 40);
});

Deno.test("place() tries another slot when one was taken meanwhile", async () => {
  const world = new World();
  await world.start(2);
  // Both read the same slots before either claims, and both choose the same one first.
  const others = world.instance({ instance: "other", region: "us" });
  const outcomes = [world.look("v1"), world.look("v2", { placements: others })];
  await world.clock.advance(0);
  assertEquals(states(outcomes), ["placed", "placed"]);
  assertGreaterOrEqual(world.store.claims, 3);
  assertEquals(await world.problems(), []);
});

Deno.test("[JOIN-4] place() stops trying when every claim fails until the 10 s are over", async () => {
  const world = new World();
  await world.start(2);
  world.store.misses = Infinity;
  const join = world.store.join.bind(world.store);
  world.store.join = async (...args) => {
    await world.clock.delay(100);
    return await join(...args);
  };
  const outcome = world.look("v");
  await world.clock.advance(9_900);
  assertEquals(outcome.state, "waits");
  await world.clock.advance(300);
  assertEquals(outcome.state, "no_capacity");
  assertLessOrEqual(world.store.claims, 101);
});

Deno.test("place() passes on a fault of the store to all who wait, and goes on with others", async () => {
  const world = new World();
  await world.start(1);
  world.store.fault = new TypeError("disk on fire");
  const outcomes = [world.look("v1"), world.look("v2")];
  await world.clock.advance(0);
  assertEquals(states(outcomes), ["TypeError", "TypeError"]);
  world.store.fault = null;
  const later = world.look("v3");
  await world.clock.advance(500);
  assertEquals(later.state, "placed");
});

Deno.test("[JOIN-6] an orphan waits while all open slots are in its own subtree, then gets one outside", async () => {
  const world = new World();
  await world.start(1);
  await world.hang("orphan", "root");
  await world.hang("below", "orphan");
  await world.store.detach("b", "orphan");
  const other = await world.hang("other", "root", { live: false });
  const slots = await world.store.openSlots("b", 10);
  assertEquals(new Set(slots.map(({ parent }) => parent)), new Set(["below"]));

  const outcome = world.look("orphan", { reattach: true });
  await world.clock.advance(3_000);
  assertEquals(outcome.state, "waits");
  assertGreaterOrEqual(world.store.claims, 3, "it tried");
  assertLessOrEqual(world.store.claims, 100, "it tries without end");
  await world.store.open("b", other);
  world.placements.slotsOpened("b");
  await world.clock.advance(0);
  assertEquals([outcome.state, await world.parentOf("orphan")], ["placed", "other"]);
  assertEquals(await world.parentOf("below"), "orphan");
  assertEquals(await world.problems(), []);
});

Deno.test("[JOIN-6] an orphan finds the one slot outside, however many open ones it brings along", async () => {
  const world = new World();
  await world.start(1);
  const wide = { fanout: 8 };
  await world.hang("orphan", "root", wide);
  for (let i = 0; i < 8; i++) await world.hang(`child ${i}`, "orphan", wide);
  await world.store.detach("b", "orphan");
  // The only way out is deeper than the 64 open places of its children, so it is listed last.
  let parent = "root";
  for (let depth = 1; depth <= 4; depth++) {
    await world.hang(`d${depth}`, parent, { fanout: 1 });
    parent = `d${depth}`;
  }
  const outcome = world.look("orphan", { reattach: true });
  await world.clock.advance(1_000);
  assertEquals([outcome.state, await world.parentOf("orphan")], ["placed", "d4"]);
  assertEquals(await world.problems(), []);
});

Deno.test("[JOIN-6] an orphan tries a slot again that did not reach the root, because now it may", async () => {
  const world = new World();
  await world.start(2);
  await world.hang("lost", "root", { fanout: 1 });
  await world.hang("below lost", "lost");
  await world.hang("orphan", "root", { fanout: 1 });
  for (const id of ["lost", "orphan"]) await world.store.detach("b", id);
  for (const id of ["x1", "x2"]) await world.hang(id, "root", { live: false });
  const outcome = world.look("orphan", { reattach: true });
  await world.clock.advance(1_000);
  assertEquals(outcome.state, "waits");
  await world.store.leave("b", "x1");
  const slots = await world.store.openSlots("b", 10);
  const slot = slots.find(({ parent }) => parent === "root")!;
  assertEquals((await world.store.reattach("b", "lost", slot)).outcome, "placed");
  await world.clock.advance(1_000);
  assertEquals([outcome.state, await world.parentOf("orphan")], ["placed", "below lost"]);
});

Deno.test("[JOIN-6] two orphans with no slot but each other's wait, and never adopt each other", async () => {
  const world = new World();
  await world.start(2);
  for (const id of ["o1", "o2"]) {
    await world.hang(id, "root");
    // Below it there are places, which must not do for the other one either.
    await world.hang(`below ${id}`, id);
  }
  for (const id of ["o1", "o2"]) await world.store.detach("b", id);
  for (const id of ["x1", "x2"]) await world.hang(id, "root", { live: false });
  const outcomes = ["o1", "o2"].map((id) => world.look(id, { reattach: true }));
  await world.clock.advance(9_000);
  assertEquals(states(outcomes), ["waits", "waits"]);
  await world.store.leave("b", "x1");
  await world.clock.advance(500);
  // The second finds its place below the first, whose subtree reaches the root again.
  assertEquals(states(outcomes), ["placed", "placed"]);
  assertEquals(await world.problems(), []);
});

Deno.test("an orphan whose record is gone joins as a new peer", async () => {
  const world = new World();
  await world.start(1);
  const outcome = world.look("forgotten", { reattach: true });
  await world.clock.advance(500);
  assertEquals([outcome.state, await world.parentOf("forgotten")], ["placed", "root"]);
  assert((await outcome.pending.result) !== null);
});

Deno.test("place() keeps nothing of broadcasts that nobody waits for", async () => {
  const world = new World();
  const before = heapBytes();
  const rounds = 500;
  const nameBytes = 20_000;
  for (let i = 0; i < rounds; i++) {
    const broadcast = `${i}`.padEnd(nameBytes, "x");
    const outcome = world.look("v", { broadcast });
    if (i % 2 === 0) outcome.pending.cancel();
    await outcome.pending.result.catch(() => {});
    if (i % 3 === 0) world.placements.slotsOpened(broadcast);
  }
  await world.clock.advance(60_000);
  const kept = heapBytes() - before;
  assertLessOrEqual(kept, rounds * nameBytes / 4, "names of broadcasts are kept");
});

/** What is on the heap and still needed. */
function heapBytes(): number {
  v8.setFlagsFromString("--expose-gc");
  vm.runInNewContext("gc")();
  return Deno.memoryUsage().heapUsed;
}
