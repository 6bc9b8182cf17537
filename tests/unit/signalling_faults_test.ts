/** A store that fails for a while: what clients cannot ask for again must not get lost. */
import { assertEquals } from "@std/assert";
import type { ClientMessage } from "../../lib/protocol/mod.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import type { TreeStore } from "../../lib/store/tree_store.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { ServiceWorld } from "../support/service_world.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { newPeer } from "../support/tree_peers.ts";

const START: ClientMessage = { command: "START_BROADCAST", name: "b" };
const END: ClientMessage = { command: "END_BROADCAST", name: "b" };
const JOIN: ClientMessage = { command: "JOIN_BROADCAST", name: "b", offer: {} };
const LEAVE: ClientMessage = { command: "LEAVE_BROADCAST" };

/** Fails where and while a test says so, before it has done what it was asked for, or after. */
class FlakyStore extends MemoryTreeStore {
  failing: keyof TreeStore | null = null;
  isDoneFirst = false;

  constructor() {
    super();
    const methods = ["createBroadcast", "join", "leave", "open", "sweep"] as const;
    for (const method of methods) {
      const work = this[method].bind(this) as (...args: unknown[]) => Promise<unknown>;
      Object.assign(this, {
        [method]: async (...args: unknown[]) => {
          if (this.failing !== method) return await work(...args);
          if (this.isDoneFirst) await work(...args);
          throw new Error("disk on fire");
        },
      });
    }
  }
}

/** A broadcast on one instance, and a viewer of it on another one. */
async function broadcastWithViewer() {
  const store = new FlakyStore();
  const world = new ServiceWorld({ store });
  const [root, viewer] = [world.connect(0), world.connect(1)];
  root.send(START);
  await world.clock.advance(100);
  viewer.send(JOIN);
  await world.clock.advance(100);
  world.answer(root);
  await world.clock.advance(100);
  return { store, world, root, viewer };
}

Deno.test("[LEAVE-4] a departure that fails is repeated until the tree knows", async () => {
  const { store, world, viewer } = await broadcastWithViewer();
  store.failing = "leave";
  viewer.close();
  await world.clock.advance(60_000);
  assertEquals((await store.peers("b")).length, 2);
  store.failing = null;
  await world.clock.advance(60_000);
  assertEquals((await store.peers("b")).length, 1);
});

Deno.test("[END-4] a broadcast whose end fails is ended later, and everybody is told", async () => {
  const { store, world, root, viewer } = await broadcastWithViewer();
  store.failing = "sweep";
  root.close();
  await world.clock.advance(1_000);
  assertEquals(viewer.outlet.of("BROADCAST_ENDED"), []);
  store.failing = null;
  await world.clock.advance(60_000);
  assertEquals(viewer.outlet.of("BROADCAST_ENDED").length, 1);
  assertEquals(await store.broadcast("b"), null);
});

Deno.test("[END-1] END that failed on the way may be asked for again", async () => {
  const { store, world, root, viewer } = await broadcastWithViewer();
  store.failing = "sweep";
  root.send(END);
  await world.clock.advance(100);
  assertEquals(root.outlet.of("ERROR").map(({ code }) => code), ["internal"]);
  store.failing = null;
  root.send(END);
  await world.clock.advance(100);
  assertEquals(root.outlet.of("END_BROADCAST_RECEIVED").length, 1);
  assertEquals(viewer.outlet.of("BROADCAST_ENDED").length, 1);
});

Deno.test("[LEAVE-1] LEAVE that failed may be asked for again, and its peer carries children until then", async () => {
  const { store, world, viewer } = await broadcastWithViewer();
  store.failing = "leave";
  const late = world.connect(0);
  viewer.send(LEAVE);
  late.send(JOIN);
  await world.clock.advance(100);
  assertEquals(viewer.outlet.of("ERROR").map(({ code }) => code), ["internal"]);
  assertEquals(viewer.outlet.of("RELAY_BROADCAST").map(({ peer }) => peer), [late.id]);
  store.failing = null;
  viewer.send(LEAVE);
  await world.clock.advance(100);
  assertEquals(viewer.outlet.of("LEAVE_BROADCAST_RECEIVED").length, 1);
  assertEquals((await store.peers("b")).some(({ id }) => id === viewer.id), false);
});

Deno.test("[JOIN-4] a peer that has a picture gets its children though that could not be written at once", async () => {
  const store = new FlakyStore();
  const world = new ServiceWorld({ store });
  const [root, viewer, late] = [world.connect(0), world.connect(1), world.connect(1)];
  root.send(START);
  await world.clock.advance(100);
  store.failing = "open";
  viewer.send(JOIN);
  await world.clock.advance(100);
  world.answer(root);
  await world.clock.advance(500);
  late.send(JOIN);
  store.failing = null;
  await world.clock.advance(2_500);
  assertEquals(viewer.outlet.of("RELAY_BROADCAST").map(({ peer }) => peer), [late.id]);
});

Deno.test("[JOIN-5] a join that was told to have failed and was written takes no second place", async () => {
  const store = new FlakyStore();
  const world = new ServiceWorld({ store, fanout: 2 });
  const [root, viewer] = [world.connect(0), world.connect(1)];
  root.send(START);
  await world.clock.advance(100);
  store.failing = "join";
  store.isDoneFirst = true;
  viewer.send(JOIN);
  await world.clock.advance(100);
  assertEquals(viewer.outlet.of("ERROR").map(({ code }) => code), ["internal"]);
  store.failing = null;
  viewer.send(JOIN);
  await world.clock.advance(100);
  assertEquals(violations((await store.snapshot("b"))!), []);
  assertEquals(root.outlet.of("RELAY_BROADCAST").length, 1);
  viewer.close();
  await world.clock.advance(100);
  assertEquals((await store.peers("b")).map(({ id }) => id), [root.id]);
});

Deno.test("[END-4] a broadcast that was told to have failed and was written ends with its session", async () => {
  const store = new FlakyStore();
  const world = new ServiceWorld({ store });
  const root = world.connect(0);
  store.failing = "createBroadcast";
  store.isDoneFirst = true;
  root.send(START);
  await world.clock.advance(100);
  assertEquals(root.outlet.of("ERROR").map(({ code }) => code), ["internal"]);
  store.failing = null;
  root.close();
  await world.clock.advance(100);
  assertEquals(await store.broadcast("b"), null);
});

Deno.test("[END-1] a sweep that fails half-way has told of the members it removed", async () => {
  let isBroken = false;
  const kv = simKv(new SimKvData(), {
    random: () => 0,
    delay: () => Promise.resolve(),
    maxLatencyMs: 0,
    lockedShare: 0,
    faultShare: () => isBroken ? 1 : 0,
  });
  const store = new KvTreeStore({ kv });
  const root = newPeer("root");
  await store.createBroadcast({ name: "b", edition: "e", title: "b", createdAt: 1, root });
  const [slot] = await store.openSlots("b", 1);
  await store.join("b", newPeer("v"), slot!);
  await store.beginEnding("b", "root");
  const told: string[] = [];
  const failed = await store.sweep("b", (members) => {
    told.push(...members.map(({ id }) => id));
    // From the first step on that is committed.
    isBroken = true;
  }).then(() => false, () => true);
  assertEquals([failed, told.sort()], [true, ["root", "v"]]);
});
