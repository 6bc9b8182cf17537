/**
 * What every TreeStore must do. Run on each implementation by tree_store_test.ts.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type {
  NewPeer,
  OpenSlot,
  PlacedPeer,
  Still,
  TreeStore,
} from "../../lib/store/tree_store.ts";
import { MAX_STILL_BYTES, UserError } from "../../lib/protocol/mod.ts";
import { violations } from "../../lib/tree/invariants.ts";
import type { Visibility } from "../../lib/tree/types.ts";

const NO_MORE = { relay: "none", fanout: 0 } as const;
const AGAIN = { relay: "forward", fanout: 2 } as const;
const HERE = { instance: "here", region: "eu" };

/** A store to test, and what gives it back. */
export interface StoreUnderTest {
  store: TreeStore;
  close(): void;
}

/** Makes a peer that has no place yet. */
export function newcomer(id: string, fanout = 2): NewPeer {
  return {
    id,
    displayName: `Peer ${id}`,
    fanout,
    address: HERE,
    relay: null,
    resumable: false,
    joinedAt: 1,
  };
}

/** Registers the suite for one implementation. */
export function treeStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  const test = (title: string, fn: (store: TreeStore) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, async () => {
      const { store, close } = await make();
      try {
        await fn(store);
        await assertSound(store, "b");
      } finally {
        close();
      }
    });

  test("createBroadcast() makes a root with open slots", async (store) => {
    await start(store, "b", 3);
    assertEquals((await store.broadcast("b"))?.state, "live");
    const slots = await store.openSlots("b", 10);
    assertEquals(slots.map(({ parent, place, depth }) => [parent, place, depth]), [
      ["root", 0, 1],
      ["root", 1, 1],
      ["root", 2, 1],
    ]);
    assertEquals((await store.broadcasts()).map(({ name, title }) => [name, title]), [["b", "B"]]);
    assertEquals(await store.countViewers("b"), 0);
  });

  test("[START-2] createBroadcast() refuses a live name", async (store) => {
    await start(store, "b");
    const error = await assertRejects(() => start(store, "b"), UserError);
    assertEquals((error as UserError).code, "name_taken");
  });

  test("[NAME-1] names of object properties are just names", async (store) => {
    for (const odd of ["__proto__", "constructor", "a\u0000b", "/", ".", "🎥"]) {
      await start(store, odd);
      await joinAnywhere(store, odd, "__proto__");
      assertEquals(await store.countViewers(odd), 1);
    }
  });

  test("join() gives a slot away exactly once", async (store) => {
    await start(store, "b", 1);
    const [slot] = await store.openSlots("b", 1);
    const results = await Promise.all([
      store.join("b", newcomer("v1"), slot!),
      store.join("b", newcomer("v2"), slot!),
    ]);
    assertEquals(results.filter((placed) => placed !== null).length, 1);
    assertEquals(await store.openSlots("b", 10), []);
    assertEquals(await store.countViewers("b"), 1);
  });

  test("many join() at once all get a place of their own", async (store) => {
    await start(store, "b", 8);
    const slots = await store.openSlots("b", 8);
    const placed = await Promise.all(
      slots.map((slot, i) => store.join("b", newcomer(`v${i}`), slot)),
    );
    assertEquals(placed.filter((p) => p === null), []);
    assertEquals(new Set(placed.map((p) => p!.peer.place)).size, 8);
  });

  test("[JOIN-4] a peer's slots open when it is live, and only once", async (store) => {
    await start(store, "b", 1);
    const placed = await joinAnywhere(store, "b", "v1", { open: false });
    assertEquals(await store.openSlots("b", 10), []);
    assert(await store.open("b", placed));
    assert(await store.open("b", placed), "a second time changes nothing");
    assertEquals((await store.openSlots("b", 10)).map(({ parent }) => parent), ["v1", "v1"]);
  });

  test("[JOIN-3] openSlots() lists the shallowest first, up to the limit", async (store) => {
    await start(store, "b", 2);
    await joinAnywhere(store, "b", "v1");
    assertEquals((await store.openSlots("b", 10)).map(({ depth }) => depth), [1, 2, 2]);
    assertEquals((await store.openSlots("b", 1)).map(({ parent }) => parent), ["root"]);
  });

  test("[LEAVE-1] leave() opens the place again", async (store) => {
    await start(store, "b", 1);
    await joinAnywhere(store, "b", "v1");
    const departure = await store.leave("b", "v1");
    assertEquals(departure?.parent?.id, "root");
    assertEquals(departure?.orphans, []);
    assertEquals((await store.openSlots("b", 10)).map(({ parent }) => parent), ["root"]);
    assertEquals(await store.leave("b", "v1"), null);
  });

  test("[LEAVE-2] leave() orphans the children, who keep their own", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2", "v3"]);
    const departure = await store.leave("b", "v1");
    assertEquals(departure?.orphans.map(({ id }) => id), ["v2"]);
    const peers = await store.peers("b");
    assertEquals(peers.find(({ id }) => id === "v2")?.state, "orphan");
    assertEquals(peers.find(({ id }) => id === "v3")?.parent, "v2");
  });

  test("[LEAVE-3] an orphan may leave and be left behind", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2", "v3"]);
    await store.leave("b", "v1");
    const departure = await store.leave("b", "v2");
    assertEquals(departure?.parent, null);
    assertEquals(departure?.orphans.map(({ id }) => id), ["v3"]);
    assertEquals((await store.peers("b")).map(({ id }) => id).sort(), ["root", "v3"]);
  });

  test("a child of a peer without a picture leaves no slot behind", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2", "v3"]);
    await store.leave("b", "v1");
    await store.leave("b", "v3");
    const [slot] = await store.openSlots("b", 1);
    const result = await store.reattach("b", "v2", slot!);
    assert(result.outcome === "placed");
    assertEquals(await store.openSlots("b", 10), []);
    assert(await store.open("b", result.placed));
    assertEquals((await store.openSlots("b", 10)).map(({ parent }) => parent), ["v2", "v2"]);
  });

  test("[JOIN-6] reattach() keeps the children and puts the depth right", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2", "v3"]);
    await store.leave("b", "v1");
    const [slot] = await store.openSlots("b", 1);
    const result = await store.reattach("b", "v2", slot!);
    assert(result.outcome === "placed" && !result.placed.fresh);
    assert(await store.open("b", result.placed));
    const v2 = (await store.peers("b")).find(({ id }) => id === "v2");
    assertEquals([v2?.state, v2?.parent, v2?.depth], ["live", "root", 1]);
    const slots = await store.openSlots("b", 10);
    assertEquals(slots.filter(({ parent }) => parent === "v2").map(({ depth }) => depth), [2]);
  });

  test("[JOIN-6] reattach() never goes into the orphan's own subtree", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2", "v3"]);
    await store.leave("b", "v1");
    for (const slot of await store.openSlots("b", 10)) {
      if (slot.parent === "root") continue;
      assertEquals((await store.reattach("b", "v2", slot)).outcome, "unreachable");
    }
  });

  test("two orphans cannot adopt each other", async (store) => {
    await start(store, "b", 2);
    await chain(store, "b", ["v1", "v2"]);
    const [second] = await store.openSlots("b", 1);
    const v3 = await store.join("b", newcomer("v3"), second!);
    await store.open("b", v3!);
    const below = (await store.openSlots("b", 20)).find(({ parent }) => parent === "v3");
    await store.open("b", (await store.join("b", newcomer("v4"), below!))!);
    await store.detach("b", "v1");
    await store.detach("b", "v3");
    const slots = await store.openSlots("b", 20);
    const outcomes = await Promise.all([
      ...slots.filter(({ parent }) => parent === "v4").map((s) => store.reattach("b", "v1", s)),
      ...slots.filter(({ parent }) => parent === "v2").map((s) => store.reattach("b", "v3", s)),
    ]);
    assertEquals(new Set(outcomes.map(({ outcome }) => outcome)), new Set(["unreachable"]));
  });

  test("reattach() is for orphans and members only", async (store) => {
    await start(store, "b", 2);
    await joinAnywhere(store, "b", "v1");
    const [slot] = await store.openSlots("b", 1);
    assertEquals((await store.reattach("b", "v1", slot!)).outcome, "conflict");
    assertEquals((await store.reattach("b", "nobody", slot!)).outcome, "absent");
    assertEquals((await store.reattach("nowhere", "v1", slot!)).outcome, "absent");
  });

  test("reattach() loses against a join for the same slot, or wins", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1"]);
    await store.detach("b", "v1");
    const [slot] = await store.openSlots("b", 1);
    const [joined, result] = await Promise.all([
      store.join("b", newcomer("v2"), slot!),
      store.reattach("b", "v1", slot!),
    ]);
    assertEquals(Number(joined !== null) + Number(result.outcome === "placed"), 1);
  });

  test("detach() makes an orphan and frees its place", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2"]);
    const before = await store.detach("b", "v1");
    assertEquals(before?.parent?.id, "root");
    assertEquals((await store.openSlots("b", 1)).map(({ parent }) => parent), ["root"]);
    assertEquals((await store.detach("b", "v1"))?.parent, null);
    assertEquals(await store.detach("b", "nobody"), null);
  });

  test("[JOIN-4] an orphan has no open slots: nobody is given to a peer that has lost its picture", async (store) => {
    await start(store, "b", 2);
    await chain(store, "b", ["v1", "v2", "v3"]);
    const parents = async () => new Set((await store.openSlots("b", 20)).map((s) => s.parent));
    await store.detach("b", "v2");
    assertEquals(await parents(), new Set(["root", "v1", "v3"]));
    await store.leave("b", "v1");
    await store.leave("b", "v2");
    assertEquals(await parents(), new Set(["root"]));
  });

  test("open() of a place that was lost meanwhile does nothing", async (store) => {
    await start(store, "b", 1);
    const placed = await joinAnywhere(store, "b", "v1", { open: false });
    await store.detach("b", "v1");
    assertEquals(await store.open("b", placed), false);
    await store.leave("b", "v1");
    assertEquals(await store.open("b", placed), false);
  });

  test("a join and the departure of its parent never both go unseen", async (store) => {
    for (let round = 0; round < 20; round++) {
      const name = `r${round}`;
      await start(store, name, 1);
      await joinAnywhere(store, name, "v1");
      const slot = (await store.openSlots(name, 10)).find(({ parent }) => parent === "v1");
      const [placed, departure] = await Promise.all([
        store.join(name, newcomer("v2"), slot!),
        store.leave(name, "v1"),
      ]);
      const orphaned = departure!.orphans.some(({ id }) => id === "v2");
      assertEquals(placed !== null, orphaned);
      await assertSound(store, name);
    }
  });

  test("departures of a parent and its child at once leave a sound tree", async (store) => {
    for (let round = 0; round < 20; round++) {
      const name = `r${round}`;
      await start(store, name, 1);
      await chain(store, name, ["v1", "v2", "v3"]);
      await Promise.all(["v1", "v2", "v3"].map((id) => store.leave(name, id)));
      assertEquals((await store.peers(name)).map(({ id }) => id), ["root"]);
      assertEquals((await store.openSlots(name, 10)).length, 1);
    }
  });

  const THERE = { instance: "there", region: "us" };

  test("[RESUME-2] move() takes the peer's open slots along, and says who is linked to it", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2"]);
    const moved = await store.move("b", "v1", THERE);
    assertEquals([moved?.from, moved?.peer.address], [HERE, THERE]);
    assertEquals([moved?.parent?.id, moved?.children.map(({ id }) => id)], ["root", ["v2"]]);
    const slots = await store.openSlots("b", 10);
    assertEquals(slots.filter(({ parent }) => parent === "v1").map((s) => s.address), [THERE]);
    assertEquals(slots.filter(({ parent }) => parent === "v2").map((s) => s.address), [HERE, HERE]);
    assertEquals(await store.move("b", "nobody", THERE), null);
  });

  test("[RESUME-2] whoever lost a socket undoes nothing once the peer is elsewhere", async (store) => {
    await start(store, "b", 1);
    await joinAnywhere(store, "b", "v1");
    await store.move("b", "v1", THERE);
    await store.move("b", "root", THERE);
    assertEquals(await store.leave("b", "v1", { ifAt: "here" }), null);
    assertEquals(await store.detach("b", "v1", { ifAt: "here" }), null);
    assertEquals(await store.beginEnding("b", "root", { ifAt: "here" }), false);
    assertEquals((await store.peers("b")).length, 2);
    assert(await store.leave("b", "v1", { ifAt: "there" }));
    assert(await store.beginEnding("b", "root", { ifAt: "there" }));
    await store.sweep("b");
  });

  test("[JOIN-5] who may come back gets no second place", async (store) => {
    await start(store, "b", 3);
    const twice = { ...newcomer("v1"), resumable: true };
    const slots = await store.openSlots("b", 3);
    const placed = await Promise.all(slots.map((slot) => store.join("b", twice, slot)));
    assertEquals(placed.filter((p) => p !== null).length, 1);
    await store.detach("b", "v1");
    const [slot] = await store.openSlots("b", 1);
    assertEquals((await store.reattach("b", "v1", slot!, { ifAt: "there" })).outcome, "absent");
    assertEquals((await store.reattach("b", "v1", slot!, { ifAt: "here" })).outcome, "placed");
  });

  test("[RESUME-2] a return and a departure at once: one of them wins", async (store) => {
    for (let round = 0; round < 20; round++) {
      const name = `r${round}`;
      await start(store, name, 1);
      await chain(store, name, ["v1", "v2"]);
      const [moved, left] = await Promise.all([
        store.move(name, "v1", THERE),
        store.leave(name, "v1", { ifAt: "here" }),
      ]);
      assertEquals(Number(moved !== null) + Number(left !== null), 1);
      await assertSound(store, name);
    }
  });

  test("a return, joins below and departures below at once leave slots that lead to the peer", async (store) => {
    for (let round = 0; round < 20; round++) {
      const name = `r${round}`;
      await start(store, name, 3);
      const child = await joinAnywhere(store, name, "v1");
      const slot = (await store.openSlots(name, 10)).find(({ parent }) => parent === "root");
      await Promise.all([
        store.move(name, "root", THERE),
        store.join(name, newcomer("v2"), slot!),
        store.leave(name, child.peer.id),
      ]);
      await assertSound(store, name);
      const slots = await store.openSlots(name, 10);
      for (const open of slots.filter(({ parent }) => parent === "root")) {
        assertEquals(open.address, THERE);
      }
    }
  });

  test("[RELAY-2] who relays no more has no places, and its children are orphans with their own", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2", "v3"]);
    const change = await store.setRelaying("b", "v1", NO_MORE);
    assertEquals(change?.orphans.map(({ id }) => id), ["v2"]);
    const [v1, v2, v3] = await Promise.all(["v1", "v2", "v3"].map((id) => store.peer("b", id)));
    assertEquals([v1?.state, v1?.parent, v1?.relay], ["live", "root", "none"]);
    assertEquals([v2?.state, v3?.state, v3?.parent], ["orphan", "live", "v2"]);
    assertEquals((await store.openSlots("b", 10)).map(({ parent }) => parent), ["v3", "v3"]);
    const again = await store.setRelaying("b", "v1", NO_MORE);
    assertEquals([again?.peer.id, again?.orphans], ["v1", []]);
  });

  test("[RELAY-3] who relays again has its places again, at once if it is live", async (store) => {
    await start(store, "b", 1);
    const placed = await joinAnywhere(store, "b", "v1", { open: false });
    await store.setRelaying("b", "v1", NO_MORE);
    assert(await store.open("b", placed), "as it was read before the change");
    assertEquals(await store.openSlots("b", 10), []);
    await store.setRelaying("b", "v1", AGAIN);
    assertEquals((await store.openSlots("b", 10)).map(({ parent }) => parent), ["v1", "v1"]);
    await joinAnywhere(store, "b", "v2");
    const change = await store.setRelaying("b", "v1", AGAIN);
    assertEquals(change?.orphans, [], "a second time changes nothing");
  });

  test("[RELAY-1] the root and who is no member do not change how they relay", async (store) => {
    await start(store, "b");
    await joinAnywhere(store, "b", "v1");
    assertEquals(await store.setRelaying("b", "root", NO_MORE), null);
    assertEquals(await store.setRelaying("b", "nobody", NO_MORE), null);
    assertEquals(await store.setRelaying("b", "v1", NO_MORE, { ifAt: "elsewhere" }), null);
    assertEquals((await store.peer("b", "v1"))?.relay, null);
  });

  test("[RELAY-2] a join and its parent's relaying no more never both go unseen", async (store) => {
    for (let round = 0; round < 20; round++) {
      const name = `r${round}`;
      await start(store, name, 1);
      await joinAnywhere(store, name, "v1");
      const slots = await store.openSlots(name, 10);
      const [change, ...joins] = await Promise.all([
        store.setRelaying(name, "v1", NO_MORE),
        ...slots.map((slot, i) => store.join(name, newcomer(`w${i}`), slot)),
      ]);
      const below = (await store.peers(name)).filter(({ parent }) => parent === "v1");
      assertEquals(below, []);
      assertEquals(change?.orphans.length, joins.filter((placed) => placed !== null).length);
      await assertSound(store, name);
    }
  });

  test("departures above and below at once with who relays no more leave a sound tree", async (store) => {
    for (let round = 0; round < 20; round++) {
      const name = `r${round}`;
      await start(store, name, 1);
      await chain(store, name, ["v1", "v2", "v3"]);
      await Promise.all([
        store.setRelaying(name, "v2", NO_MORE),
        store.leave(name, "v1"),
        round % 2 === 0 ? store.leave(name, "v3") : store.detach(name, "v3"),
        store.move(name, "v2", THERE),
      ]);
      await assertSound(store, name);
    }
  });

  test("allPeers() lists the peers of all broadcasts", async (store) => {
    await start(store, "a");
    await start(store, "b");
    await joinAnywhere(store, "b", "v1");
    const all = await Array.fromAsync(store.allPeers());
    assertEquals(all.map(({ name, peer }) => `${name}/${peer.id}`).sort(), [
      "a/root",
      "b/root",
      "b/v1",
    ]);
  });

  test("countAllViewers() counts for every broadcast what countViewers() does for one", async (store) => {
    await start(store, "a");
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2"]);
    const counts = await store.countAllViewers();
    assertEquals([counts.get("a"), counts.get("b"), counts.size], [0, 2, 2]);
    assertEquals(await store.countViewers("b"), 2);
  });

  test("[START-6] a broadcast is public unless it begins as another", async (store) => {
    await start(store, "b");
    await start(store, "c", 2, "unlisted");
    assertEquals((await store.broadcast("b"))?.visibility, "public");
    assertEquals((await store.broadcast("c"))?.visibility, "unlisted");
    const all = await store.broadcasts();
    assertEquals(all.map(({ name, visibility }) => `${name} ${visibility}`).sort(), [
      "b public",
      "c unlisted",
    ]);
  });

  test("[STILL-1] setStill() keeps the latest picture, and the broadcast says which it is", async (store) => {
    await start(store, "b");
    assertEquals([await store.still("b"), (await store.broadcast("b"))?.still], [null, null]);
    assert(await store.setStill("b", "root", stillOf("v1"), 60_000));
    assert(await store.setStill("b", "root", stillOf("v2"), 60_000));
    assertEquals(await store.still("b"), stillOf("v2"));
    assertEquals((await store.broadcast("b"))?.still, { version: "v2", until: 7 });
    assertEquals((await store.broadcasts())[0]?.title, "B", "nothing else has changed");
  });

  test("[STILL-2] setStill() is for the root of a live public broadcast only", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1"]);
    await start(store, "c", 2, "unlisted");
    assertEquals(await store.setStill("b", "v1", stillOf("v"), 60_000), false);
    assertEquals(await store.setStill("c", "root", stillOf("v"), 60_000), false);
    assertEquals(await store.setStill("nowhere", "root", stillOf("v"), 60_000), false);
    assert(await store.beginEnding("b", "root"));
    assertEquals(await store.setStill("b", "root", stillOf("v"), 60_000), false);
    await store.sweep("b");
    for (const name of ["b", "c", "nowhere"]) assertEquals(await store.still(name), null);
  });

  test("[STILL-4] the picture goes with its broadcast, and the next one has none", async (store) => {
    await start(store, "b");
    assert(await store.setStill("b", "root", stillOf("v1"), 60_000));
    assert(await store.beginEnding("b", "root"));
    await store.sweep("b");
    assertEquals(await store.still("b"), null);
    await start(store, "b");
    assertEquals([await store.still("b"), (await store.broadcast("b"))?.still], [null, null]);
  });

  test("[STILL-4] pictures and an end at once leave no picture behind", async (store) => {
    for (let round = 0; round < 20; round++) {
      const name = `r${round}`;
      await start(store, name);
      await Promise.all([
        store.setStill(name, "root", stillOf("v1"), 60_000),
        store.beginEnding(name, "root").then(() => store.sweep(name)),
        store.setStill(name, "root", stillOf("v2"), 60_000),
      ]);
      assertEquals([await store.still(name), await store.broadcast(name)], [null, null]);
    }
  });

  test("[STILL-1] the largest picture there may be fits", async (store) => {
    await start(store, "b");
    const bytes = crypto.getRandomValues(new Uint8Array(MAX_STILL_BYTES));
    assert(await store.setStill("b", "root", { ...stillOf("v"), bytes }, 60_000));
    assertEquals((await store.still("b"))?.bytes, bytes);
  });

  test("[END-2] sweep() finds every member, orphans too, and frees the name", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1", "v2", "v3"]);
    await store.leave("b", "v1");
    assertEquals(await store.beginEnding("b", "v2"), false, "only the root ends it");
    assert(await store.beginEnding("b", "root"));
    assertEquals(await store.beginEnding("b", "root"), false, "only once");
    assertEquals(await store.broadcasts(), []);
    const members = await store.sweep("b");
    assertEquals(members.map(({ id }) => id).sort(), ["root", "v2", "v3"]);
    assertEquals(await store.broadcast("b"), null);
    assertEquals(await store.peers("b"), []);
    assertEquals(await store.openSlots("b", 10), []);
    await start(store, "b");
  });

  test("a sweep and joins at once leave nothing behind", async (store) => {
    await start(store, "b", 8);
    const slots = await store.openSlots("b", 8);
    assert(await store.beginEnding("b", "root"));
    const joins = slots.map((slot, i) => store.join("b", newcomer(`v${i}`), slot));
    const members = new Set((await store.sweep("b")).map(({ id }) => id));
    const placed = (await Promise.all(joins)).filter((p) => p !== null);
    for (const { peer } of placed) assert(members.has(peer.id), `${peer.id} was not told`);
    assertEquals(await store.peers("b"), []);
    assertEquals(await store.broadcast("b"), null);
  });

  test("[START-4] createBroadcast() waits until what is ending has been swept", async (store) => {
    await start(store, "b", 1);
    await chain(store, "b", ["v1"]);
    assert(await store.beginEnding("b", "root"));
    const again = {
      name: "b",
      edition: "second",
      title: "B",
      createdAt: 2,
      root: newcomer("root2"),
    };
    assertEquals(await store.createBroadcast(again), false);
    const members = await store.sweep("b");
    assertEquals(members.map(({ id, edition }) => `${id}: ${edition}`).sort(), [
      "root: edition of b",
      "v1: edition of b",
    ]);
    assert(await store.createBroadcast(again));
    assertEquals(await store.sweep("b"), [], "a late sweep leaves the new one alone");
    assertEquals((await store.peers("b")).map(({ id }) => id), ["root2"]);
  });
}

