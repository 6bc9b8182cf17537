import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { MAIL_EXPIRES_MS } from "../../lib/bus/kv_sender.ts";
import { from, KvBusWorld } from "./bus_kv_world.ts";

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

Deno.test("KvBus delivers all, once and in order, whatever KV does", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const world = new KvBusWorld(seed);
    const chance = world.random;
    const faults = {
      maxLatencyMs: 1 + chance() * 200,
      lockedShare: chance() * 0.6,
      lostAnswerShare: chance() * 0.3,
      lostWatchShare: chance(),
    };
    const names = ["a", "b", "c"];
    const ends = new Map(names.map((name) => [name, world.open(name, { faults })]));
    const sent = new Map<string, string[]>();
    for (let n = 0; n < 60; n++) {
      const [me, to] = names.toSorted(() => chance() - 0.5) as [string, string];
      const size = chance() < 0.1 ? chance() * 150_000 : chance() * 300;
      const message = `${n}:${"€".repeat(size)}`;
      ends.get(me)!.bus.send(to, message);
      sent.set(`${me}>${to}`, [...sent.get(`${me}>${to}`) ?? [], message]);
      if (chance() < 0.5) await world.clock.advance(chance() * 100);
    }
    await world.clock.advance(20_000);
    for (const [pair, messages] of sent) {
      const [me, to] = pair.split(">") as [string, string];
      const { seen } = ends.get(to)!;
      assertEquals(from(seen, me).length, messages.length, `${pair} of seed ${seed}`);
      assert(from(seen, me).every((message, i) => message === messages[i]));
      assertEquals(seen.gaps, [], `seed ${seed}`);
    }
    for (const name of names) assertEquals(world.mailCount(name), 0, `seed ${seed}`);
    for (const { bus } of ends.values()) bus.close();
  }
});

Deno.test("KvBus finds mail that the watch does not tell of: in 5 s, in 1 s while it is busy, then sooner", async () => {
  const world = new KvBusWorld(1, { lostWatchShare: 1 });
  const [a, b] = [world.open("a"), world.open("b")];
  const timeToArrive = async (from: typeof a, to: typeof a, name: string) => {
    const count = to.seen.messages.length;
    const startMs = world.clock.now();
    from.bus.send(name, "hello");
    while (to.seen.messages.length === count) {
      await world.clock.advance(5);
      assert(world.clock.now() - startMs < 10_000, "Mail is not found");
    }
    return world.clock.now() - startMs;
  };
  // The first event of a watch tells what is there already.
  await world.clock.advance(30_500);
  const idleMs = await timeToArrive(a, b, "b");
  assert(idleMs > 1_100 && idleMs < 5_100, `${idleMs} ms`);
  // b has found out that its watch tells nothing.
  await world.clock.advance(3_300);
  assertLessOrEqual(await timeToArrive(a, b, "b"), 130);
  // a has just sent something and expects an answer, whenever it would have looked next.
  for (const phase of range(5)) {
    await world.clock.advance(30_000 + phase * 1_100);
    a.bus.send("c", "hello");
    assertLessOrEqual(await timeToArrive(b, a, "a"), 1_050);
  }
});

Deno.test("KvBus reads a long inbox at once", async () => {
  const world = new KvBusWorld(1);
  for (const sender of range(250)) world.open(`s${sender}`).bus.send("b", sender);
  await world.clock.advance(100);
  assertEquals(world.mailCount("b"), 250);
  const b = world.open("b");
  await world.clock.advance(500);
  assertEquals(b.seen.messages.length, 250);
  assertEquals(world.mailCount("b"), 0);
});

Deno.test("KvBus puts what is sent at once, or while a commit is under way, into one entry", async () => {
  const world = new KvBusWorld(1);
  const [a, b] = [world.open("a"), world.open("b")];
  let commits = 0;
  const { set } = world.data.entries;
  world.data.entries.set = (key, stored) => {
    if (stored.key[0] === "inbox") commits++;
    return set.call(world.data.entries, key, stored);
  };
  for (const n of range(50)) a.bus.send("b", n);
  await Promise.resolve();
  for (const n of range(50)) a.bus.send("b", 50 + n);
  await world.clock.advance(1);
  for (const n of range(50)) a.bus.send("b", 100 + n);
  await world.clock.advance(1_000);
  assertEquals(from(b.seen, "a"), range(150));
  assertEquals(commits, 2);
});

Deno.test("KvBus sends hints together, each once, to those who are alive", async () => {
  const world = new KvBusWorld(1);
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) =>
    world.open(name, { isHintedOtherwise: (instance) => instance === "d" })
  ) as [ReturnType<typeof world.open>, ...ReturnType<typeof world.open>[]];
  for (const { bus, seen } of [b, c, d, a] as (typeof a)[]) {
    bus.subscribe("t", (message) => seen.hints.push({ topic: "t", message }));
  }
  world.instances = ["a", "b", "d", "not there"];
  for (const n of range(40)) {
    a.bus.publish("t", n % 2);
    await world.clock.advance(1);
  }
  assertEquals(world.mailCount("not there"), 0);
  await world.clock.advance(1_000);
  const hints = [{ topic: "t", message: 0 }, { topic: "t", message: 1 }];
  assertEquals([a, b, c, d].map((end) => end!.seen.hints), [[], hints, [], []]);
  assertEquals(world.mailCount("not there"), 1);
});

Deno.test("KvBus: hints published right before close() still leave", async () => {
  const world = new KvBusWorld(1);
  const [a, b] = [world.open("a"), world.open("b")];
  b.bus.subscribe("t", (message) => b.seen.hints.push({ topic: "t", message }));
  a.bus.publish("t", "last");
  a.bus.close();
  let written = 0;
  a.bus.flushed().then(() => written = world.mailCount("b"));
  await world.clock.advance(20);
  assertEquals(written, 1);
  await world.clock.advance(1_000);
  assertEquals(b.seen.hints, [{ topic: "t", message: "last" }]);
});

Deno.test("KvBus.settled() resolves when the mail has been delivered, or has expired", async () => {
  const world = new KvBusWorld(1);
  const [a, b] = [world.open("a"), world.open("b")];
  let settled = 0;
  for (const n of range(3)) a.bus.send("b", n);
  a.bus.settled("b").then(() => settled = from(b.seen, "a").length);
  await world.clock.advance(1_000);
  assertEquals(settled, 3);
  a.bus.send("gone", "hello");
  a.bus.settled("gone").then(() => settled = -1);
  await world.clock.advance(MAIL_EXPIRES_MS - 1_000);
  assertEquals(settled, 3);
  await world.clock.advance(2_000);
  assertEquals(settled, -1);
  a.bus.settled("never heard of").then(() => settled = -2);
  await world.clock.advance(0);
  assertEquals(settled, -2);
});

Deno.test("KvBus.flushed() resolves after close() when all is written, at the latest after two seconds", async () => {
  for (const share of [0, 1]) {
    const world = new KvBusWorld(1);
    const a = world.open("a", { faults: { faultShare: () => share } });
    a.bus.send("b", "last words");
    a.bus.close();
    let flushedAtMs: number | null = null;
    a.bus.flushed().then(() => flushedAtMs = world.clock.now());
    await world.clock.advance(3_000);
    assert(flushedAtMs !== null && flushedAtMs < 2_600, `${flushedAtMs}`);
    assertEquals(world.mailCount("b"), 1 - share);
  }
});
