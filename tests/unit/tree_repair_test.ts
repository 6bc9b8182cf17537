import { assertEquals } from "@std/assert";
import {
  attach,
  changeRelaying,
  depart,
  freedSlot,
  openPlaces,
  orphan,
  reachesRoot,
} from "../../lib/tree/repair.ts";
import { HERE, peerOf, slotOf } from "../support/tree_peers.ts";

const ELSEWHERE = { instance: "elsewhere", region: "us" };

Deno.test("[LEAVE-2] depart() makes orphans of the children and opens the place above", () => {
  const parent = peerOf("p", { depth: 2, parent: "root", address: ELSEWHERE });
  const peer = peerOf("x", { parent: "p", place: 1, depth: 3 });
  const children = [
    peerOf("a", { parent: "x", place: 0, depth: 4 }),
    peerOf("b", { parent: "x", place: 1, depth: 4, state: "linking" }),
  ];
  assertEquals(depart(peer, parent, children), {
    orphans: children.map((child) => ({
      ...child,
      state: "orphan" as const,
      parent: null,
      place: null,
    })),
    reopened: { edition: "edition", parent: "p", place: 1, depth: 3, address: ELSEWHERE },
  });
});

Deno.test("[LEAVE-3] depart() of an orphan opens nothing, and leaves orphans behind", () => {
  const peer = orphan(peerOf("x", { parent: "p" }));
  const { orphans, reopened } = depart(peer, null, [peerOf("a", { parent: "x" })]);
  assertEquals(orphans.map(({ id, state }) => [id, state]), [["a", "orphan"]]);
  assertEquals(reopened, null);
});

Deno.test("freedSlot() opens a place under a live parent only", () => {
  const peer = peerOf("x", { parent: "p", place: 1, depth: 7 });
  const live = peerOf("p", { depth: 1, parent: "root" });
  assertEquals(freedSlot(peer, live), slotOf("p", 1, { depth: 2 }));
  assertEquals(freedSlot(peer, { ...live, state: "linking" }), null, "linking");
  assertEquals(freedSlot(peer, orphan(live)), null, "orphan");
  assertEquals(freedSlot(peer, null), null, "no parent");
  assertEquals(freedSlot(peer, peerOf("q", { parent: "root" })), null, "another parent");
  assertEquals(freedSlot(orphan(peer), live), null, "no place");
});

Deno.test("freedSlot() takes everything but the place from the parent: the peer's depth is a hint", () => {
  const peer = peerOf("x", { parent: "p", depth: 99, address: HERE });
  const parent = peerOf("p", { parent: "r", edition: "e", depth: 4, address: ELSEWHERE });
  assertEquals(
    freedSlot(peer, parent),
    slotOf("p", 0, { edition: "e", depth: 5, address: ELSEWHERE }),
  );
});

Deno.test("orphan() and attach() change the place and nothing else", () => {
  const peer = peerOf("x", { parent: "p", place: 1, depth: 3, fanout: 5, joinedAt: 17 });
  const lost = orphan(peer);
  assertEquals(lost, { ...peer, state: "orphan", parent: null, place: null });
  const slot = slotOf("q", 0, { depth: 2, address: ELSEWHERE, edition: "next" });
  assertEquals(attach(lost, slot), {
    ...peer,
    edition: "next",
    state: "linking",
    parent: "q",
    place: 0,
    depth: 2,
    address: HERE,
  });
  assertEquals(peer.parent, "p", "the argument stays as it was");
});

Deno.test("[JOIN-5] openPlaces() opens every place that no child takes, up to the fan-out", () => {
  const peer = peerOf("x", { parent: "p", depth: 3, fanout: 4, address: ELSEWHERE });
  const children = [peerOf("a", { parent: "x", place: 2 }), peerOf("b", { parent: "x", place: 0 })];
  assertEquals(openPlaces(peer, children), [
    slotOf("x", 1, { depth: 4, address: ELSEWHERE }),
    slotOf("x", 3, { depth: 4, address: ELSEWHERE }),
  ]);
  assertEquals(openPlaces(peer, []).length, 4);
  assertEquals(openPlaces({ ...peer, fanout: 1 }, [children[1]!]), []);
});

Deno.test("reachesRoot() is true for a whole chain and for the root itself", () => {
  const root = peerOf("root");
  const a = peerOf("a", { parent: "root" });
  const b = peerOf("b", { parent: "a" });
  assertEquals(reachesRoot([root], "root"), true);
  assertEquals(reachesRoot([b, a, root], "root"), true);
});

Deno.test("[JOIN-6] reachesRoot() is false for a chain that ends early, breaks off or runs in a circle", () => {
  const root = peerOf("root");
  const a = peerOf("a", { parent: "root" });
  const b = peerOf("b", { parent: "a" });
  assertEquals(reachesRoot([], "root"), false, "nothing was read");
  assertEquals(reachesRoot([b, a], "root"), false, "the root was not read");
  assertEquals(reachesRoot([b, orphan(a)], "root"), false, "ends at an orphan");
  assertEquals(reachesRoot([b, orphan(a), root], "root"), false, "an orphan is no way");
  assertEquals(reachesRoot([b, root], "root"), false, "a link is missing");
  const circle = [peerOf("c", { parent: "d" }), peerOf("d", { parent: "c" })];
  assertEquals(reachesRoot([...circle, ...circle], "root"), false, "a circle");
  assertEquals(reachesRoot([peerOf("old")], "root"), false, "another broadcast's root");
});

Deno.test("[RELAY-2] changeRelaying() closes every place of who relays no more, and orphans whoever is in one", () => {
  const peer = peerOf("x", { parent: "p", fanout: 3, relay: "forward" });
  const children = [peerOf("a", { parent: "x", place: 1, state: "linking" })];
  const open = [slotOf("x", 0), slotOf("x", 2)];
  assertEquals(changeRelaying(peer, { relay: "none", fanout: 0 }, { children, open }), {
    peer: { ...peer, relay: "none", fanout: 0 },
    orphans: children.map(orphan),
    opened: [],
    closed: open,
  });
});

Deno.test("[RELAY-3] changeRelaying() opens places again, under a peer with a picture only", () => {
  const peer = peerOf("x", { parent: "p", fanout: 0, relay: "none", depth: 4 });
  const on = { relay: "forward" as const, fanout: 2 };
  const none = { children: [], open: [] };
  assertEquals(changeRelaying(peer, on, none).opened.map(({ place, depth }) => [place, depth]), [
    [0, 5],
    [1, 5],
  ]);
  assertEquals(changeRelaying({ ...peer, state: "linking" }, on, none).opened, []);
  assertEquals(changeRelaying(orphan(peer), on, none).opened, []);
});

Deno.test("[RELAY-3] changeRelaying() leaves alone who keeps a place, and opens no slot twice", () => {
  const peer = peerOf("x", { parent: "p", fanout: 3, relay: "forward" });
  const children = [peerOf("a", { parent: "x", place: 0 })];
  const open = [slotOf("x", 1), slotOf("x", 2)];
  const plan = changeRelaying(peer, { relay: "re-encode", fanout: 3 }, { children, open });
  assertEquals([plan.orphans, plan.opened, plan.closed], [[], [], []]);
  assertEquals(plan.peer.relay, "re-encode");
});
