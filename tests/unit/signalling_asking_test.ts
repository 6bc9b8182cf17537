/** How long a parent is waited for that cannot be asked, or that is gone or comes back; in virtual time. */
import { assert, assertEquals } from "@std/assert";
import type { ClientMessage } from "../../lib/protocol/mod.ts";
import { type ServiceClient, ServiceWorld } from "../support/service_world.ts";

const JOIN: ClientMessage = { command: "JOIN_BROADCAST", name: "b", offer: { sdp: "x" } };

/**
 * A broadcaster on instance 0 with two places and two viewers in them, on instances of their choice:
 * whoever joins has to be carried by a viewer, first by `first`, which its instance is nearer to.
 */
async function worldOfTwo({ firstOn, secondOn }: { firstOn: number; secondOn: number }) {
  const world = new ServiceWorld({ instances: 3, fanout: 2 });
  const root = await world.greet(0);
  const first = await world.greet(firstOn);
  const second = await world.greet(secondOn);
  await world.start(root.client, "b");
  await world.joinUnder(root.client, first.client, "b");
  await world.joinUnder(root.client, second.client, "b");
  return { world, root, first, second };
}

/** Who has been asked to carry `viewer` up to now. */
function asked(viewer: ServiceClient, peer: ServiceClient): number {
  return peer.outlet.of("RELAY_BROADCAST").filter((relay) => relay.peer === viewer.id).length;
}

/** Joins; which of two is asked first is chance where they are equally near. */
async function joinAndSort(world: ServiceWorld, viewer: ServiceClient, a: Peer, b: Peer) {
  viewer.send(JOIN);
  await world.clock.advance(100);
  const isA = (await world.store.peer("b", viewer.id))!.parent === a.client.session.id;
  return isA ? [a, b] as const : [b, a] as const;
}

type Peer = Awaited<ReturnType<ServiceWorld["greet"]>>;

Deno.test("[JOIN-15] a parent whose socket is lost is waited for for half a second", async () => {
  for (const viewerOn of [0, 2]) {
    const { world, first, second } = await worldOfTwo({ firstOn: 2, secondOn: 2 });
    first.client.close();
    second.client.close();
    const back = (await world.greet(2, second.token)).client;
    // One is there, one is not: whoever gets the one that is not gets the other in time.
    const viewers = [world.connect(viewerOn), world.connect(viewerOn)];
    for (const viewer of viewers) viewer.send(JOIN);
    await world.clock.advance(700);
    assertEquals(viewers.map((viewer) => asked(viewer, back)), [1, 1], `on ${viewerOn}`);
    assertEquals(world.faults, []);
  }
});

Deno.test("[JOIN-15] one that is the only choice is waited for longer, and asked when it is back", async () => {
  for (const backOn of [1, 2]) {
    const world = new ServiceWorld({ instances: 3, fanout: 2 });
    const root = await world.greet(1);
    await world.start(root.client, "b");
    root.client.close();
    const viewer = world.connect(0);
    viewer.send(JOIN);
    await world.clock.advance(2_000);
    // It was given up once, in case there was another place, and not again.
    assertEquals(viewer.session.watching?.attempt, 2);
    const back = (await world.greet(backOn, root.token)).client;
    await world.clock.advance(50);
    assertEquals(asked(viewer, back), 1, `back on ${backOn}`);
    assertEquals(back.outlet.of("RELAY_BROADCAST")[0]!.offer, { sdp: "x" });
    const commands = back.outlet.messages.map(({ command }) => command);
    assert(commands.indexOf("WELCOME") < commands.indexOf("RELAY_BROADCAST"), `${commands}`);
    world.answer(back);
    await world.clock.advance(50);
    assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED").length, 1);
    assertEquals(world.faults, []);
  }
});

Deno.test("[JOIN-15] a parent on an instance that says nothing is passed over in less than two seconds", async () => {
  const { world, first, second } = await worldOfTwo({ firstOn: 1, secondOn: 2 });
  // An odd number of viewers of which some fall on either instance.
  const viewers = Array.from({ length: 2 }, () => world.connect(0));
  world.cutOff(1);
  for (const viewer of viewers) viewer.send(JOIN);
  await world.clock.advance(1_950);
  assertEquals(viewers.map((viewer) => asked(viewer, second.client)), [1, 1]);
  for (const viewer of viewers) assertEquals(asked(viewer, first.client), 0);
});

