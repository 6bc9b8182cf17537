import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryBusNetwork, type MemoryBusNetworkOptions } from "../../lib/bus/memory.ts";
import { seededRandom, VirtualTimers } from "./bus_virtual_time.ts";

function setUp(options: MemoryBusNetworkOptions = {}, seed = 1) {
  const timers = new VirtualTimers();
  const network = new MemoryBusNetwork({ timers, random: seededRandom(seed), ...options });
  const [a, b, c] = ["a", "b", "c"].map((instance) => network.join(instance)) as [
    ReturnType<MemoryBusNetwork["join"]>,
    ReturnType<MemoryBusNetwork["join"]>,
    ReturnType<MemoryBusNetwork["join"]>,
  ];
  const got: number[] = [];
  b.onMessage((message) => got.push(message as number));
  return { timers, network, a, b, c, got };
}

Deno.test("MemoryBus drops from a seed, the same each time", () => {
  const run = () => {
    const { timers, a, got } = setUp({ faults: { drop: 0.3 } }, 7);
    for (let n = 0; n < 1000; n++) a.send("b", n);
    timers.advance(1);
    return got;
  };
  const got = run();
  assert(got.length > 600 && got.length < 800, `${got.length} arrived`);
  assertEquals(run(), got);
});

Deno.test("MemoryBus delays, but keeps the order within a pair", () => {
  const { timers, network, a, c, got } = setUp({ faults: { delay: 0.5, maxDelayMs: 100 } });
  for (let n = 0; n < 100; n++) {
    a.send("b", n);
    c.send("b", 1000 + n);
    timers.advance(1);
  }
  assert(network.underWay > 0);
  timers.advance(100);
  assertEquals(network.underWay, 0);
  const [fromA, fromC] = [got.filter((n) => n < 1000), got.filter((n) => n >= 1000)];
  assertEquals(fromA, [...Array(100).keys()]);
  assertEquals(fromC, [...Array(100).keys()].map((n) => n + 1000));
  const strictlyAlternating = fromA.flatMap((n, i) => [n, fromC[i]!]);
  assert(got.some((n, i) => n !== strictlyAlternating[i]), "nothing was reordered between pairs");
});

Deno.test("MemoryBus breaks the order within a pair only when told to", () => {
  const { timers, a, got } = setUp({ faults: { overtake: 0.5 } });
  for (let n = 0; n < 100; n++) a.send("b", n);
  timers.advance(1);
  assert(got.some((n, i) => n !== i));
  assertEquals(got.toSorted((x, y) => x - y), [...Array(100).keys()]);
});

Deno.test("MemoryBus repeats hints when told to", () => {
  const { timers, a, b } = setUp({ faults: { repeatHint: 1 } });
  const hints: unknown[] = [];
  b.subscribe("t", (message) => hints.push(message));
  a.publish("t", 1);
  timers.advance(1);
  assertEquals(hints, [1, 1]);
});

Deno.test("MemoryBusNetwork.partition() cuts both ways until heal()", () => {
  const { timers, network, a, b, c, got } = setUp();
  a.send("b", 1);
  network.partition(["b"]);
  a.send("b", 2);
  timers.advance(1);
  assertEquals(got, []);
  assertEquals([a.near(), b.near(), c.isNear("a"), c.isNear("b")], [["c"], [], true, false]);
  network.heal();
  a.send("b", 3);
  timers.advance(1);
  assertEquals(got, [3]);
});

Deno.test("MemoryBusNetwork.kill() loses what was under way to an instance, not what it sent", () => {
  const { timers, network, a, b, c, got } = setUp();
  const fromB: unknown[] = [];
  c.onMessage((message) => fromB.push(message));
  a.send("b", 1);
  b.send("c", 2);
  network.kill("b");
  const again = network.join("b");
  again.onMessage((message) => got.push(message as number));
  timers.advance(1);
  assertEquals([got, fromB], [[], [2]]);
  // The end that was killed must not take its successor with it.
  b.close();
  a.send("b", 3);
  timers.advance(1);
  assertEquals(got, [3]);
});

Deno.test("MemoryBusNetwork.join() refuses an id that is taken", () => {
  assertThrows(() => setUp().network.join("a"), TypeError, "has joined already");
});
