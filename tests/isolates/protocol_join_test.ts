/** Rules JOIN and LEAVE of docs/PROTOCOL.md, against the real server. */
import { assert, assertEquals } from "@std/assert";
import { sessionDescription, type VirtualPeer } from "../support/virtual_peer.ts";
import {
  assertRefused,
  countPeers,
  freshName,
  protocolWorld,
  waitForTree,
} from "./protocol_world.ts";

const newWorld = protocolWorld({ maxListeners: 2 });

Deno.test("[JOIN-1] [JOIN-2] offer and answer travel verbatim, with the other's id", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { answer: false, peerName: "root" });
  const viewer = await world.connect({ peerName: "v" });
  const odd = JSON.parse(
    '{"type":"x","sdp":"v=0\\r\\n\\u0000ü👋","__proto__":{"a":1},"n":[1,null,{"2":1,"1":2}],"e":1e21}',
  );
  const joined = viewer.joinBroadcast(name, { offer: odd });
  const relay = await broadcaster.waitFor("RELAY_BROADCAST");
  assertEquals(JSON.stringify(relay.offer), JSON.stringify(odd));
  broadcaster.answer(relay.peer, odd);
  const answer = await joined;
  assertEquals(JSON.stringify(answer.answer), JSON.stringify(odd));
  await broadcaster.subscribe(name);
  const { tree } = await broadcaster.waitFor("TREE_STATE_CHANGED");
  assertEquals(answer.peer, tree.id);
  assertEquals(relay.peer, tree.children[0]?.id);
});

Deno.test("[JOIN-3] viewers are placed breadth first, whatever isolate they are on", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name);
  await broadcaster.subscribe(name);
  const viewers: VirtualPeer[] = [];
  for (let i = 0; i < 14; i++) viewers.push(await world.viewer(name));
  const byDepth = await depths(world, name);
  assertEquals(byDepth, [1, 2, 4, 8]);
  // A place that opens high up is taken before any deeper one.
  for (let round = 0; round < 4; round++) {
    const high = viewers.find((viewer) => viewer.children.size === 0)!;
    viewers.splice(viewers.indexOf(high), 1);
    await high.leaveBroadcast(name);
    viewers.push(await world.viewer(name));
    assertEquals((await depths(world, name)).length, 4);
  }
});

Deno.test("[JOIN-16] [TREE-6] who relays to nobody is given no children; the tree says how others do", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { peerName: "root" });
  for (const relay of ["none", "forward", "re-encode"] as const) {
    const viewer = await world.connect({ peerName: relay });
    await viewer.request({ command: "JOIN_BROADCAST", name, offer: {}, peerName: relay, relay });
  }
  for (let i = 0; i < 3; i++) await world.viewer(name);
  await broadcaster.subscribe(name);
  let { tree } = await broadcaster.waitFor("TREE_STATE_CHANGED");
  while (countPeers(tree) < 7) ({ tree } = await broadcaster.waitFor("TREE_STATE_CHANGED"));
  const [leaf] = tree.children.filter((child) => child.name === "none");
  assertEquals([leaf?.relay, leaf?.children], ["none", []]);
  const [above] = tree.children.filter((child) => child.name === "forward");
  assertEquals(above?.relay, "forward");
  assertEquals(above?.children.map(({ relay }) => relay).includes("re-encode"), true);
  assertEquals(tree.relay, undefined);
});

Deno.test("[JOIN-4] nobody is placed under a peer that has no picture yet", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { answer: false });
  const viewers = await Promise.all(Array.from({ length: 6 }, () => world.connect()));
  const joins = viewers.map((viewer) => viewer.joinBroadcast(name));
  const first = await broadcaster.waitFor("RELAY_BROADCAST");
  const second = await broadcaster.waitFor("RELAY_BROADCAST");
  assertEquals(viewers.flatMap(({ received }) => received), [], "viewers carry nobody yet");
  broadcaster.answer(first.peer);
  broadcaster.answer(second.peer);
  await Promise.all(joins);
  const [root, top, ...below] = await depths(world, name);
  assertEquals([root, top], [1, 2]);
  // By the time that the second answer is passed on, the child of a child may have a place already.
  assertEquals(below.reduce((sum, count) => sum + count, 0), 4);
});

