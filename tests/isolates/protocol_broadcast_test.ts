/** Rules CONFIG, START, END and NAME of docs/PROTOCOL.md, against the real server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { RefusedError } from "../support/virtual_peer.ts";
import { assertRefused, freshName, protocolWorld, waitForTree } from "./protocol_world.ts";

const ICE_SERVERS = [{ urls: "stun:stun.example.org" }, {
  urls: ["turn:turn.example.org"],
  username: "u",
  credential: "c",
}];
const newWorld = protocolWorld({
  maxListeners: 1,
  env: { ICE_SERVERS: JSON.stringify(ICE_SERVERS) },
});

Deno.test("[CONFIG-1] FETCH_CONFIG answers with the configured ICE servers", async () => {
  await using world = newWorld();
  const peer = await world.connect();
  const { iceServers } = await peer.fetchConfig();
  assertEquals(iceServers, ICE_SERVERS);
});

Deno.test("[START-1] a broadcast is live for every isolate when it is acknowledged", async () => {
  await using world = newWorld();
  const name = freshName();
  await world.broadcaster(name);
  const others = await Promise.all(Array.from({ length: 6 }, () => world.connect()));
  await Promise.all(others.map((peer) => peer.subscribe(name)));
});

Deno.test("[START-2] a live name is refused, to others and to the same session", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name);
  const other = await world.connect();
  await assertRefused(other.startBroadcast(name), "name_taken");
  await assertRefused(broadcaster.startBroadcast(name), "name_taken");
  await broadcaster.endBroadcast(name);
});

Deno.test("[START-2] of many who start one name at once, one gets it", async () => {
  await using world = newWorld();
  const name = freshName();
  const peers = await Promise.all(Array.from({ length: 8 }, () => world.connect()));
  const results = await Promise.allSettled(peers.map((peer) => peer.startBroadcast(name)));
  assertEquals(results.filter(({ status }) => status === "fulfilled").length, 1);
});

Deno.test("[START-3] [END-4] a session broadcasts several names, and all end when it goes", async () => {
  await using world = newWorld();
  const names = [freshName(), freshName(), freshName()];
  const broadcaster = await world.connect();
  for (const name of names) await broadcaster.startBroadcast(name);
  const viewers = await Promise.all(names.map((name) => world.viewer(name)));
  await broadcaster.close();
  for (const [i, viewer] of viewers.entries()) {
    assertEquals((await viewer.waitFor("BROADCAST_ENDED")).name, names[i]);
  }
});

Deno.test("[START-4] a name is free as soon as its end is acknowledged", async () => {
  await using world = newWorld();
  const name = freshName();
  const first = await world.broadcaster(name);
  const second = await world.connect();
  for (let round = 0; round < 10; round++) {
    const [from, to] = round % 2 === 0 ? [first, second] : [second, first];
    await from.endBroadcast(name);
    await to.startBroadcast(name);
  }
});

Deno.test("[END-1] every member is told, the broadcaster before its acknowledgement", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name);
  const viewers = [];
  for (let i = 0; i < 4; i++) viewers.push(await world.viewer(name));
  const answer = await broadcaster.endBroadcast(name);
  assertEquals(answer.name, name);
  const commands = broadcaster.received.map(({ command }) => command);
  assertEquals(commands.slice(-2), ["BROADCAST_ENDED", "END_BROADCAST_RECEIVED"]);
  for (const viewer of viewers) {
    assertEquals((await viewer.waitFor("BROADCAST_ENDED")).name, name);
  }
  await assertRefused(viewers[0]!.joinBroadcast(name), "unknown_broadcast");
});

Deno.test("[END-2] orphans and those below them are told too", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name);
  const first = await world.viewer(name);
  const orphan = await world.viewer(name);
  const below = await world.viewer(name);
  await first.close();
  // It is told and does nothing about it, as a page that hangs.
  await orphan.waitFor("RECONNECT_TO_BROADCAST");
  await broadcaster.endBroadcast(name);
  await orphan.waitFor("BROADCAST_ENDED");
  await below.waitFor("BROADCAST_ENDED");
});

Deno.test("[END-3] only its broadcaster ends a broadcast", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name);
  const viewer = await world.viewer(name);
  await assertRefused(viewer.endBroadcast(name), "not_broadcaster");
  await assertRefused(viewer.endBroadcast(freshName()), "unknown_broadcast");
  await broadcaster.endBroadcast(name);
  await assertRefused(broadcaster.endBroadcast(name), "unknown_broadcast");
});

Deno.test("[END-5] a join that waits when the broadcast ends is answered", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name, { answer: false });
  // Takes the only place and is never answered, so all others wait.
  const first = await world.connect();
  const waiting = [first.joinBroadcast(name)];
  await broadcaster.waitFor("RELAY_BROADCAST");
  for (let i = 0; i < 5; i++) waiting.push((await world.connect()).joinBroadcast(name));
  const outcomes = Promise.allSettled(waiting);
  await broadcaster.endBroadcast(name);
  for (const outcome of await outcomes) {
    assert(outcome.status === "rejected" && outcome.reason instanceof RefusedError);
    assert(["broadcast_ended", "unknown_broadcast"].includes(outcome.reason.code ?? ""));
  }
});

Deno.test("[NAME-1] names like __proto__ are just names", async () => {
  await using world = newWorld();
  for (
    const name of ["__proto__", "constructor", "toString", "a/b?c#d", " ", "👋🏽", "<b>&amp;</b>"]
  ) {
    const broadcaster = await world.broadcaster(name, { peerName: "root" });
    await world.viewer(name, { peerName: "__proto__" });
    await broadcaster.subscribe(name);
    await waitForTree(broadcaster, ["root", ["__proto__"]]);
    await broadcaster.endBroadcast(name);
  }
});

Deno.test("[NAME-1] names are bounded and well-formed", async () => {
  await using world = newWorld();
  const peer = await world.connect();
  for (const name of ["", "x".repeat(201), "\ud800"]) {
    await assertRefused(peer.startBroadcast(name), "invalid_field");
  }
  await peer.startBroadcast("ü".repeat(200));
});

Deno.test("[NAME-2] a missing, null or empty peerName is Anonymous", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.broadcaster(name);
  await broadcaster.subscribe(name);
  for (const peerName of [undefined, null, ""]) {
    const viewer = await world.connect();
    viewer.send({ command: "JOIN_BROADCAST", name, offer: { type: "offer", sdp: "" }, peerName });
    await viewer.waitFor("JOIN_BROADCAST_RECEIVED");
    await waitForTree(broadcaster, ["Anonymous", ["Anonymous"]]);
    await viewer.leaveBroadcast();
    await waitForTree(broadcaster, ["Anonymous"]);
  }
});

Deno.test("requests of a session that closed are not answered elsewhere", async () => {
  await using world = newWorld();
  const name = freshName();
  const broadcaster = await world.connect();
  const start = broadcaster.startBroadcast(name);
  const closed = broadcaster.close();
  await assertRejects(() => start.then(() => Promise.reject(new Error("in time"))));
  await closed;
  // Whichever came first, the name is free in the end.
  const other = await world.connect();
  for (;;) {
    const started = await other.startBroadcast(name).then(() => true, () => false);
    if (started) break;
  }
});
