/** What the KV bus loses, and how it says so. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { MAIL_EXPIRES_MS } from "../../lib/bus/kv_sender.ts";
import { from, KvBusWorld } from "./bus_kv_world.ts";

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

Deno.test("KvBus tells both ends of mail that could not be written for ten seconds", async () => {
  const world = new KvBusWorld(1);
  let isUnreachable = false;
  const a = world.open("a", { faults: { faultShare: () => isUnreachable ? 1 : 0 } });
  const b = world.open("b");
  a.bus.send("b", "before");
  await world.clock.advance(1_000);
  isUnreachable = true;
  a.bus.send("b", "lost");
  await world.clock.advance(9_000);
  assertEquals(a.seen.gaps, []);
  await world.clock.advance(3_000);
  assertEquals(a.seen.gaps, ["b"]);
  isUnreachable = false;
  a.bus.send("b", "after");
  await world.clock.advance(1_000);
  assertEquals(from(b.seen, "a"), ["before", "after"]);
  assertEquals(b.seen.gaps, ["a"]);
});

Deno.test("KvBus loses nothing when KV is out of reach for some seconds", async () => {
  const world = new KvBusWorld(1);
  let isUnreachable = false;
  const faults = { faultShare: () => isUnreachable ? 1 : 0 };
  const [a, b] = [world.open("a", { faults }), world.open("b", { faults })];
  for (const n of range(40)) {
    isUnreachable = n % 8 > 3;
    a.bus.send("b", n);
    await world.clock.advance(1_000);
  }
  isUnreachable = false;
  await world.clock.advance(5_000);
  assertEquals(from(b.seen, "a"), range(40));
  assertEquals([a.seen.gaps, b.seen.gaps], [[], []]);
});

Deno.test("KvBus does not deliver what is older than a minute, and says so", async () => {
  // KV removes an entry some time after its expiry: here at once, or never.
  for (const isRemoved of [true, false]) {
    const world = new KvBusWorld(1);
    const now = () => isRemoved ? world.clock.now() : 0;
    let isUnreachable = false;
    const a = world.open("a", { faults: { now } });
    const b = world.open("b", { faults: { now, faultShare: () => isUnreachable ? 1 : 0 } });
    isUnreachable = true;
    a.bus.send("b", "old");
    await world.clock.advance(MAIL_EXPIRES_MS - 1_000);
    a.bus.send("b", "young");
    await world.clock.advance(2_000);
    isUnreachable = false;
    await world.clock.advance(10_000);
    assertEquals(from(b.seen, "a"), ["young"]);
    assertEquals(b.seen.gaps, ["a"]);
    assertEquals(world.mailCount("b"), 0);
  }
});

Deno.test("KvBus tells of an entry that has gone from the inbox", async () => {
  const world = new KvBusWorld(1);
  let isUnreachable = true;
  const a = world.open("a");
  const b = world.open("b", { faults: { faultShare: () => isUnreachable ? 1 : 0 } });
  for (const n of range(3)) {
    a.bus.send("b", n);
    await world.clock.advance(100);
  }
  const lost = world.data.entries.keys().filter((key) => key.startsWith('["inbox","b"'))
    .toArray()[1]!;
  world.data.entries.delete(lost);
  isUnreachable = false;
  await world.clock.advance(10_000);
  assertEquals(from(b.seen, "a"), [0, 2]);
  assertEquals(b.seen.gaps, ["a"]);
});

Deno.test("KvBus: what a sender said in an earlier life comes before what it says in the next", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const world = new KvBusWorld(seed, { lockedShare: 0.3, lostAnswerShare: 0.2 });
    const { bus, seen } = world.open("b");
    const lives = 4;
    for (let life = 0; life < lives; life++) {
      const a = world.open("a");
      for (const n of range(5)) {
        a.bus.send("b", life * 10 + n);
        await world.clock.advance(world.random() * 40);
      }
      a.bus.close();
      await world.clock.advance(1 + world.random() * 200);
    }
    await world.clock.advance(10_000);
    const got = from(seen, "a") as number[];
    assertEquals(got, got.toSorted((x, y) => x - y), `seed ${seed}`);
    assertEquals(new Set(got).size, got.length);
    // The last words of a life may meet those of the next, and are dropped then.
    assert(lives * 5 - got.length <= lives);
    // Each new life is told of.
    assert(seen.gaps.length >= lives - 1);
    bus.close();
  }
});

Deno.test("KvBus: a receiver's next life gets what is left, and hears of what is not", async () => {
  const world = new KvBusWorld(1);
  const a = world.open("a");
  const first = world.open("b");
  for (const n of range(3)) a.bus.send("b", n);
  await world.clock.advance(1_000);
  first.bus.close();
  for (const n of range(3)) a.bus.send("b", 3 + n);
  await world.clock.advance(1_000);
  const second = world.open("b");
  for (const n of range(3)) a.bus.send("b", 6 + n);
  await world.clock.advance(1_000);
  assertEquals(from(first.seen, "a"), [0, 1, 2]);
  assertEquals(from(second.seen, "a"), [3, 4, 5, 6, 7, 8]);
  assertEquals([first.seen.gaps, second.seen.gaps], [[], ["a"]]);
});

Deno.test("KvBus: the inbox of an instance that is gone stays small, and delays nobody else", async () => {
  const world = new KvBusWorld(1);
  const [a, b] = [world.open("a"), world.open("b")];
  let most = 0;
  for (const n of range(3_000)) {
    a.bus.send("gone", n);
    if (n % 100 === 0) a.bus.send("b", n);
    await world.clock.advance(20);
    most = Math.max(most, world.mailCount("gone"));
  }
  assertLessOrEqual(most, 256);
  assert(a.seen.gaps.includes("gone"));
  assertEquals(from(b.seen, "a"), range(30).map((n) => n * 100));
  // What still waits is written when the first entries have expired.
  await world.clock.advance(2 * MAIL_EXPIRES_MS);
  assertEquals(world.mailCount("gone"), 0);
});

Deno.test("KvBus drops what it cannot hold, tells both ends, and goes on", async () => {
  const world = new KvBusWorld(1);
  const a = world.open("a", { maxHeldChars: 10_000 });
  const b = world.open("b");
  for (const n of range(200)) a.bus.send("b", `${n}${"x".repeat(100)}`);
  a.bus.send("b", "after");
  await world.clock.advance(1_000);
  assertEquals(from(b.seen, "a").at(-1), "after");
  assert(from(b.seen, "a").length < 200);
  assertEquals([new Set(a.seen.gaps), new Set(b.seen.gaps)], [new Set(["b"]), new Set(["a"])]);
});
