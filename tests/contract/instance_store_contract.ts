/**
 * What every InstanceStore must do. Run on each implementation by instance_store_test.ts.
 */
import { assert, assertEquals } from "@std/assert";
import type { InstanceStore } from "../../lib/store/instance_store.ts";

/** A store to test, and what gives it back. */
export interface InstanceStoreUnderTest {
  store: InstanceStore;
  close(): void;
}

/** Registers the suite for one implementation. */
export function instanceStoreContract(
  name: string,
  make: () => Promise<InstanceStoreUnderTest>,
): void {
  const test = (title: string, fn: (store: InstanceStore) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, async () => {
      const { store, close } = await make();
      try {
        await fn(store);
      } finally {
        close();
      }
    });

  const enter = (store: InstanceStore, id: string, expiresAt = 100) =>
    store.enter({ id, region: "eu", startedAt: 0, expiresAt });
  const record = async (store: InstanceStore, id: string) =>
    (await store.list()).find((found) => found.id === id) ?? null;

  test("enter() makes a record that list() shows", async (store) => {
    assertEquals(await store.list(), []);
    await enter(store, "a");
    await enter(store, "b");
    assertEquals((await store.list()).map(({ id }) => id).sort(), ["a", "b"]);
    assertEquals(await record(store, "a"), {
      id: "a",
      region: "eu",
      startedAt: 0,
      expiresAt: 100,
      state: "up",
      lostAt: null,
      reaper: null,
    });
  });

  test("renew() prolongs a lease, also one that ran out unnoticed", async (store) => {
    await enter(store, "a");
    assert(await store.renew("a", 900));
    assertEquals((await record(store, "a"))?.expiresAt, 900);
    assertEquals((await record(store, "a"))?.state, "up");
  });

  test("renew() says that a lease is lost: no record, released, or claimed", async (store) => {
    assert(!await store.renew("nobody", 200));
    await enter(store, "released");
    await store.release("released", 50);
    assert(!await store.renew("released", 200));
    await enter(store, "claimed");
    assert(await store.claim("claimed", { by: "x", until: 300 }, 150));
    assert(!await store.renew("claimed", 200));
    assertEquals(await record(store, "nobody"), null);
    assertEquals((await record(store, "claimed"))?.expiresAt, 100);
  });

  test("enter() takes a lost lease back", async (store) => {
    await enter(store, "a");
    await store.claim("a", { by: "x", until: 300 }, 150);
    await enter(store, "a", 250);
    assertEquals((await record(store, "a"))?.state, "up");
    assertEquals(await store.claim("a", { by: "x", until: 300 }, 160), null);
    assert(!await store.remove("a", "x"), "the claim is void");
    assert(await store.renew("a", 400));
  });

  test("release() keeps the record and says since when it is lost", async (store) => {
    await enter(store, "a");
    await store.release("a", 42);
    await store.release("a", 77);
    await store.release("nobody", 77);
    const { state, lostAt } = (await record(store, "a"))!;
    assertEquals({ state, lostAt }, { state: "gone", lostAt: 42 });
    assertEquals(await record(store, "nobody"), null);
  });

  test("claim() leaves the living alone", async (store) => {
    await enter(store, "a");
    assertEquals(await store.claim("a", { by: "x", until: 300 }, 99), null);
    assertEquals((await record(store, "a"))?.state, "up");
    assertEquals(await store.claim("nobody", { by: "x", until: 300 }, 99), null);
  });

  test("claim() counts a crash from when the lease ran out", async (store) => {
    await enter(store, "a");
    const claimed = await store.claim("a", { by: "x", until: 300 }, 250);
    assertEquals(claimed?.lostAt, 100);
    assertEquals(claimed, await record(store, "a"));
    await enter(store, "b");
    await store.release("b", 42);
    assertEquals((await store.claim("b", { by: "x", until: 300 }, 250))?.lostAt, 42);
  });

  test("claim() of several at once is given to one of them", async (store) => {
    await enter(store, "a");
    const claims = await Promise.all(
      ["x", "y", "z"].map((by) => store.claim("a", { by, until: 300 }, 200)),
    );
    const winners = claims.filter((claim) => claim !== null);
    assertEquals(winners.length, 1);
    assertEquals((await record(store, "a"))?.reaper, winners[0]!.reaper);
  });

  test("claim() prolongs one's own and takes over one that is over", async (store) => {
    await enter(store, "a");
    assert(await store.claim("a", { by: "x", until: 300 }, 200));
    assert(await store.claim("a", { by: "x", until: 400 }, 250));
    assertEquals(await store.claim("a", { by: "y", until: 500 }, 399), null);
    const taken = await store.claim("a", { by: "y", until: 500 }, 400);
    assertEquals(taken?.reaper, { by: "y", until: 500 });
    assertEquals(taken?.lostAt, 100, "the grace periods do not begin anew");
    assertEquals(await store.claim("a", { by: "x", until: 500 }, 401), null);
  });

  test("handBack() lets the next one go on at once, and only ends one's own claim", async (store) => {
    await enter(store, "a");
    await store.claim("a", { by: "x", until: 300 }, 200);
    await store.handBack("a", "y");
    assertEquals(await store.claim("a", { by: "y", until: 300 }, 210), null);
    await store.handBack("a", "x");
    await store.handBack("nobody", "x");
    assert(await store.claim("a", { by: "y", until: 300 }, 210));
  });

  test("remove() is for whoever has the claim", async (store) => {
    await enter(store, "a");
    assert(!await store.remove("a", "x"));
    await store.claim("a", { by: "x", until: 300 }, 200);
    assert(!await store.remove("a", "y"));
    assert(await store.remove("a", "x"));
    assert(!await store.remove("a", "x"));
    assertEquals(await store.list(), []);
  });

  test("addMissing() makes a lost instance of one without a record", async (store) => {
    await enter(store, "a");
    assert(!await store.addMissing("a", 70));
    assert(await store.addMissing("b", 70));
    assert(!await store.addMissing("b", 80));
    assertEquals((await store.claim("b", { by: "x", until: 300 }, 71))?.lostAt, 70);
    assertEquals((await record(store, "a"))?.state, "up");
  });

  test("claimHousekeeping() is given to one while that one lives", async (store) => {
    await enter(store, "a", 1000);
    await enter(store, "b", 1000);
    const claims = await Promise.all(
      ["a", "b"].map((by) => store.claimHousekeeping({ by, until: 300 }, 100)),
    );
    assertEquals(claims.filter(Boolean).length, 1);
    assert(!await store.claimHousekeeping({ by: "a", until: 400 }, 299));
    assert(!await store.claimHousekeeping({ by: "b", until: 400 }, 299));
    assert(await store.claimHousekeeping({ by: "b", until: 400 }, 300));
    await store.release("b", 310);
    assert(await store.claimHousekeeping({ by: "a", until: 500 }, 320), "its holder is gone");
    await store.releaseHousekeeping("b");
    assert(
      !await store.claimHousekeeping({ by: "b", until: 500 }, 330),
      "it was not b's to release",
    );
    await store.releaseHousekeeping("a");
    assert(await store.claimHousekeeping({ by: "b", until: 500 }, 330));
  });

  test("names of object properties are just ids", async (store) => {
    for (const odd of ["__proto__", "constructor", "a\u0000b"]) {
      await enter(store, odd);
      assert(await store.renew(odd, 200));
    }
    assertEquals((await store.list()).length, 3);
  });
}