Deno.test("[JOIN-4] who waits too long is told that there is no place", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { answer: false });
  const takers = [await world.connect(), await world.connect()];
  const taken = Promise.allSettled(takers.map((peer) => peer.joinBroadcast(name)));
  await broadcaster.waitFor("RELAY_BROADCAST");
  await broadcaster.waitFor("RELAY_BROADCAST");
  const late = await world.connect();
  await assertRefused(late.joinBroadcast(name), "no_capacity");
  await broadcaster.endBroadcast(name);
  await taken;
});

Deno.test("[JOIN-5] many at once: all get a place, nobody two, nobody beyond the fan-out", async () => {
  await using world = newWorld();
  const name = freshName();
  await world.broadcaster(name, { records: false });
  const viewers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => world.connect({ peerName: `v${i}` })),
  );
  await Promise.all(viewers.map((viewer) => viewer.joinBroadcast(name)));
  const watcher = await world.connect();
  await watcher.subscribe(name);
  const { tree } = await watcher.waitFor("TREE_STATE_CHANGED");
  const seen: string[] = [];
  const open = [tree];
  for (let node = open.pop(); node; node = open.pop()) {
    assert(node.children.length <= 2);
    seen.push(node.id);
    open.push(...node.children);
  }
  assertEquals(new Set(seen).size, 61);
  assertEquals(seen.length, 61);
});

Deno.test("[JOIN-6] a second JOIN re-attaches: same id, same children", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { peerName: "root" });
  const a = await world.viewer(name, { peerName: "a" });
  await world.viewer(name, { peerName: "b" });
  await world.viewer(name, { peerName: "c" });
  await world.viewer(name, { peerName: "d" });
  await broadcaster.subscribe(name);
  const { tree } = await broadcaster.waitFor("TREE_STATE_CHANGED");
  const before = tree.children.find((node) => node.name === "a")!;
  for (let round = 0; round < 5; round++) await a.joinBroadcast(name);
  const watcher = await world.connect();
  await watcher.subscribe(name);
  const after = (await watcher.waitFor("TREE_STATE_CHANGED")).tree.children
    .find((node) => node.name === "a")!;
  assertEquals(after, before);
});

Deno.test("[JOIN-7] joining another broadcast leaves the first", async () => {
  await using world = newWorld();
  const [one, two] = [freshName(), freshName()];
  const first = await world.broadcaster(one, { peerName: "one" });
  const second = await world.broadcaster(two, { peerName: "two" });
  await first.subscribe(one);
  await second.subscribe(two);
  const viewer = await world.viewer(one, { peerName: "v" });
  await waitForTree(first, ["one", ["v"]]);
  await viewer.joinBroadcast(two);
  await waitForTree(first, ["one"]);
  await waitForTree(second, ["two", ["v"]]);
});

Deno.test("[JOIN-8] a broadcaster cannot join itself, but may watch another", async () => {
  await using world = newWorld();
  const [own, other] = [freshName(), freshName()];
  const broadcaster = await world.broadcaster(own);
  await world.broadcaster(other);
  await assertRefused(broadcaster.joinBroadcast(own), "own_broadcast");
  await broadcaster.joinBroadcast(other);
});

Deno.test("[JOIN-9] joining what is not live", async () => {
  await using world = newWorld();
  const viewer = await world.connect();
  await assertRefused(viewer.joinBroadcast(freshName()), "unknown_broadcast");
});

Deno.test("[JOIN-11] a second JOIN replaces one that waits", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { answer: false });
  const viewer = await world.connect();
  viewer.send({ command: "JOIN_BROADCAST", name, offer: { n: 1 } });
  await broadcaster.waitFor("RELAY_BROADCAST");
  viewer.send({ command: "JOIN_BROADCAST", name, offer: { n: 2 } });
  const relay = await broadcaster.waitFor((message) =>
    message.command === "RELAY_BROADCAST" && message.offer.n === 2
  );
  broadcaster.answer((relay as { peer: string }).peer, { answers: 2 });
  const answer = await viewer.waitFor("JOIN_BROADCAST_RECEIVED");
  assertEquals(answer.answer, { answers: 2 });
  await viewer.leaveBroadcast();
  assertEquals(
    viewer.received.filter(({ command }) => command === "JOIN_BROADCAST_RECEIVED").length,
    1,
  );
});

