/** Rules that a chain shows best (MAX_LISTENERS=1): orphans, re-attachment, replaced parents. */
import { assertEquals } from "@std/assert";
import type { VirtualPeer } from "../support/virtual_peer.ts";
import { countPeers, freshName, waitForTree, type World } from "./protocol_world.ts";

/** Registers the tests; `title` goes before each of theirs. */
export function registerChainRules(title: string, newWorld: () => World): void {
  Deno.test(`${title}[LEAVE-2] an orphan comes back with its subtree`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const a = await world.viewer(name, { peerName: "a" });
    const b = await world.viewer(name, { peerName: "b" });
    const c = await world.viewer(name, { peerName: "c" });
    await root.subscribe(name);
    await waitForTree(root, ["root", ["a", ["b", ["c"]]]]);
    await a.leaveBroadcast();
    assertEquals((await b.waitFor("RECONNECT_TO_BROADCAST")).name, name);
    await b.joinBroadcast(name);
    await waitForTree(root, ["root", ["b", ["c"]]]);
    assertEquals(c.received.filter(({ command }) => command === "RECONNECT_TO_BROADCAST"), []);
  });

  Deno.test(`${title}[RELAY-2] [RELAY-3] who relays no more keeps its place, its children go elsewhere, and come when it relays again`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const a = await world.viewer(name, { peerName: "a" });
    await world.viewer(name, { peerName: "b", rejoins: true });
    const c = await world.viewer(name, { peerName: "c" });
    await root.subscribe(name);
    await waitForTree(root, ["root", ["a", ["b", ["c"]]]]);
    await a.request({ command: "SET_RELAY", relay: "none" });
    // There is one place under each, so that nobody has one for them.
    await waitForTree(root, ["root", ["a"]]);
    await a.request({ command: "SET_RELAY", relay: "forward" });
    await waitForTree(root, ["root", ["a", ["b", ["c"]]]]);
    for (const peer of [a, c]) {
      assertEquals(peer.received.filter(({ command }) => command === "RECONNECT_TO_BROADCAST"), []);
    }
  });

  Deno.test(`${title}[LEAVE-3] an orphan leaves like anybody else, and its children are told`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const [a, b, c] = [
      await world.viewer(name),
      await world.viewer(name),
      await world.viewer(name),
    ];
    await a.close();
    await b.waitFor("RECONNECT_TO_BROADCAST");
    await b.leaveBroadcast(name);
    assertEquals((await c.waitFor("RECONNECT_TO_BROADCAST")).name, name);
    await c.joinBroadcast(name);
    await root.endBroadcast(name);
    await c.waitFor("BROADCAST_ENDED");
  });

  Deno.test(`${title}[JOIN-6] everybody joining again at once never makes a circle`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const viewers: VirtualPeer[] = [];
    for (let i = 0; i < 6; i++) viewers.push(await world.viewer(name, { rejoins: true }));
    for (let round = 0; round < 3; round++) {
      await Promise.all(viewers.map((viewer) => viewer.joinBroadcast(name)));
    }
    await root.subscribe(name);
    await root.waitFor((message) =>
      message.command === "TREE_STATE_CHANGED" && countPeers(message.tree) === 7
    );
  });

  Deno.test(`${title}[JOIN-10] a parent that goes before it answered is replaced`, async () => {
    await using world = newWorld();
    const name = freshName();
    await world.broadcaster(name, { peerName: "root" });
    const mute = await world.viewer(name, { answer: false });
    const viewer = await world.connect();
    const joined = viewer.joinBroadcast(name, { offer: { only: "offer" } });
    assertEquals((await mute.waitFor("RELAY_BROADCAST")).offer, { only: "offer" });
    await mute.close();
    await joined;
    assertEquals(viewer.received.map(({ command }) => command), ["JOIN_BROADCAST_RECEIVED"]);
  });

  Deno.test(`${title}[JOIN-10] [LEAVE-4] a storm: every second viewer vanishes, all others see the root again`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const viewers: VirtualPeer[] = [];
    for (let i = 0; i < 16; i++) viewers.push(await world.viewer(name, { rejoins: true }));
    await root.subscribe(name);
    await Promise.all(viewers.filter((_, i) => i % 2 === 0).map((viewer) => viewer.close()));
    await root.waitFor((message) =>
      message.command === "TREE_STATE_CHANGED" && countPeers(message.tree) === 9
    );
  });
}
