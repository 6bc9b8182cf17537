/** Rules HELLO, RESUME, HEARTBEAT and the deadlines, in virtual time on two instances. */
import { assert, assertEquals } from "@std/assert";
import type { ClientMessage } from "../../lib/protocol/mod.ts";
import { type ServiceClient, ServiceWorld } from "../support/service_world.ts";

const START: ClientMessage = { command: "START_BROADCAST", name: "b" };
const JOIN: ClientMessage = { command: "JOIN_BROADCAST", name: "b", offer: {} };

Deno.test("[HELLO-1] HELLO has to be the first command", async () => {
  const world = new ServiceWorld();
  const client = world.connect();
  client.send({ command: "FETCH_CONFIG" }, { command: "HELLO", version: 1 });
  await world.clock.advance(10);
  assertEquals(client.outlet.of("ERROR").map(({ code }) => code), ["bad_order"]);
  const twice = world.connect();
  twice.send({ command: "HELLO", version: 1 }, { command: "HELLO", version: 1 });
  await world.clock.advance(10);
  assertEquals(twice.outlet.of("ERROR").map(({ code }) => code), ["bad_order"]);
});

Deno.test("[HELLO-1] [HELLO-2] WELCOME carries the version both speak, an id and a token", async () => {
  const world = new ServiceWorld();
  const welcome = await world.hello(world.connect(), undefined, 99);
  assertEquals([welcome.version, welcome.resumed], [1, false]);
  assert(welcome.id && welcome.resume && welcome.heartbeatMs > 0);
  assertEquals([welcome.broadcasts, welcome.watching, welcome.children], [[], null, []]);
});

Deno.test("[HEARTBEAT-1] a heartbeat is answered at once", () => {
  const world = new ServiceWorld();
  const client = world.connect();
  client.send({ command: "HEARTBEAT" });
  assertEquals(client.outlet.of("HEARTBEAT_RECEIVED").length, 1);
});

Deno.test("[RESUME-1] a lost socket keeps place, children and broadcasts, and nobody is told", async () => {
  const { world, root, viewer, below } = await chain();
  root.client.close();
  viewer.client.close();
  await world.clock.advance(14_000);
  const told = [below.client].flatMap(({ outlet }) => outlet.messages.map((m) => m.command));
  assertEquals(told.filter((command) => command !== "WELCOME"), ["JOIN_BROADCAST_RECEIVED"]);
  assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
});

for (const [title, instance] of [["the same", 1], ["another", 0]] as const) {
  Deno.test(`[RESUME-2] a viewer goes on where it was, on ${title} instance`, async () => {
    const { world, root, viewer, below } = await chain();
    viewer.client.close();
    await world.clock.advance(1000);
    const again = world.connect(instance);
    const welcome = await world.hello(again, viewer.token);
    assertEquals(welcome.resumed, true);
    assertEquals(welcome.id, viewer.id);
    assertEquals(welcome.watching, { name: "b", parent: root.id });
    assertEquals(welcome.children, [below.id]);
    // The links work in both directions.
    again.send({ command: "ICE_CANDIDATES", peer: root.id, candidates: [1] });
    again.send({ command: "ICE_CANDIDATES", peer: below.id, candidates: [2] });
    root.client.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [3] });
    below.client.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [4] });
    await world.clock.advance(100);
    assertEquals(root.client.outlet.of("ICE_CANDIDATES").at(-1)?.candidates, [1]);
    assertEquals(below.client.outlet.of("ICE_CANDIDATES").at(-1)?.candidates, [2]);
    assertEquals(again.outlet.of("ICE_CANDIDATES").map((m) => m.candidates), [[3], [4]]);
    // And its grace period is over for good.
    await world.clock.advance(60_000);
    assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
    assertEquals(world.faults, []);
  });

  Deno.test(`[RESUME-2] a broadcaster goes on where it was, on ${title} instance`, async () => {
    const { world, root, viewer } = await chain(1);
    root.client.close();
    await world.clock.advance(30_000);
    const again = world.connect(instance);
    const welcome = await world.hello(again, root.token);
    assertEquals([welcome.resumed, welcome.broadcasts], [true, ["b"]]);
    assertEquals(welcome.children, [viewer.id]);
    await world.clock.advance(100_000);
    again.send({ command: "END_BROADCAST", name: "b" });
    await world.clock.advance(1000);
    assertEquals(again.outlet.of("END_BROADCAST_RECEIVED").length, 1);
    assertEquals(viewer.client.outlet.of("BROADCAST_ENDED").length, 1);
  });
}

