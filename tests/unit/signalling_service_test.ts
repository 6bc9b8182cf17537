/** What happens seldom: faults of the store, and messages that come too late. */
import { assertEquals } from "@std/assert";
import type { ClientMessage } from "../../lib/protocol/mod.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import { ServiceWorld } from "../support/service_world.ts";

const JOIN: ClientMessage = { command: "JOIN_BROADCAST", name: "b", offer: {} };
const START: ClientMessage = { command: "START_BROADCAST", name: "b" };

Deno.test("[ERR-4] a fault of the store is answered `internal`, without detail, and the session lives", async () => {
  const store = new BrokenStore();
  const world = new ServiceWorld({ store });
  const client = world.connect();
  const commands: ClientMessage[] = [
    START,
    { command: "END_BROADCAST", name: "b" },
    { command: "SUBSCRIBE_TO_TREE_STATE", name: "b" },
    JOIN,
  ];
  for (const message of commands) {
    client.send(message);
    await world.clock.advance(100);
    const error = client.outlet.of("ERROR").at(-1);
    assertEquals([error?.code, error?.answers], ["internal", message.command]);
    assertEquals(error?.message.includes("disk"), false);
  }
  store.isBroken = false;
  client.send(START);
  await world.clock.advance(100);
  assertEquals(client.outlet.of("START_BROADCAST_RECEIVED").length, 1);
  assertEquals(world.faults.length, commands.length);
});

Deno.test("[LINK-3] what is sent to a peer that has just gone is dropped without a word", async () => {
  const world = new ServiceWorld({ busFaults: { delay: 1, maxDelayMs: 50 } });
  const root = world.connect(0);
  const viewer = world.connect(1);
  root.send(START);
  await world.clock.advance(100);
  viewer.send(JOIN);
  await world.clock.advance(200);
  world.answer(root);
  await world.clock.advance(200);
  viewer.close();
  // The news has not come over the bus yet.
  root.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [] });
  await world.clock.advance(200);
  assertEquals(root.outlet.of("ERROR"), []);
  assertEquals(viewer.outlet.of("ICE_CANDIDATES"), []);
  root.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [] });
  assertEquals(root.outlet.of("ERROR").map(({ code }) => code), ["not_linked"]);
});

Deno.test("[LINK-3] what comes over a link that was just replaced is dropped", async () => {
  const world = new ServiceWorld({ fanout: 2, busFaults: { delay: 1, maxDelayMs: 50 } });
  const root = world.connect(0);
  const [a, b] = [world.connect(0), world.connect(0)];
  const viewer = world.connect(1);
  root.send(START);
  await world.clock.advance(100);
  for (const peer of [a, b]) {
    peer.send(JOIN);
    await world.clock.advance(200);
    world.answer(root);
    await world.clock.advance(200);
  }
  viewer.send(JOIN);
  await world.clock.advance(200);
  const first = [a, b].find(({ outlet }) => outlet.of("RELAY_BROADCAST").length > 0)!;
  world.answer(first);
  await world.clock.advance(200);
  assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED").length, 1);
  // The old parent's candidates are on their way when the viewer is told to look for another one.
  first.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: ["stale"] });
  first.close();
  viewer.send(JOIN);
  await world.clock.advance(500);
  assertEquals(viewer.outlet.of("ICE_CANDIDATES"), []);
  world.answer(
    [root, a, b].find((peer) =>
      peer !== first && peer.outlet.of("RELAY_BROADCAST").at(-1)?.peer === viewer.id
    )!,
  );
  await world.clock.advance(200);
  assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED").length, 2);
});

Deno.test("[END-1] late news of an earlier broadcast's end does not end a join that waits in the next", async () => {
  const world = new ServiceWorld({ busFaults: { delay: 1, maxDelayMs: 5_000 } });
  const [root, other, viewer, next] = [0, 1, 1, 1].map((instance) => world.connect(instance));
  root!.send(START);
  await world.clock.advance(100);
  viewer!.send(JOIN);
  await world.clock.advance(6_000);
  root!.send({ command: "END_BROADCAST", name: "b" });
  viewer!.send({ command: "LEAVE_BROADCAST" });
  next!.send(START);
  await world.clock.advance(1);
  // It takes the only place, and the viewer waits for another one to open.
  other!.send(JOIN);
  await world.clock.advance(1);
  viewer!.send(JOIN);
  await world.clock.advance(6_000);
  assertEquals(viewer!.outlet.of("BROADCAST_ENDED"), []);
  world.answer(next!);
  await world.clock.advance(100);
  world.answer(other!);
  await world.clock.advance(100);
  assertEquals(viewer!.outlet.of("JOIN_BROADCAST_RECEIVED").map(({ peer }) => peer), [other!.id]);
});

