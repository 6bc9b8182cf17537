/** SET_RELAY in virtual time, where it meets joins that are under way; and the number of viewers. */
import { assertEquals } from "@std/assert";
import type { ClientMessage } from "../../lib/protocol/mod.ts";
import { ViewerCounts } from "../../lib/signalling/viewer_counts.ts";
import { ServiceWorld } from "../support/service_world.ts";
import { SimClock } from "../support/sim/sim_clock.ts";

const OFF: ClientMessage = { command: "SET_RELAY", relay: "none" };
const ON: ClientMessage = { command: "SET_RELAY", relay: "forward" };
const JOIN: ClientMessage = { command: "JOIN_BROADCAST", name: "b", offer: {} };

/** A root with one place, a viewer in it, and that one's child. */
async function chain(world: ServiceWorld) {
  const [root, middle, child] = [world.connect(0), world.connect(1), world.connect(0)];
  await world.start(root, "b");
  await world.joinUnder(root, middle, "b");
  await world.joinUnder(middle, child, "b");
  return { root, middle, child };
}

Deno.test("[RELAY-2] the children of who relays no more are told to join again, and it is asked for nobody", async () => {
  const world = new ServiceWorld();
  const { middle, child } = await chain(world);
  middle.send(OFF);
  await world.clock.advance(100);
  assertEquals(middle.outlet.of("SET_RELAY_RECEIVED").length, 1);
  assertEquals(middle.outlet.of("RECONNECT_TO_BROADCAST"), []);
  assertEquals(child.outlet.of("RECONNECT_TO_BROADCAST").map(({ name }) => name), ["b"]);
  const asked = middle.outlet.of("RELAY_BROADCAST").length;
  child.send(JOIN);
  await world.clock.advance(11_000);
  assertEquals(middle.outlet.of("RELAY_BROADCAST").length, asked);
  assertEquals(child.outlet.of("ERROR").map(({ code }) => code), ["no_capacity"]);
});

Deno.test("[RELAY-3] who relays again is given children again, those who wait for a place first", async () => {
  const world = new ServiceWorld();
  const { middle, child } = await chain(world);
  middle.send(OFF);
  await world.clock.advance(100);
  child.send(JOIN);
  await world.clock.advance(1_000);
  const asked = middle.outlet.of("RELAY_BROADCAST").length;
  middle.send(ON);
  await world.clock.advance(300);
  assertEquals(middle.outlet.of("RELAY_BROADCAST").length, asked + 1);
});

Deno.test("[RELAY-4] it counts for a join that is under way", async () => {
  const world = new ServiceWorld();
  const [root, viewer, other] = [world.connect(0), world.connect(1), world.connect(0)];
  await world.start(root, "b");
  viewer.send(JOIN, OFF);
  await world.clock.advance(100);
  world.answer(root);
  await world.clock.advance(100);
  assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED").length, 1);
  assertEquals((await world.store.peer("b", viewer.id))?.fanout, 0);
  other.send(JOIN);
  await world.clock.advance(11_000);
  assertEquals(viewer.outlet.of("RELAY_BROADCAST"), []);
});

Deno.test("[RELAY-2] a child whose offer waits for the answer of who relays no more is given another parent", async () => {
  const world = new ServiceWorld({ fanout: 2 });
  const [root, a, b, child] = [0, 1, 0, 1].map((instance) => world.connect(instance));
  await world.start(root!, "b");
  for (const viewer of [a!, b!]) {
    await world.joinUnder(root!, viewer, "b");
  }
  child!.send(JOIN);
  await world.clock.advance(100);
  const [asked, other] = a!.outlet.of("RELAY_BROADCAST").length > 0 ? [a!, b!] : [b!, a!];
  asked.send(OFF);
  await world.clock.advance(200);
  world.answer(other);
  await world.clock.advance(100);
  assertEquals(child!.outlet.of("JOIN_BROADCAST_RECEIVED").map(({ peer }) => peer), [other.id]);
  assertEquals(child!.outlet.of("RECONNECT_TO_BROADCAST"), []);
});

Deno.test("[RELAY-1] who watches nothing is told so", async () => {
  const world = new ServiceWorld();
  const client = world.connect();
  client.send(OFF);
  await world.clock.advance(100);
  const [error] = client.outlet.of("ERROR");
  assertEquals([error?.code, error?.answers], ["not_watching", "SET_RELAY"]);
});

Deno.test("[HEARTBEAT-2] a heartbeat brings the number of viewers, and costs one look in 5 s", async () => {
  const world = new ServiceWorld();
  const { root, middle } = await chain(world);
  const stranger = world.connect();
  const beat = async () => {
    for (const client of [root, middle, stranger]) client.send({ command: "HEARTBEAT" });
    await world.clock.advance(100);
    return [root, middle, stranger].map(({ outlet }) =>
      outlet.of("HEARTBEAT_RECEIVED").at(-1)?.viewers
    );
  };
  await beat();
  assertEquals(await beat(), [2, 2, undefined]);
});

Deno.test("viewers are counted once in 5 s, however many ask, and a fault leaves the last count", async () => {
  const clock = new SimClock();
  let [reads, viewers] = [0, 3];
  let fault: Error | null = null;
  const counts = new ViewerCounts({
    clock,
    log: () => {},
    store: {
      countViewers: () => {
        reads++;
        return fault ? Promise.reject(fault) : Promise.resolve(viewers);
      },
    },
  });
  assertEquals(counts.latest("b"), undefined);
  await clock.advance(10);
  for (let i = 0; i < 100; i++) assertEquals(counts.latest("b"), 3);
  assertEquals(reads, 1);
  viewers = 4;
  await clock.advance(5_000);
  counts.latest("b");
  await clock.advance(10);
  assertEquals(counts.latest("b"), 4);
  fault = new Error("disk");
  await clock.advance(5_000);
  counts.latest("b");
  await clock.advance(10);
  assertEquals([counts.latest("b"), reads], [4, 3]);
});
