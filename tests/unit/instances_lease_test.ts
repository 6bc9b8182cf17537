/** The lease of an instance in virtual time: renewed, overdue, taken, released. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { LEASE_TTL_MS } from "../../lib/instances/lease.ts";
import { InstancesWorld, SimInstance } from "./instances_world.ts";

Deno.test("Lease: as long as it is renewed it never runs out", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  for (let i = 0; i < 200; i++) {
    await world.clock.advance(1_000);
    const [record] = await world.settled(world.store.list());
    const leftMs = record!.expiresAt - world.clock.now();
    assert(leftMs > LEASE_TTL_MS / 2 && leftMs <= LEASE_TTL_MS, `${leftMs} ms left`);
  }
  assertEquals(a.losses, []);
  assertEquals(count(a.events, "lease_not_renewed"), 0);
});

Deno.test("Lease: instances that began together do not renew at the same moment", async () => {
  const world = new InstancesWorld();
  await Promise.all(["a", "b", "c", "d"].map((id) => world.begin(id)));
  await world.clock.advance(60_000);
  const records = await world.settled(world.store.list());
  assert(new Set(records.map(({ expiresAt }) => expiresAt)).size > 1);
});

Deno.test("Lease: start() fails when KV does, so that nothing is served without a lease", async () => {
  const world = new InstancesWorld();
  const instance = new SimInstance(world, "a");
  instance.faultShare = 1;
  await assertRejects(() => world.settled(instance.start()));
  assertEquals(await world.instances(), []);
});

Deno.test("Lease: a renewal that fails for longer than the lease holds is reported once", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.clock.advance(60_000);
  a.faultShare = 1;
  await world.clock.advance(LEASE_TTL_MS - 6_000);
  assertEquals(a.losses, [], "two renewals may fail");
  await world.clock.advance(8_000);
  assertEquals(a.losses, ["overdue"]);
  await world.clock.advance(60_000);
  assertEquals(a.losses, ["overdue"]);
  assertEquals(a.lease.steadySince, null);
  a.faultShare = 0;
  await world.clock.advance(2_000);
  const { steadySince } = a.lease;
  assert(steadySince !== null && steadySince > world.clock.now() - 2_000);
  assertEquals(a.losses, ["overdue"], "nobody has taken it");
  a.faultShare = 1;
  await world.clock.advance(30_000);
  assertEquals(a.losses, ["overdue", "overdue"], "the next time is another one");
});

Deno.test("Lease: a single failure is retried soon and nobody hears of it", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  a.faultShare = 1;
  await world.until(() => count(a.events, "lease_not_renewed") > 0, 10_000);
  a.faultShare = 0;
  await world.clock.advance(2_000);
  const [found] = await world.settled(world.store.list());
  assert(found!.expiresAt > world.clock.now() + LEASE_TTL_MS - 2_500);
  assertEquals(a.losses, []);
});

Deno.test("Lease: a KV that does not answer counts as one that fails", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  a.isStuck = true;
  await world.clock.advance(40_000);
  assertEquals(a.losses, ["overdue"]);
  a.isStuck = false;
  await world.clock.advance(5_000);
  assert(a.lease.steadySince !== null);
});

Deno.test("Lease: one that another has taken is reported, and begins anew after that", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  a.faultShare = 1;
  await world.clock.advance(30_000);
  const now = world.clock.now();
  assert(await world.settled(world.store.claim("a", { by: "b", until: now + 20_000 }, now)));
  let mayGoOn = () => {};
  a.onLost = () => new Promise((resolve) => mayGoOn = resolve);
  a.faultShare = 0;
  await world.clock.advance(10_000);
  assertEquals(a.losses, ["overdue", "taken"]);
  const states = async () => (await world.settled(world.store.list())).map(({ state }) => state);
  assertEquals(await states(), ["gone"], "not before its sockets are closed");
  mayGoOn();
  await world.clock.advance(1_000);
  assertEquals(await states(), ["up"]);
  assert(a.lease.steadySince! > now);
});

Deno.test("Lease: one whose record is gone altogether begins anew, too", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  world.data.entries.clear();
  await world.clock.advance(7_000);
  assertEquals(a.losses, ["taken"]);
  assertEquals(await world.instances(), ["a"]);
});

Deno.test("Lease: release() says since when it is lost, and nothing renews it afterwards", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.clock.advance(7_000);
  await world.settled(a.lease.release());
  const at = world.clock.now();
  await world.clock.advance(60_000);
  const [found] = await world.settled(world.store.list());
  assertEquals(found!.state, "gone");
  assert(at - found!.lostAt! < 200);
  assertEquals(a.losses, []);
});

Deno.test("Lease: one that is released while its loss is dealt with does not begin anew", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  const now = world.clock.now();
  await world.settled(world.store.release("a", now));
  let mayGoOn = () => {};
  a.onLost = () => new Promise((resolve) => mayGoOn = resolve);
  await world.until(() => a.losses.length > 0, 7_000);
  const released = a.lease.release();
  mayGoOn();
  await world.settled(released);
  const [found] = await world.settled(world.store.list());
  assertEquals([found!.state, found!.lostAt], ["gone", now]);
});

Deno.test("Lease: release() never throws", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  a.faultShare = 1;
  await world.settled(a.lease.release());
  assertEquals(count(a.events, "lease_not_released"), 1);
});

Deno.test("Lease: live() lists who lives, and is a few seconds old at most", async () => {
  const world = new InstancesWorld();
  const [a, b, c] = [await world.begin("a"), await world.begin("b"), await world.begin("c")];
  const live = async () => (await world.settled(a.lease.live())).sort();
  assertEquals(await live(), ["a", "b", "c"]);
  await world.settled(b.lease.release());
  c.crash();
  assertEquals(await live(), ["a", "b", "c"], "as it was a moment ago");
  await world.clock.advance(3_000);
  assertEquals(await live(), ["a", "c"]);
  await world.clock.advance(LEASE_TTL_MS);
  assertEquals(await live(), ["a"]);
});

Deno.test("Lease: live() asks again after an error", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  a.faultShare = 1;
  await assertRejects(() => world.settled(a.lease.live()));
  a.faultShare = 0;
  assertEquals(await world.settled(a.lease.live()), ["a"]);
});

function count(events: string[], event: string): number {
  return events.filter((found) => found === event).length;
}