Deno.test("[RESUME-2] whoever joins meanwhile finds the peer at its new instance", async () => {
  const { world, viewer, below } = await chain();
  below.client.send({ command: "LEAVE_BROADCAST" });
  await world.clock.advance(1000);
  viewer.client.close();
  const again = world.connect(0);
  await world.hello(again, viewer.token);
  const late = world.connect(1);
  late.send(JOIN);
  await world.clock.advance(1000);
  assertEquals(again.outlet.of("RELAY_BROADCAST").map(({ peer }) => peer), [late.id]);
});

Deno.test("[RESUME-3] an unknown or expired token makes a new session", async () => {
  const { world, viewer } = await chain();
  const stranger = await world.hello(world.connect(), "no such token");
  assertEquals(stranger.resumed, false);
  viewer.client.close();
  await world.clock.advance(16_000);
  for (const instance of [0, 1]) {
    const late = await world.hello(world.connect(instance), viewer.token);
    assertEquals([late.resumed, late.watching], [false, null]);
    assert(late.id !== viewer.id && late.resume !== viewer.token);
  }
});

for (const [title, instance] of [["the same", 1], ["another", 0]] as const) {
  Deno.test(`[RESUME-4] a second socket with the token closes the first, on ${title} instance`, async () => {
    const { world, viewer, root } = await chain();
    const again = world.connect(instance);
    const welcome = await world.hello(again, viewer.token);
    assertEquals(welcome.resumed, true);
    await world.clock.advance(100);
    assertEquals(viewer.client.outlet.closedWith?.code, 4001);
    // The closed socket's end changes nothing.
    viewer.client.close();
    await world.clock.advance(60_000);
    root.client.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [1] });
    await world.clock.advance(100);
    assertEquals(again.outlet.of("ICE_CANDIDATES").length, 1);
  });
}

Deno.test("[RESUME-4] who goes to another instance and comes back is not closed by late news of that", async () => {
  const { world, root, viewer, below } = await chain(0, 3);
  Object.assign(world.network.faults, { delay: 1, maxDelayMs: 2_000 });
  viewer.client.close();
  const second = world.connect(2);
  await world.hello(second, viewer.token);
  second.close();
  // Instance 1 still has its session, and does not know that it was taken up meanwhile.
  const again = world.connect(1);
  const welcome = await world.hello(again, viewer.token);
  assertEquals([welcome.resumed, welcome.id], [true, viewer.id]);
  await world.clock.advance(20_000);
  assertEquals(again.outlet.closedWith, null);
  assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
  for (const member of [root, below]) {
    member.client.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [member.id] });
  }
  await world.clock.advance(5_000);
  const heard = again.outlet.of("ICE_CANDIDATES").map(({ candidates }) => candidates[0]);
  assertEquals(heard.toSorted(), [root.id, below.id].toSorted());
});

Deno.test("what is sent to a session that has come back and gone goes round no longer", async () => {
  const { world, viewer, root } = await chain(0, 3);
  viewer.client.close();
  for (const instance of [2, 1, 2]) {
    const again = world.connect(instance);
    await world.hello(again, viewer.token);
    await world.clock.advance(100);
    again.close();
  }
  const last = world.connect(1);
  await world.hello(last, viewer.token);
  world.network.faults.drop = 1;
  last.send({ command: "LEAVE_BROADCAST" });
  await world.clock.advance(100);
  last.close();
  world.network.faults.drop = 0;
  // It has not heard that the viewer is gone.
  root.client.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [] });
  await world.clock.advance(1_000);
  assertEquals(root.client.outlet.of("ERROR"), []);
  assertEquals(world.network.underWay, 0);
});

Deno.test("[RESUME-4] many sockets with one token: one of them has it in the end", async () => {
  const { world, viewer } = await chain();
  viewer.client.close();
  const sockets = Array.from({ length: 6 }, (_, i) => world.connect(i % 2));
  for (const socket of sockets) {
    socket.send({ command: "HELLO", version: 1, resume: viewer.token });
  }
  await world.clock.advance(1000);
  const open = sockets.filter(({ outlet }) =>
    !outlet.closedWith && outlet.of("WELCOME").at(-1)?.resumed
  );
  assertEquals(open.length, 1);
  assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
});