Deno.test("[LEAVE-1] leaving frees the place and needs no name", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { peerName: "root" });
  await broadcaster.subscribe(name);
  const viewer = await world.viewer(name, { peerName: "v" });
  await assertRefused(viewer.leaveBroadcast(freshName()), "not_watching");
  await waitForTree(broadcaster, ["root", ["v"]]);
  await viewer.leaveBroadcast();
  await waitForTree(broadcaster, ["root"]);
  await assertRefused(viewer.leaveBroadcast(name), "not_watching");
  await viewer.joinBroadcast(name);
  await viewer.leaveBroadcast(name);
});

Deno.test("[LEAVE-2] children are told to reconnect, grandchildren are not", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { peerName: "root" });
  const viewers = new Map<string, VirtualPeer>();
  for (let i = 0; i < 14; i++) {
    const peerName = `v${i}`;
    viewers.set(peerName, await world.viewer(name, { peerName, rejoins: true }));
  }
  await broadcaster.subscribe(name);
  const { tree } = await broadcaster.waitFor("TREE_STATE_CHANGED");
  const leaver = tree.children[0]!;
  await viewers.get(leaver.name)!.leaveBroadcast(name);
  await broadcaster.waitFor((message) =>
    message.command === "TREE_STATE_CHANGED" && countPeers(message.tree) === 14
  );
  const told = [...viewers].filter(([, { received }]) =>
    received.some((message) => message.command === "RECONNECT_TO_BROADCAST")
  );
  assertEquals(
    told.map(([peerName]) => peerName).sort(),
    leaver.children.map((node) => node.name).sort(),
  );
});

Deno.test("[LEAVE-4] a closed socket has left", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { peerName: "root" });
  await broadcaster.subscribe(name);
  const viewer = await world.viewer(name, { peerName: "v" });
  await waitForTree(broadcaster, ["root", ["v"]]);
  await viewer.close();
  await waitForTree(broadcaster, ["root"]);
});

Deno.test("[LEAVE-4] sockets that close while they join leave nothing behind", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { peerName: "root" });
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const viewer = await world.connect();
      viewer.send({ command: "JOIN_BROADCAST", name, offer: sessionDescription("offer") });
      await viewer.close();
    }),
  );
  await broadcaster.subscribe(name);
  await waitForTree(broadcaster, ["root"]);
  for (let i = 0; i < 6; i++) await world.viewer(name);
  assertEquals(await depths(world, name), [1, 2, 4]);
});

Deno.test("[LEAVE-5] LEAVE gives up a JOIN that waits", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { answer: false, peerName: "root" });
  const viewers = await Promise.all(Array.from({ length: 3 }, () => world.connect()));
  for (const viewer of viewers) {
    viewer.send({ command: "JOIN_BROADCAST", name, offer: sessionDescription("offer") });
  }
  for (const viewer of viewers) await viewer.leaveBroadcast(name);
  await broadcaster.subscribe(name);
  await waitForTree(broadcaster, ["root"]);
  for (const viewer of viewers) {
    assertEquals(viewer.received.map(({ command }) => command), ["LEAVE_BROADCAST_RECEIVED"]);
  }
});

type TestWorld = ReturnType<typeof newWorld>;

/** Peers per depth, from the root down. */
async function depths(world: TestWorld, name: string): Promise<number[]> {
  await using watcher = await world.connect();
  await watcher.subscribe(name);
  const { tree } = await watcher.waitFor("TREE_STATE_CHANGED");
  const levels: number[] = [];
  for (let level = [tree]; level.length > 0; level = level.flatMap(({ children }) => children)) {
    levels.push(level.length);
  }
  return levels;
}
