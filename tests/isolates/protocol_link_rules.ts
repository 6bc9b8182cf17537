/** Rules ICE, LINK and TREE of docs/PROTOCOL.md, against the real server. */
import { assert, assertEquals } from "@std/assert";
import type { ServerMessage } from "../../lib/protocol/mod.ts";
import type { VirtualPeer } from "../support/virtual_peer.ts";
import { assertRefused, freshName, waitForTree, type World } from "./protocol_world.ts";

/** Registers the tests; `title` goes before each of theirs. */
export function registerLinkRules(title: string, newWorld: () => World): void {
  Deno.test(`${title}[ICE-1] candidates travel verbatim, in order, both ways`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name);
    const viewer = await world.viewer(name);
    const rootId = viewer.parent!;
    const viewerId = [...root.children][0]!;
    const odd = (n: number) =>
      JSON.parse(`[{"candidate":"c${n} ü","sdpMid":null,"__proto__":{"x":1}},${n},null,"s"]`);
    for (let n = 0; n < 200; n++) {
      viewer.sendCandidates(odd(n));
      root.sendCandidates(odd(n), viewerId);
    }
    await viewer.waitFor((message) => isCandidate(message, 199));
    await root.waitFor((message) => isCandidate(message, 199));
    for (const [peer, from] of [[root, viewerId], [viewer, rootId]] as const) {
      const got = peer.received.filter((message) => message.command === "ICE_CANDIDATES");
      assertEquals(got.map(({ candidates }) => JSON.stringify(candidates)).length, 200);
      got.forEach((message, n) => {
        assertEquals(message.peer, from);
        assertEquals(JSON.stringify(message.candidates), JSON.stringify(odd(n)));
      });
    }
  });

  Deno.test(`${title}[ICE-1] candidates follow the answer they belong to`, async () => {
    await using world = newWorld();
    const name = freshName();
    await world.broadcaster(name, { candidates: [{ candidate: "1" }] });
    for (let i = 0; i < 10; i++) {
      const viewer = await world.viewer(name, { candidates: [{ candidate: "1" }] });
      await viewer.waitFor("ICE_CANDIDATES");
      const order = viewer.received.map(({ command }) => command)
        .filter((command) => command !== "ICE_CANDIDATES_RECEIVED");
      assertEquals(order.slice(0, 2), ["JOIN_BROADCAST_RECEIVED", "ICE_CANDIDATES"]);
    }
  });

  Deno.test(`${title}[ICE-2] the acknowledgement is the remote peer's own`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { acknowledges: false });
    const viewer = await world.viewer(name);
    viewer.sendCandidates([{ candidate: "x" }]);
    await root.waitFor("ICE_CANDIDATES");
    await viewer.fetchConfig();
    const isAck = ({ command }: ServerMessage) => command === "ICE_CANDIDATES_RECEIVED";
    assertEquals(viewer.received.filter(isAck), [], "nobody acknowledges for the parent");
    const [viewerId] = root.children;
    root.send({ command: "ICE_CANDIDATES_RECEIVED", peer: viewerId! });
    assertEquals((await viewer.waitFor("ICE_CANDIDATES_RECEIVED")).peer, viewer.parent);
  });

  Deno.test(`${title}[LINK-1] nothing passes between peers that are not linked`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const a = await world.viewer(name, { peerName: "a" });
    const b = await world.viewer(name, { peerName: "b" });
    const [aId, bId] = root.children;
    const stranger = await world.connect();
    for (const [peer, to] of [[a, bId], [b, aId], [stranger, aId], [stranger, "no such peer"]]) {
      assert(typeof peer !== "string" && typeof to === "string");
      for (const send of attempts(peer as VirtualPeer, to)) {
        send();
        const error = await (peer as VirtualPeer).waitFor("ERROR");
        assertEquals([error.code, error.message], ["not_linked", `Unknown peer: ${to}`]);
      }
    }
    for (const peer of [a, b]) {
      assertEquals(peer.received.filter(({ command }) => command.startsWith("ICE")), []);
    }
  });

  Deno.test(`${title}[LINK-1] a link ends with the child's leave, and with its move`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const viewer = await world.viewer(name);
    const [viewerId] = root.children;
    const parent = viewer.parent!;
    await viewer.leaveBroadcast(name);
    viewer.sendCandidates([], parent);
    assertEquals((await viewer.waitFor("ERROR")).code, "not_linked");
    for (;;) {
      // The parent's side hears of it a moment later.
      root.sendCandidates([], viewerId!);
      const refused = await root.waitFor("ERROR", 100).catch(() => null);
      if (refused) break;
    }
  });

  Deno.test(`${title}[LINK-2] only the parent answers, once per offer`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { answer: false });
    const viewer = await world.connect();
    const joined = viewer.joinBroadcast(name);
    const { peer } = await root.waitFor("RELAY_BROADCAST");
    const stranger = await world.connect();
    stranger.answer(peer);
    assertEquals((await stranger.waitFor("ERROR")).code, "not_linked");
    root.answer(peer, { n: 1 });
    root.answer(peer, { n: 2 });
    assertEquals((await joined).answer, { n: 1 });
    assertEquals((await root.waitFor("ERROR")).code, "not_linked");
    viewer.answer(viewer.parent!);
    assertEquals((await viewer.waitFor("ERROR")).code, "not_linked", "a child answers nothing");
  });

  Deno.test(`${title}[LINK-2] an answer to an offer that was replaced goes nowhere`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { answer: false });
    const viewer = await world.connect();
    viewer.send({ command: "JOIN_BROADCAST", name, offer: { n: 1 } });
    const first = await root.waitFor("RELAY_BROADCAST");
    viewer.send({ command: "JOIN_BROADCAST", name, offer: { n: 2 } });
    await root.waitFor("RELAY_BROADCAST");
    root.answer(first.peer, { n: 2 });
    assertEquals((await viewer.waitFor("JOIN_BROADCAST_RECEIVED")).answer, { n: 2 });
  });

  Deno.test(`${title}[TREE-1] [TREE-2] the acknowledgement, the tree at once, then every change`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    await world.viewer(name, { peerName: "a" });
    const watcher = await world.connect();
    await watcher.subscribe(name);
    await waitForTree(watcher, ["root", ["a"]]);
    assertEquals(watcher.received.map(({ command }) => command), [
      "SUBSCRIBE_TO_TREE_STATE_RECEIVED",
      "TREE_STATE_CHANGED",
    ]);
    const [, first] = watcher.received;
    assert(first?.command === "TREE_STATE_CHANGED");
    assertEquals(Object.keys(first.tree).sort(), ["children", "id", "name"]);
    const b = await world.viewer(name, { peerName: "b" });
    await waitForTree(watcher, ["root", ["a"], ["b"]]);
    await b.close();
    await waitForTree(watcher, ["root", ["a"]]);
    await root.close();
  });

  Deno.test(`${title}[TREE-3] a wave of joins makes few trees, and the last one is complete`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    await root.subscribe(name);
    const viewers = await Promise.all(Array.from({ length: 50 }, () => world.connect()));
    await Promise.all(viewers.map((viewer) => viewer.joinBroadcast(name)));
    await root.waitFor((message) =>
      message.command === "TREE_STATE_CHANGED" &&
      JSON.stringify(message.tree).split("id").length > 50
    );
    const trees = root.received.filter(({ command }) => command === "TREE_STATE_CHANGED");
    assert(trees.length < 25, `${trees.length} trees for 50 joins`);
  });

  Deno.test(`${title}[TREE-4] subscribing needs a live broadcast and ends with it`, async () => {
    await using world = newWorld();
    const name = freshName();
    const watcher = await world.connect();
    await assertRefused(watcher.subscribe(name), "unknown_broadcast");
    await assertRefused(watcher.unsubscribe(name), "unknown_broadcast");
    const root = await world.broadcaster(name, { peerName: "first" });
    await watcher.subscribe(name);
    await waitForTree(watcher, ["first"]);
    await root.endBroadcast(name);
    const second = await world.broadcaster(name, { peerName: "second" });
    await second.subscribe(name);
    await waitForTree(second, ["second"]);
  });

  Deno.test(`${title}[TREE-5] unsubscribing ends the messages and is always acknowledged`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const watcher = await world.connect();
    await watcher.unsubscribe(name);
    await watcher.subscribe(name);
    await waitForTree(watcher, ["root"]);
    await watcher.unsubscribe(name);
    const before = watcher.received.length;
    await root.subscribe(name);
    await world.viewer(name, { peerName: "v" });
    await waitForTree(root, ["root", ["v"]]);
    assertEquals(watcher.received.length, before);
  });
}

function isCandidate(message: ServerMessage, n: number): boolean {
  return message.command === "ICE_CANDIDATES" && message.candidates[1] === n;
}

function attempts(peer: VirtualPeer, to: string): (() => void)[] {
  return [
    () => peer.sendCandidates([{ candidate: "x" }], to),
    () => peer.send({ command: "ICE_CANDIDATES_RECEIVED", peer: to }),
    () => peer.answer(to),
  ];
}