Deno.test("[JOIN-15] the others hear of an instance that says nothing, and do not ask there at all", async () => {
  const world = new ServiceWorld({ instances: 4, fanout: 2 });
  const root = world.connect(0);
  await world.start(root, "b");
  const dead = world.connect(1);
  const alive = world.connect(2);
  await world.joinUnder(root, dead, "b");
  await world.joinUnder(root, alive, "b");
  world.cutOff(1);
  const first = world.connect(0);
  const filler = world.connect(0);
  for (const viewer of [first, filler]) viewer.send(JOIN);
  await world.clock.advance(1_950);
  assertEquals([asked(first, alive), asked(filler, alive)], [1, 1]);
  world.answer(alive);
  await world.clock.advance(100);
  // On an instance that has never spoken with the one that is gone.
  const late = world.connect(3);
  late.send(JOIN);
  await world.clock.advance(200);
  const parent = (await world.store.peer("b", late.id))!.parent;
  assert(parent !== dead.id, "it is not placed where nobody answers");
});

Deno.test("[JOIN-14] a parent that is slow to answer is waited for when its instance is there", async () => {
  const { world, first, second } = await worldOfTwo({ firstOn: 1, secondOn: 1 });
  const viewer = world.connect(2);
  const [parent, other] = await joinAndSort(world, viewer, first, second);
  await world.clock.advance(2_700);
  assertEquals([asked(viewer, parent.client), asked(viewer, other.client)], [1, 0]);
  world.answer(parent.client);
  await world.clock.advance(100);
  assertEquals(viewer.outlet.of("JOIN_BROADCAST_RECEIVED").length, 1);
});

Deno.test("[RESUME-8] who comes back gets the offers that still wait for its answer, and no others", async () => {
  for (const backOn of [1, 2]) {
    const { world, first, second } = await worldOfTwo({ firstOn: 1, secondOn: 1 });
    const answered = world.connect(0);
    const [parent] = await joinAndSort(world, answered, first, second);
    world.answer(parent.client);
    await world.clock.advance(100);
    const viewers = Array.from({ length: 3 }, () => world.connect(0));
    for (const viewer of viewers) viewer.send(JOIN);
    await world.clock.advance(100);
    const waiting = viewers.find((viewer) => asked(viewer, parent.client) === 1)!;
    parent.client.close();
    const back = (await world.greet(backOn, parent.token)).client;
    await world.clock.advance(50);
    assertEquals(
      back.outlet.of("WELCOME")[0]!.children.toSorted(),
      [answered.id, waiting.id].sort(),
    );
    assertEquals(back.outlet.of("RELAY_BROADCAST").map(({ peer }) => peer), [waiting.id]);
    world.answer(back);
    await world.clock.advance(50);
    assertEquals(waiting.outlet.of("JOIN_BROADCAST_RECEIVED").length, 1);
    assertEquals(world.faults, []);
  }
});