/** Fails with every violation of the invariants. */
export async function assertSound(store: TreeStore, name: string): Promise<void> {
  const snapshot = await store.snapshot(name);
  if (snapshot) assertEquals(violations(snapshot), []);
}

/** Makes a picture for `setStill`. */
function stillOf(version: string): Still {
  return { version, until: 7, type: "image/webp", bytes: new Uint8Array([1, 2, 3]) };
}

async function start(
  store: TreeStore,
  name: string,
  fanout = 2,
  visibility?: Visibility,
): Promise<void> {
  assert(
    await store.createBroadcast({
      name,
      edition: `edition of ${name}`,
      title: name.toUpperCase(),
      visibility,
      createdAt: 1,
      root: newcomer("root", fanout),
    }),
  );
}

async function joinAnywhere(
  store: TreeStore,
  name: string,
  id: string,
  { open = true } = {},
): Promise<PlacedPeer> {
  const [slot] = await store.openSlots(name, 1);
  return await joinAt(store, name, id, slot!, open);
}

async function joinAt(
  store: TreeStore,
  name: string,
  id: string,
  slot: OpenSlot,
  open: boolean,
): Promise<PlacedPeer> {
  const placed = await store.join(name, newcomer(id), slot);
  assert(placed);
  if (open) assert(await store.open(name, placed));
  return placed;
}

/** Hangs each under the one before, the first under the root. */
async function chain(store: TreeStore, name: string, ids: string[]): Promise<void> {
  let parent = "root";
  for (const id of ids) {
    const slots = await store.openSlots(name, 100);
    await joinAt(store, name, id, slots.find((slot) => slot.parent === parent)!, true);
    parent = id;
  }
}
