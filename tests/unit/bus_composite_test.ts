import { assert, assertEquals } from "@std/assert";
import type { BusMessage } from "../../lib/bus/bus.ts";
import { type CompositeBus, createCompositeBus } from "../../lib/bus/composite.ts";
import { createKvBus } from "../../lib/bus/kv.ts";
import { MemoryBusNetwork } from "../../lib/bus/memory.ts";
import { from, KvBusWorld, type KvFaults, type Seen } from "./bus_kv_world.ts";

/** Instances on two roads: a network in memory that can be cut, and the simulated KV. */
class TwoRoads extends KvBusWorld {
  readonly network = new MemoryBusNetwork({ timers: this.timers, random: () => this.random() });
  /** What the near road of each instance tells of its end. */
  readonly gone = new Map<string, (instance: string) => void>();

  openBoth(
    instance: string,
    { holdForMs, maxHeldChars, ...faults }: KvFaults & {
      holdForMs?: number;
      maxHeldChars?: number;
    } = {},
  ): { bus: CompositeBus; seen: Seen } {
    this.instances.push(instance);
    const seen: Seen = { messages: [], hints: [], gaps: [] };
    const settings = { instances: () => this.instances, timers: this.timers, random: this.random };
    const bus = createCompositeBus({
      near: ({ onGone }) => {
        this.gone.set(instance, onGone);
        return this.network.join(instance);
      },
      far: (road) => createKvBus(instance, { kv: this.kv(faults), ...settings, ...road }),
      onGap: (other) => seen.gaps.push(other),
      timers: this.timers,
      holdForMs,
      maxHeldChars,
    });
    bus.onMessage((message, from) => seen.messages.push({ from, message }));
    return { bus, seen };
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function isAscending(messages: BusMessage[]): boolean {
  return messages.every((n, i) => i === 0 || n! > messages[i - 1]!);
}

Deno.test("CompositeBus: whoever becomes near gets all, once and in order", async () => {
  for (let seed = 0; seed < 100; seed++) {
    const world = new TwoRoads(seed);
    const faults = {
      maxLatencyMs: world.random() * 100,
      lockedShare: world.random() * 0.3,
      lostWatchShare: world.random(),
    };
    world.network.faults = {
      ...world.network.faults,
      delay: 0.5,
      maxDelayMs: world.random() * 50,
    };
    const [a, b] = [world.openBoth("a", faults), world.openBoth("b", faults)];
    world.network.partition(["a"]);
    const near = Math.floor(world.random() * 40);
    for (const n of range(40)) {
      if (n === near) world.network.heal();
      a.bus.send("b", n);
      if (n % 3 === 0) b.bus.send("a", n);
      if (world.random() < 0.5) await world.clock.advance(world.random() * 60);
    }
    await world.clock.advance(20_000);
    assertEquals(from(b.seen, "a"), range(40), `seed ${seed}`);
    assertEquals(from(a.seen, "b"), range(40).filter((n) => n % 3 === 0));
    assertEquals([a.seen.gaps, b.seen.gaps], [[], []], `seed ${seed}`);
    // By now all is quiet on the far road, and it is not used any more.
    world.data.entries.clear();
    a.bus.send("b", "near");
    await world.clock.advance(100);
    assertEquals(from(b.seen, "a").at(-1), "near");
    assertEquals(world.mailCount("b"), 0);
    a.bus.close();
    b.bus.close();
  }
});

Deno.test("CompositeBus: while roads change and lose mail, none overtakes, none comes twice, and each loss is told of", async () => {
  let lost = 0;
  for (let seed = 0; seed < 100; seed++) {
    const world = new TwoRoads(seed);
    const faults = { maxLatencyMs: world.random() * 50, lostWatchShare: world.random() };
    world.network.faults = { ...world.network.faults, delay: 0.7, maxDelayMs: 200 };
    const [a, b] = [world.openBoth("a", faults), world.openBoth("b", faults)];
    const count = 150;
    for (const n of range(count)) {
      a.bus.send("b", n);
      const dice = world.random();
      if (dice < 0.1) world.network.partition(["a"]);
      else if (dice > 0.9) world.network.heal();
      if (world.random() < 0.7) await world.clock.advance(world.random() * 150);
    }
    await world.clock.advance(20_000);
    world.network.heal();
    a.bus.send("b", count);
    await world.clock.advance(20_000);
    const got = from(b.seen, "a");
    assert(isAscending(got), `seed ${seed}`);
    assertEquals(got.at(-1), count);
    if (got.length < count + 1) {
      lost++;
      assert(b.seen.gaps.includes("a"), `the receiver of seed ${seed}`);
      assert(a.seen.gaps.includes("b"), `the sender of seed ${seed}`);
    }
    a.bus.close();
    b.bus.close();
  }
  assert(lost > 10, `The runs lost nothing: ${lost}`);
});

Deno.test("CompositeBus uses the near road for those who are near, and KV for the others", async () => {
  const world = new TwoRoads(1);
  const [a, b, c] = ["a", "b", "c"].map((name) => world.openBoth(name));
  world.network.partition(["c"]);
  a!.bus.send("b", "near");
  a!.bus.send("c", "far");
  await world.clock.advance(2);
  assertEquals([world.mailCount("b"), b!.seen.messages.length], [0, 1]);
  await world.clock.advance(100);
  assertEquals(from(c!.seen, "a"), ["far"]);
});

Deno.test("CompositeBus: late mail of the near road does not come after the far road's", async () => {
  const world = new TwoRoads(1);
  const [a, b] = [world.openBoth("a"), world.openBoth("b")];
  world.network.faults = { ...world.network.faults, delay: 1, maxDelayMs: 60_000 };
  a.bus.send("b", "late");
  const { isNear } = a.bus;
  assert(isNear.call(a.bus, "b"));
  world.network.partition(["a"]);
  a.bus.send("b", "by KV");
  await world.clock.advance(1_000);
  world.network.heal();
  await world.clock.advance(60_000);
  assertEquals(from(b.seen, "a"), ["by KV"]);
  assertEquals([a.seen.gaps, b.seen.gaps], [["b"], ["a"]]);
});

Deno.test("CompositeBus: what waits for the far road to be empty does not wait for ever, nor take all memory", async () => {
  for (const settings of [{ holdForMs: 500 }, { maxHeldChars: 20 }]) {
    const world = new TwoRoads(1);
    let faultShare = 1;
    const a = world.openBoth("a", settings);
    // b cannot read its mail.
    const b = world.openBoth("b", { faultShare: () => faultShare });
    world.network.partition(["a"]);
    a.bus.send("b", "unread");
    await world.clock.advance(100);
    world.network.heal();
    a.bus.send("b", "waits");
    if (settings.maxHeldChars) a.bus.send("b", "is too much");
    await world.clock.advance(settings.holdForMs ?? 0);
    await world.clock.advance(10);
    assertEquals(from(b.seen, "a")[0], "waits");
    assertEquals(b.seen.gaps, ["a"]);
    faultShare = 0;
    await world.clock.advance(10_000);
    assert(!from(b.seen, "a").includes("unread"));
  }
});

/** "a" has sent 0 by the far road, and 1, which waits for it, when "b" was near again. */
function waitingForTheFarRoad() {
  const world = new TwoRoads(1);
  const [a, b] = [world.openBoth("a"), world.openBoth("b")];
  world.network.partition(["a"]);
  a.bus.send("b", 0);
  world.network.heal();
  a.bus.send("b", 1);
  return { world, a, b };
}

Deno.test("CompositeBus: what waits for the far road goes there when the near road ends meanwhile", async () => {
  const { world, a, b } = waitingForTheFarRoad();
  world.network.partition(["a"]);
  a.bus.send("b", 2);
  await world.clock.advance(1_000);
  assertEquals(from(b.seen, "a"), [0, 1, 2]);
  assertEquals([a.seen.gaps, b.seen.gaps], [[], []]);
});

Deno.test("CompositeBus: what waits for the far road still arrives after close()", async () => {
  const { world, a, b } = waitingForTheFarRoad();
  a.bus.close();
  let flushed = false;
  a.bus.flushed().then(() => flushed = true);
  await world.clock.advance(1_000);
  assertEquals(from(b.seen, "a"), [0, 1]);
  assert(flushed);
});

Deno.test("CompositeBus tells of an instance that the near road has given up, once", async () => {
  const world = new TwoRoads(1);
  const [a] = [world.openBoth("a"), world.openBoth("b")];
  world.gone.get("a")!("never heard of");
  a.bus.send("b", 1);
  world.gone.get("a")!("b");
  assertEquals(a.seen.gaps, []);
  await world.clock.advance(0);
  assertEquals(a.seen.gaps, ["b"]);
  world.network.partition(["a"]);
  a.bus.send("b", 2);
  await world.clock.advance(1_000);
  assertEquals(a.seen.gaps, ["b"]);
});

Deno.test("CompositeBus tells of a sender's new life, and ends the old one there", async () => {
  const world = new TwoRoads(1);
  const b = world.openBoth("b");
  const first = world.openBoth("a");
  first.bus.send("b", "one");
  await world.clock.advance(10);
  first.bus.close();
  const second = world.openBoth("a");
  second.bus.send("b", "two");
  await world.clock.advance(10);
  assertEquals(from(b.seen, "a"), ["one", "two"]);
  assertEquals(b.seen.gaps, ["a"]);
});

Deno.test("CompositeBus drops what a sender said in a former life when the next has been heard", async () => {
  const world = new TwoRoads(1);
  const b = world.openBoth("b");
  const first = world.openBoth("a");
  world.network.faults = { ...world.network.faults, delay: 1, maxDelayMs: 60_000 };
  for (const message of ["late", "later"]) first.bus.send("b", message);
  await world.clock.advance(10);
  first.bus.close();
  const second = world.openBoth("a");
  world.network.partition(["a"]);
  second.bus.send("b", "by KV");
  await world.clock.advance(1_000);
  world.network.heal();
  await world.clock.advance(60_000);
  assertEquals(from(b.seen, "a"), ["by KV"]);
});

Deno.test("CompositeBus tells of mail that the far road could not take", async () => {
  const world = new TwoRoads(1);
  const a = world.openBoth("a", { faultShare: () => 1 });
  a.bus.send("b", "lost");
  await world.clock.advance(15_000);
  assertEquals(a.seen.gaps, ["b"]);
  a.bus.close();
});

Deno.test("CompositeBus publishes each hint once to those who are near and to those who are far", async () => {
  const world = new TwoRoads(1);
  const ends = ["a", "b", "c"].map((name) => world.openBoth(name));
  world.network.partition(["c"]);
  for (const { bus, seen } of ends) {
    bus.subscribe("t", (message) => seen.hints.push({ topic: "t", message }));
  }
  ends[0]!.bus.publish("t", 1);
  await world.clock.advance(1_000);
  const hint = { topic: "t", message: 1 };
  assertEquals(ends.map(({ seen }) => seen.hints), [[], [hint], [hint]]);
});