Deno.test("[LEAVE-7] a child that did not greet is told when its parent has no socket for 2 s", async () => {
  for (const childOn of [1, 2]) {
    const world = new ServiceWorld({ instances: 3, fanout: 1 });
    const root = world.connect(0);
    await world.start(root, "b");
    const parent = await world.greet(1);
    const child = world.connect(childOn);
    const below = world.connect(0);
    await world.joinUnder(root, parent.client, "b");
    await world.joinUnder(parent.client, child, "b");
    await world.joinUnder(child, below, "b");
    parent.client.close();
    await world.clock.advance(1_900);
    assertEquals(child.outlet.of("RECONNECT_TO_BROADCAST").length, 0);
    await world.clock.advance(200);
    assertEquals(child.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
    assertEquals(below.outlet.of("RECONNECT_TO_BROADCAST").length, 0);
    // Its place is another's now; the parent finds that out when it is back.
    const { client: back } = await world.greet(1, parent.token);
    assertEquals(back.outlet.of("WELCOME")[0]!.children, []);
    child.send(JOIN);
    await world.clock.advance(100);
    assertEquals(asked(child, back), 1);
    assertEquals(world.faults, []);
  }
});

Deno.test("[LEAVE-7] [RESUME-1] one that greeted is not, nor anybody whose parent is back in time", async () => {
  const world = new ServiceWorld({ instances: 3, fanout: 2 });
  const root = world.connect(0);
  await world.start(root, "b");
  const parent = await world.greet(1);
  await world.joinUnder(root, parent.client, "b");
  // The other place of the broadcaster is taken, so that both children are this one's.
  root.send({ command: "FETCH_CONFIG" });
  const other = world.connect(0);
  await world.joinUnder(root, other, "b");
  const plain = world.connect(2);
  const greeted = (await world.greet(2)).client;
  for (const child of [plain, greeted]) {
    child.send({ ...JOIN, lost: other.id } as ClientMessage);
    await world.clock.advance(100);
    world.answer(parent.client);
    await world.clock.advance(100);
  }
  parent.client.close();
  await world.clock.advance(1_500);
  const { client: back, token } = await world.greet(1, parent.token);
  await world.clock.advance(5_000);
  assertEquals(plain.outlet.of("RECONNECT_TO_BROADCAST").length, 0);
  back.close();
  await world.clock.advance(5_000);
  assertEquals(plain.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  assertEquals(greeted.outlet.of("RECONNECT_TO_BROADCAST").length, 0);
  assertEquals((await world.greet(0, token)).client.outlet.of("WELCOME")[0]!.children, [
    greeted.id,
  ]);
});

/** A broadcaster on 0, a viewer on 1, its two children on 2: one that greeted, one that did not. */
async function family() {
  const world = new ServiceWorld({ instances: 3, fanout: 2 });
  const root = await world.greet(0);
  await world.start(root.client, "b");
  const parent = await world.greet(1);
  const other = await world.greet(0);
  await world.joinUnder(root.client, parent.client, "b");
  await world.joinUnder(root.client, other.client, "b");
  const greeted = (await world.greet(2)).client;
  const plain = world.connect(2);
  for (const child of [greeted, plain]) {
    child.send({ ...JOIN, lost: other.client.id } as ClientMessage);
    await world.clock.advance(100);
    world.answer(parent.client);
    await world.clock.advance(100);
  }
  const report = { ...JOIN, lost: parent.client.id } as ClientMessage;
  return { world, root, parent, other, greeted, plain, report };
}

Deno.test("[LEAVE-8] a parent without a socket that a child reports lost has left after 2 s", async () => {
  for (const reportAfterMs of [500, 4_000]) {
    const { world, parent, greeted, plain, report } = await family();
    parent.client.close();
    await world.clock.advance(reportAfterMs);
    assert(await world.store.peer("b", parent.client.id));
    greeted.send(report);
    await world.clock.advance(Math.max(2_100 - reportAfterMs, 100));
    assertEquals(await world.store.peer("b", parent.client.id), null, `${reportAfterMs}`);
    assertEquals(plain.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
    assertEquals(
      (await world.greet(1, parent.token)).client.outlet.of("WELCOME")[0]!.resumed,
      false,
    );
    assertEquals(world.faults, []);
  }
});

Deno.test("[LEAVE-8] nobody leaves who has a socket, or is back in time, or is not its parent", async () => {
  const { world, parent, other, greeted, plain, report } = await family();
  // A socket.
  greeted.send(report);
  await world.clock.advance(3_000);
  assert(await world.store.peer("b", parent.client.id));
  // Back in time.
  parent.client.close();
  plain.send(report);
  await world.clock.advance(1_000);
  const back = await world.greet(2, parent.token);
  await world.clock.advance(5_000);
  assert(await world.store.peer("b", parent.client.id));
  // Not its parent, any more.
  back.client.close();
  other.client.send(report);
  await world.clock.advance(5_000);
  assert(await world.store.peer("b", parent.client.id));
});

Deno.test("[LEAVE-8] a broadcaster's viewers cannot end its broadcast", async () => {
  const { world, root, parent } = await family();
  root.client.close();
  parent.client.send({ ...JOIN, lost: root.client.id } as ClientMessage);
  await world.clock.advance(30_000);
  assertEquals((await world.store.broadcast("b"))?.state, "live");
});

Deno.test("[LEAVE-8] also when its whole instance says nothing; if it is there after all it joins again", async () => {
  const { world, parent, greeted, plain, report } = await family();
  world.network.faults.drop = 1;
  greeted.send(report);
  await world.clock.advance(1_900);
  assert(await world.store.peer("b", parent.client.id));
  world.network.faults.drop = 0;
  await world.clock.advance(200);
  assertEquals(await world.store.peer("b", parent.client.id), null);
  assertEquals(plain.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  assertEquals(parent.client.outlet.of("RECONNECT_TO_BROADCAST").length, 1);
  parent.client.send(JOIN);
  await world.clock.advance(100);
  assert(await world.store.peer("b", parent.client.id));
  // Its session is remembered anew.
  parent.client.close();
  assertEquals((await world.greet(0, parent.token)).client.outlet.of("WELCOME")[0]!.resumed, true);
});