Deno.test("[END-5] an end that overtakes the placement it ends is told, also to who watched an earlier one", async () => {
  const store = new SlowAnswersStore();
  const world = new ServiceWorld({ store });
  const [root, viewer] = [world.connect(0), world.connect(1)];
  for (const isFirst of [true, false]) {
    root.send(START);
    await world.clock.advance(100);
    // The second time it is still a member of the first broadcast, as far as it knows.
    if (!isFirst) store.joinAnswer = Promise.withResolvers();
    viewer.send(JOIN);
    await world.clock.advance(100);
    if (isFirst) world.network.partition(["i1"]);
    root.send({ command: "END_BROADCAST", name: "b" });
    await world.clock.advance(100);
    world.network.heal();
    store.joinAnswer?.resolve();
    await world.clock.advance(100);
  }
  assertEquals(viewer.outlet.of("BROADCAST_ENDED").length, 1);
  assertEquals(viewer.outlet.of("ERROR"), []);
});

Deno.test("[LINK-2] an answer on its way to a viewer that left and joined again answers the old offer only", async () => {
  const world = new ServiceWorld();
  const [root, viewer] = [world.connect(0), world.connect(1)];
  root.send(START);
  await world.clock.advance(100);
  viewer.send(JOIN);
  await world.clock.advance(100);
  world.network.faults = { ...world.network.faults, delay: 1, maxDelayMs: 1_000 };
  world.answer(root);
  viewer.send({ command: "LEAVE_BROADCAST" }, JOIN);
  await world.clock.advance(2_500);
  assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED"), []);
  assertEquals(root.outlet.of("RELAY_BROADCAST").length, 2);
  world.answer(root);
  await world.clock.advance(2_500);
  assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED").length, 1);
});

Deno.test("close() closes every socket and gives up what they held; who comes later is sent away", async () => {
  const store = new MemoryTreeStore();
  const world = new ServiceWorld({ store });
  const [root, viewer] = [world.connect(0), world.connect(1)];
  root.send(START);
  await world.clock.advance(100);
  viewer.send(JOIN);
  await world.clock.advance(100);
  const closed = world.services[0]!.close();
  const late = world.connect(0);
  late.send(START);
  await world.clock.advance(100);
  await closed;
  assertEquals([root.outlet.closedWith?.code, late.outlet.closedWith?.code], [1012, 1012]);
  assertEquals(viewer.outlet.of("BROADCAST_ENDED").length, 1);
  assertEquals(world.services[0]!.sessionCount, 0);
  late.send(START);
  await world.clock.advance(100);
  assertEquals(await store.broadcast("b"), null);
});

/** A store whose joins are made at once, but told of later. */
class SlowAnswersStore extends MemoryTreeStore {
  joinAnswer: PromiseWithResolvers<void> | null = null;

  override async join(...args: Parameters<MemoryTreeStore["join"]>) {
    const placed = await super.join(...args);
    await this.joinAnswer?.promise;
    return placed;
  }
}

/** A store that answers nothing until it is mended. */
class BrokenStore extends MemoryTreeStore {
  isBroken = true;

  override broadcast(name: string) {
    return this.isBroken ? Promise.reject(new Error("disk on fire")) : super.broadcast(name);
  }

  override createBroadcast(...args: Parameters<MemoryTreeStore["createBroadcast"]>) {
    return this.isBroken
      ? Promise.reject(new Error("disk on fire"))
      : super.createBroadcast(...args);
  }

  override openSlots(name: string, limit: number) {
    return this.isBroken ? Promise.reject(new Error("disk on fire")) : super.openSlots(name, limit);
  }
}