Deno.test("[RESUME-5] when the period is over a viewer has left and a broadcast ends", async () => {
  const { world, root, viewer, below } = await chain();
  viewer.client.close();
  await world.clock.advance(16_000);
  assertEquals(below.client.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  below.client.send(JOIN);
  await world.clock.advance(100);
  world.answer(root.client);
  await world.clock.advance(100);
  root.client.close();
  await world.clock.advance(59_000);
  assertEquals((await world.store.broadcast("b"))?.state, "live");
  assertEquals(below.client.outlet.of("BROADCAST_ENDED").length, 0);
  await world.clock.advance(2_000);
  assertEquals(await world.store.broadcast("b"), null);
  assertEquals(below.client.outlet.of("BROADCAST_ENDED").length, 1);
});

Deno.test("[RESUME-5] also when its socket is lost again while another instance takes it up", async () => {
  const { world, viewer, below } = await chain();
  viewer.client.close();
  await world.clock.advance(1000);
  const again = world.connect(0);
  again.send({ command: "HELLO", version: 1, resume: viewer.token });
  again.close();
  await world.clock.advance(14_000);
  assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
  await world.clock.advance(3_000);
  assertEquals(below.client.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
});

Deno.test("[RESUME-6] an orphan that comes back is told to reconnect", async () => {
  const { world, viewer, below } = await chain();
  below.client.close();
  viewer.client.send({ command: "LEAVE_BROADCAST" });
  await world.clock.advance(1000);
  for (const instance of [0, 1]) {
    const again = world.connect(instance);
    const welcome = await world.hello(again, below.token);
    assertEquals(welcome.watching, { name: "b", parent: null });
    assertEquals(again.outlet.messages.map(({ command }) => command), [
      "WELCOME",
      "RECONNECT_TO_BROADCAST",
    ]);
  }
});

Deno.test("[RESUME-7] an instance that ends keeps the places of those who greeted", async () => {
  const { world, viewer } = await chain();
  const plain = world.connect(1);
  plain.send({ command: "JOIN_BROADCAST", name: "b", offer: {} });
  const closing = world.services[1]!.close();
  await world.clock.advance(3000);
  await closing;
  assertEquals(viewer.client.outlet.closedWith?.code, 1012);
  assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
  const welcome = await world.hello(world.connect(0), viewer.token);
  assertEquals([welcome.resumed, welcome.id], [true, viewer.id]);
});

Deno.test("[JOIN-14] a parent that does not answer is passed over, its place is free again, and the late answer goes nowhere", async () => {
  const world = new ServiceWorld({ fanout: 2 });
  const root = world.connect(0);
  await world.start(root, "b");
  const [a, b] = [world.connect(0), world.connect(1)];
  for (const peer of [a, b]) {
    await world.joinUnder(root, peer, "b");
  }
  const viewer = world.connect(1);
  viewer.send(JOIN);
  await world.clock.advance(100);
  const [first, second] = a.outlet.of("RELAY_BROADCAST").length > 0 ? [a, b] : [b, a];
  await world.clock.advance(2_800);
  assertEquals(second.outlet.of("RELAY_BROADCAST"), []);
  await world.clock.advance(200);
  assertEquals(second.outlet.of("RELAY_BROADCAST").map(({ peer }) => peer), [viewer.id]);
  world.answer(first);
  world.answer(second);
  await world.clock.advance(100);
  const answers = viewer.outlet.of("JOIN_BROADCAST_RECEIVED");
  assertEquals(answers.map(({ peer }) => peer), [second.id]);
});

Deno.test("[JOIN-14] a viewer that moves to another instance does not ask the same parent all over again", async () => {
  const world = new ServiceWorld({ fanout: 2 });
  const root = world.connect(0);
  await world.start(root, "b");
  const other = world.connect(1);
  await world.joinUnder(root, other, "b");
  const viewer = world.connect(0);
  const { id, resume } = await world.hello(viewer);
  viewer.send(JOIN);
  await world.clock.advance(2_000);
  assertEquals(root.outlet.of("RELAY_BROADCAST").at(-1)?.peer, id);
  viewer.close();
  const again = world.connect(1);
  await world.hello(again, resume);
  assertEquals(again.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  again.send(JOIN);
  await world.clock.advance(100);
  assertEquals(other.outlet.of("RELAY_BROADCAST").map(({ peer }) => peer), [id]);
  assertEquals(world.faults, []);
});

Deno.test("[JOIN-12] a parent reported lost is not chosen again while there is another", async () => {
  const world = new ServiceWorld({ fanout: 2 });
  const root = world.connect(0);
  await world.start(root, "b");
  const viewer = world.connect(1);
  const other = world.connect(1);
  for (const peer of [viewer, other]) {
    await world.joinUnder(root, peer, "b");
  }
  viewer.send({ ...JOIN, lost: root.id } as ClientMessage);
  await world.clock.advance(1000);
  assertEquals(other.outlet.of("RELAY_BROADCAST").map(({ peer }) => peer), [viewer.id]);
});

Deno.test("[JOIN-13] who reports lost parents too often waits longer and longer", async () => {
  const world = new ServiceWorld({ fanout: 2 });
  const root = world.connect(0);
  await world.start(root, "b");
  const viewer = world.connect(1);
  viewer.send(JOIN);
  await world.clock.advance(100);
  world.answer(root);
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    const before = root.outlet.of("RELAY_BROADCAST").length;
    viewer.send({ ...JOIN, lost: root.id } as ClientMessage);
    let ms = 0;
    for (; root.outlet.of("RELAY_BROADCAST").length === before && ms < 20_000; ms += 50) {
      await world.clock.advance(50);
    }
    waits.push(ms);
    world.answer(root);
    await world.clock.advance(50);
  }
  assert(waits.slice(0, 5).every((ms) => ms <= 100), `${waits}`);
  assert(waits[5]! >= 500 && waits[8]! > waits[6]! && waits[8]! <= 10_300, `${waits}`);
});

Deno.test("[LEAVE-6] an orphan that does not join again within 15 s has left", async () => {
  const { world, viewer, below } = await chain();
  viewer.client.send({ command: "LEAVE_BROADCAST" });
  await world.clock.advance(14_000);
  assertEquals(below.client.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  assertEquals((await world.store.peers("b")).length, 2);
  await world.clock.advance(2000);
  assertEquals((await world.store.peers("b")).map(({ id }) => id).length, 1);
});

Deno.test("[RESUME-2] a reaper that is late forgets nobody who has come back elsewhere", async () => {
  const { world, viewer } = await chain();
  const outdated = await world.store.peer("b", viewer.id);
  viewer.client.close();
  const again = world.connect(0);
  await world.hello(again, viewer.token);
  await world.services[0]!.departLost("b", outdated!);
  again.close();
  const third = await world.hello(world.connect(1), viewer.token);
  assertEquals([third.resumed, third.id], [true, viewer.id]);
});

Deno.test("[RESUME-5] an end for a dead instance that failed on the way is finished", async () => {
  const { world, root, viewer } = await chain();
  const peer = await world.store.peer("b", root.id);
  await world.store.beginEnding("b", root.id);
  const departed = world.services[1]!.departLost("b", peer!);
  await world.clock.advance(1000);
  await departed;
  assertEquals(await world.store.broadcast("b"), null);
  assertEquals(viewer.client.outlet.of("BROADCAST_ENDED").length, 1);
});

Deno.test("news that the bus lost are found by reading again", async () => {
  const { world, root, viewer, below } = await chain();
  world.network.faults.drop = 1;
  viewer.client.send({ command: "LEAVE_BROADCAST" });
  await world.clock.advance(1000);
  const late = await world.hello(world.connect(1), undefined);
  assertEquals(late.resumed, false);
  world.network.faults.drop = 0;
  assertEquals(below.client.outlet.of("RECONNECT_TO_BROADCAST"), []);
  await rereadAll(world);
  assertEquals(below.client.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  // The broadcaster does not take the one that has left for its child any more.
  root.client.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [] });
  assertEquals(root.client.outlet.of("ERROR").map(({ code }) => code), ["not_linked"]);
});

Deno.test("an end that the bus lost is found by reading again", async () => {
  const { world, root, viewer, below } = await chain();
  world.network.faults.drop = 1;
  root.client.send({ command: "END_BROADCAST", name: "b" });
  await world.clock.advance(1000);
  world.network.faults.drop = 0;
  assertEquals(viewer.client.outlet.of("BROADCAST_ENDED"), []);
  await rereadAll(world);
  assertEquals(viewer.client.outlet.of("BROADCAST_ENDED").length, 1);
  assertEquals(below.client.outlet.of("BROADCAST_ENDED").length, 1);
});

Deno.test("a move that the bus lost is found by reading again", async () => {
  const { world, root, viewer, below } = await chain();
  world.network.faults.drop = 1;
  viewer.client.close();
  const again = world.connect(0);
  await world.hello(again, viewer.token);
  await world.clock.advance(1000);
  world.network.faults.drop = 0;
  await rereadAll(world);
  for (const member of [root, below]) {
    member.client.send({ command: "ICE_CANDIDATES", peer: viewer.id, candidates: [member.id] });
  }
  await world.clock.advance(100);
  assertEquals(again.outlet.of("ICE_CANDIDATES").map((m) => m.candidates), [[root.id], [below.id]]);
  await world.clock.advance(60_000);
  assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
});

Deno.test("an instance that has not heard that a viewer moved on forgets nothing that others need", async () => {
  const { world, viewer, below } = await chain(0, 3);
  world.network.faults.drop = 1;
  viewer.client.close();
  const second = world.connect(2);
  await world.hello(second, viewer.token);
  world.network.faults.drop = 0;
  // Instance 1 takes the viewer's time for over.
  await world.clock.advance(20_000);
  assertEquals(await treeOf(world), ["root > viewer", "viewer > below"]);
  second.close();
  const third = await world.hello(world.connect(0), viewer.token);
  assertEquals([third.resumed, third.id, third.children], [true, viewer.id, [below.id]]);
});

Deno.test("nor does one that has not heard that a broadcaster moved on, also after reading again", async () => {
  for (const rereads of [true, false]) {
    const { world, root, viewer } = await chain(1, 3);
    world.network.faults.drop = 1;
    root.client.close();
    const second = world.connect(2);
    await world.hello(second, root.token);
    world.network.faults.drop = 0;
    if (rereads) await rereadAll(world);
    await world.clock.advance(70_000);
    second.close();
    const third = await world.hello(world.connect(0), root.token);
    assertEquals([third.resumed, third.id], [true, root.id]);
    assertEquals([third.broadcasts, third.children], [["b"], [viewer.id]]);
    assertEquals(world.faults, []);
  }
});

Deno.test("a viewer whose place was given up by others joins again when it finds out", async () => {
  const { world, viewer, root } = await chain();
  const peer = await world.store.peer("b", viewer.id);
  await world.services[0]!.departLost("b", peer!);
  await rereadAll(world);
  const { outlet } = viewer.client;
  assertEquals(outlet.of("BROADCAST_ENDED"), []);
  assertEquals(outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  viewer.client.send(JOIN);
  await world.clock.advance(100);
  world.answer(root.client);
  await world.clock.advance(100);
  assertEquals(outlet.of("JOIN_BROADCAST_RECEIVED").length, 2);
  // And may lose its socket like anybody else.
  viewer.client.close();
  const again = await world.hello(world.connect(0), viewer.token);
  assertEquals([again.resumed, again.watching], [true, { name: "b", parent: root.id }]);
});

async function rereadAll(world: ServiceWorld): Promise<void> {
  const done = Promise.all(world.services.map((service) => service.reread()));
  await world.clock.advance(1000);
  await done;
}

interface Member {
  client: ServiceClient;
  id: string;
  token: string;
}

/** A broadcaster on instance 0 (or another), a viewer on 1 below it, and one on 0 below that; all greeted. */
async function chain(rootInstance = 0, instances = 2) {
  const world = new ServiceWorld({ instances, fanout: 1, busFaults: { delay: 1, maxDelayMs: 20 } });
  const members: Member[] = [];
  for (const [i, instance] of [rootInstance, 1, 0].entries()) {
    const client = world.connect(instance);
    const { id, resume } = await world.hello(client);
    const peerName = ["root", "viewer", "below"][i];
    client.send({ ...(i === 0 ? START : JOIN), peerName } as ClientMessage);
    await world.clock.advance(500);
    if (i > 0) world.answer(members[i - 1]!.client);
    await world.clock.advance(500);
    members.push({ client, id, token: resume });
  }
  const [root, viewer, below] = members as [Member, Member, Member];
  return { world, root, viewer, below };
}

/** Who hangs under whom, by name. */
async function treeOf(world: ServiceWorld): Promise<string[]> {
  const peers = await world.store.peers("b");
  const names = new Map(peers.map(({ id, displayName }) => [id, displayName]));
  return peers.filter(({ parent }) => parent !== null)
    .map(({ parent, displayName }) => `${names.get(parent!)} > ${displayName}`).sort();
}
