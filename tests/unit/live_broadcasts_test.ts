/** The list of what is on air in virtual time, with the tree in memory. */
import { assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { type BroadcastList, LIST_LENGTH } from "../../lib/broadcast_summary.ts";
import { LiveBroadcasts } from "../../lib/live_broadcasts.ts";
import { Hints } from "../../lib/signalling/hints.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import type { Visibility } from "../../lib/tree/types.ts";
import { newPeer } from "../support/tree_peers.ts";
import { virtualBusNetwork } from "../support/virtual_bus.ts";

/** Counts how often everything is read, and how often one broadcast, and may fail. */
class WatchedStore extends MemoryTreeStore {
  reads = 0;
  looks = 0;
  fault: Error | null = null;

  override broadcasts() {
    this.reads++;
    return this.fault ? Promise.reject(this.fault) : super.broadcasts();
  }

  override broadcast(name: string) {
    this.looks++;
    return this.fault ? Promise.reject(this.fault) : super.broadcast(name);
  }
}

class World {
  readonly clock = new SimClock();
  readonly store = new WatchedStore();
  readonly logged: string[] = [];
  readonly hints = new Hints({
    bus: virtualBusNetwork(this.clock).join("here"),
    clock: this.clock,
  });
  readonly live = new LiveBroadcasts({
    store: this.store,
    hints: this.hints,
    clock: this.clock,
    log: (level, event) => this.logged.push(`${level} ${event}`),
  });
  #joined = 0;

  async start(
    name: string,
    { title = name.toUpperCase(), createdAt = 1, visibility = "public" as Visibility } = {},
  ): Promise<void> {
    const root = newPeer(`root of ${name}`, { displayName: "Ann", fanout: 8 });
    await this.store.createBroadcast({
      name,
      edition: crypto.randomUUID(),
      title,
      visibility,
      createdAt,
      root,
    });
    this.hints.changed(name);
  }

  async end(name: string): Promise<void> {
    await this.store.beginEnding(name, `root of ${name}`);
    await this.store.sweep(name);
    this.hints.changed(name);
  }

  async join(name: string, { isHintLost = false } = {}): Promise<string> {
    const id = `v${++this.#joined}`;
    const [slot] = await this.store.openSlots(name, 1);
    await this.store.join(name, newPeer(id), slot!);
    if (!isHintLost) this.hints.changed(name);
    return id;
  }

  async leave(name: string, id: string): Promise<void> {
    await this.store.leave(name, id);
    this.hints.changed(name);
  }

  /** Watches the list, as a page does; the lists it is given are remembered as names and counts. */
  async visit() {
    const first = await this.live.list();
    const lists = [shape(first)];
    const unlisten = this.live.listen((list) => lists.push(shape(list)), first);
    return { lists, unlisten };
  }
}

const shape = ({ broadcasts }: BroadcastList) =>
  broadcasts.map(({ name, viewers }) => `${name} ${viewers}`);

Deno.test("[LIST-1] list() tells what anyone may know of the live broadcasts, most viewers first", async () => {
  const world = new World();
  await world.start("old", { createdAt: 1 });
  await world.start("new", { createdAt: 2 });
  await world.start("full", { title: "Full house", createdAt: 0 });
  await world.start("over");
  await world.end("over");
  await world.join("full");
  const ann = { broadcaster: "Ann", still: null };
  assertEquals(await world.live.list(), {
    total: 3,
    broadcasts: [
      { ...ann, name: "full", title: "Full house", viewers: 1, startedAt: 0 },
      { ...ann, name: "new", title: "NEW", viewers: 0, startedAt: 2 },
      { ...ann, name: "old", title: "OLD", viewers: 0, startedAt: 1 },
    ],
  });
});

Deno.test("get() tells of one live broadcast, and null of any other", async () => {
  const world = new World();
  await world.start("b", { createdAt: 7 });
  assertEquals(await world.live.get("b"), {
    name: "b",
    title: "B",
    broadcaster: "Ann",
    viewers: 0,
    startedAt: 7,
    still: null,
    visibility: "public",
  });
  assertEquals(await world.live.get("nobody"), null);
  await world.store.beginEnding("b", "root of b");
  assertEquals(await world.live.get("b"), null);
});

Deno.test("[LIST-6] list() is read once for all who ask within a moment, and anew after it", async () => {
  const world = new World();
  await world.start("a");
  await Promise.all(Array.from({ length: 50 }, () => world.live.list()));
  await world.clock.advance(400);
  await world.start("b");
  assertEquals([shape(await world.live.list()), world.store.reads], [["a 0"], 1]);
  await world.clock.advance(200);
  assertEquals(shape(await world.live.list()), ["a 0", "b 0"]);
  assertEquals([world.store.reads, world.store.looks], [1, 1], "only what a hint told of");
  await world.clock.advance(5_000);
  await world.live.list();
  assertEquals([world.store.reads, world.store.looks], [2, 1], "everything, now and then");
});

Deno.test("list() looks at what changes, and not at thousands that do not", async () => {
  const world = new World();
  for (let i = 0; i < 2_000; i++) await world.start(`b${i}`);
  const { lists } = await world.visit();
  await world.clock.advance(1_000);
  const { looks } = world.store;
  await world.join("b7");
  await world.clock.advance(1_000);
  assertEquals(lists.at(-1)![0], "b7 1");
  assertEquals([world.store.reads, world.store.looks - looks], [1, 1]);
});

Deno.test("list() looks at everything at once when a hint has told of very many", async () => {
  const world = new World();
  await world.live.list();
  for (let i = 0; i < 300; i++) await world.start(`b${i}`);
  await world.clock.advance(1_000);
  assertEquals((await world.live.list()).total, 300);
  assertEquals([world.store.reads, world.store.looks], [2, 0]);
});

Deno.test("[LIST-2] list() has the most watched, page() the others, and nobody twice", async () => {
  const world = new World();
  const count = 2 * LIST_LENGTH + 7;
  for (let i = 0; i < count; i++) await world.start(`b${i}`, { createdAt: 5 });
  await world.join("b99");
  const list = await world.live.list();
  assertEquals([list.total, list.broadcasts.length], [count, LIST_LENGTH]);
  assertEquals(list.broadcasts[0]!.name, "b99");
  const names = new Set<string>();
  for (let offset = 0; offset < count; offset += LIST_LENGTH) {
    const { broadcasts, total } = await world.live.page(offset, 1_000);
    assertEquals(total, count);
    assertLessOrEqual(broadcasts.length, LIST_LENGTH);
    for (const { name } of broadcasts) names.add(name);
  }
  assertEquals(names.size, count);
  assertEquals((await world.live.page(5_000)).broadcasts, []);
});

Deno.test("[START-6] list() leaves out the unlisted, which get() and follow() know by name", async () => {
  const world = new World();
  await world.start("open");
  await world.start("hidden", { visibility: "unlisted" });
  assertEquals(shape(await world.live.list()), ["open 0"]);
  assertEquals((await world.live.list()).total, 1);
  assertEquals((await world.live.get("hidden"))?.visibility, "unlisted");
  const seen: (number | null)[] = [];
  world.live.follow("hidden", (broadcast) => seen.push(broadcast && broadcast.viewers));
  await world.clock.advance(1_000);
  await world.join("hidden");
  await world.clock.advance(1_000);
  await world.end("hidden");
  await world.clock.advance(1_000);
  assertEquals(seen, [0, 1, null]);
});

Deno.test("follow() says at once that nobody is live, and nothing of other broadcasts", async () => {
  const world = new World();
  const seen: unknown[] = [];
  const unfollow = world.live.follow("later", (broadcast) => seen.push(broadcast?.title ?? null));
  await world.clock.advance(1_000);
  await world.start("other");
  await world.clock.advance(1_000);
  await world.start("later");
  await world.clock.advance(1_000);
  unfollow();
  await world.end("later");
  await world.clock.advance(10_000);
  assertEquals(seen, [null, "LATER"]);
});

Deno.test("[STILL-4] list() says which still picture there is, until its time is over", async () => {
  const world = new World();
  await world.start("a");
  const still = { version: "v1", until: 10_000, type: "image/webp", bytes: new Uint8Array(3) };
  await world.store.setStill("a", "root of a", still);
  world.hints.changed("a");
  const stills: (string | null)[] = [];
  world.live.follow("a", (broadcast) => stills.push(broadcast!.still));
  await world.clock.advance(1_000);
  assertEquals((await world.live.list()).broadcasts[0]!.still, "v1");
  await world.clock.advance(20_000);
  assertEquals((await world.live.list()).broadcasts[0]!.still, null);
  assertEquals(stills, ["v1", null]);
});

Deno.test("list() does not keep a failure", async () => {
  const world = new World();
  world.store.fault = new Error("disk on fire");
  await assertRejects(() => world.live.list(), Error, "disk on fire");
  world.store.fault = null;
  assertEquals(await world.live.list(), { broadcasts: [], total: 0 });
});

Deno.test("listen() pushes each change, and nothing while all stays as it is", async () => {
  const world = new World();
  const { lists } = await world.visit();
  await world.clock.advance(20_000);
  assertEquals(lists, [[]]);
  await world.start("a");
  await world.clock.advance(1_000);
  await world.join("a");
  await world.clock.advance(1_000);
  world.hints.changed("a");
  await world.clock.advance(20_000);
  assertEquals(lists, [[], ["a 0"], ["a 1"]]);
});

Deno.test("listen() makes few lists of a wave of changes, and never leaves out the last", async () => {
  const world = new World();
  const { lists } = await world.visit();
  await world.start("a");
  for (let i = 0; i < 100; i++) {
    const id = await world.join("a");
    await world.clock.advance(10);
    await world.leave("a", id);
    await world.clock.advance(10);
  }
  await world.join("a");
  await world.clock.advance(1_000);
  assertLessOrEqual(lists.length, 8);
  assertEquals(lists.at(-1), ["a 1"]);
});

Deno.test("listen() finds what no hint has told of", async () => {
  const world = new World();
  await world.start("a");
  const { lists } = await world.visit();
  await world.clock.advance(1_000);
  await world.join("a", { isHintLost: true });
  await world.clock.advance(6_000);
  assertEquals(lists, [["a 0"], ["a 1"]]);
});

Deno.test("listen() pushes what its own listener has not got, whatever others were given before", async () => {
  const world = new World();
  await world.start("a");
  const early = await world.visit();
  const viewer = await world.join("a");
  await world.clock.advance(1_000);
  assertEquals(early.lists, [["a 0"], ["a 1"]]);
  early.unlisten();
  await world.leave("a", viewer);
  await world.clock.advance(1_000);
  const late = await world.visit();
  await world.join("a");
  await world.clock.advance(10_000);
  assertEquals(late.lists, [["a 0"], ["a 1"]]);
});

Deno.test("listen() soon finds what changed between the last read and the first listener", async () => {
  const world = new World();
  await world.live.list();
  await world.clock.advance(100);
  await world.start("a");
  const { lists } = await world.visit();
  assertEquals(lists, [[]], "a list may be half a second old");
  await world.clock.advance(600);
  assertEquals(lists, [[], ["a 0"]]);
});

Deno.test("listen() gives every listener the same, and one that has ended nothing", async () => {
  const world = new World();
  const [kept, gone] = [await world.visit(), await world.visit()];
  gone.unlisten();
  await world.start("a");
  await world.clock.advance(1_000);
  assertEquals([kept.lists, gone.lists], [[[], ["a 0"]], [[]]]);
});

Deno.test("nobody listens, so nothing is read", async () => {
  const world = new World();
  const { unlisten } = await world.visit();
  unlisten();
  await world.clock.advance(10_000);
  const { reads } = world.store;
  await world.start("a");
  await world.clock.advance(60_000);
  assertEquals(world.store.reads, reads);
});

Deno.test("a list that cannot be read is logged, and pushed when it can", async () => {
  const world = new World();
  const { lists } = await world.visit();
  await world.clock.advance(1_000);
  world.store.fault = new Error("disk on fire");
  await world.start("a");
  await world.clock.advance(7_000);
  assertEquals([new Set(world.logged), lists], [new Set(["error list_failed"]), [[]]]);
  world.store.fault = null;
  await world.clock.advance(6_000);
  assertEquals(lists, [[], ["a 0"]]);
});

Deno.test("a store that is slow is asked less often, and what changes meanwhile is not forgotten", async () => {
  const world = new World();
  const { store, clock } = world;
  const countAll = store.countAllViewers.bind(store);
  const count = store.countViewers.bind(store);
  store.countAllViewers = () => clock.delay(200).then(countAll);
  store.countViewers = (name) => clock.delay(200).then(() => count(name));
  const seen: unknown[] = [];
  world.live.follow("a", (broadcast) => seen.push(broadcast && broadcast.viewers));
  await clock.advance(150);
  assertEquals([store.reads, seen], [1, []], "the first look is under way");
  await world.start("a");
  await clock.advance(150);
  assertEquals(seen, [null], "it has not seen that");
  await clock.advance(2_100);
  assertEquals(seen, [null, 0]);
  for (let i = 0; i < 50; i++) {
    const id = await world.join("a");
    await clock.advance(100);
    await world.leave("a", id);
    await clock.advance(100);
  }
  await world.join("a");
  await clock.advance(4_500);
  assertEquals(seen.at(-1), 1);
  // 200 ms in 2 s, for 17 s.
  assertLessOrEqual(store.reads + store.looks, 10);
});

Deno.test("close() ends everything", async () => {
  const world = new World();
  const { lists } = await world.visit();
  world.live.close();
  const { reads } = world.store;
  await world.start("a");
  await world.clock.advance(60_000);
  assertEquals([lists, world.store.reads], [[[]], reads]);
});
