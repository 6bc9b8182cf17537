/** Instances that die, and others that see to what they left, in virtual time. */
import { assert, assertEquals } from "@std/assert";
import { LEASE_TTL_MS } from "../../lib/instances/lease.ts";
import { keys } from "../../lib/store/keys.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { departBy, GRACE, InstancesWorld, type SimInstance } from "./instances_world.ts";

/** Longest time after a crash until another instance acts: the lease, a look and its jitter. */
const NOTICED_MS = LEASE_TTL_MS + 7_000;

Deno.test("[LEAVE-4] Reaper: whoever did not greet leaves when the lease has run out, and the record goes", async () => {
  const world = new InstancesWorld();
  const [a] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "b");
  await world.join("x", "v1", "a");
  await world.join("x", "v2", "b");
  const mail = world.handle({ maxLatencyMs: 0 }).kv.atomic();
  for (let seq = 1; seq <= 1200; seq++) mail.set(keys.mail("a", "b", 1, seq), {});
  await world.settled(mail.set(keys.head("a"), "b").commit());
  await world.clock.advance(30_000);
  a.crash();
  await world.until(async () => !(await world.members("x")).includes("v1"), NOTICED_MS);
  await world.until(async () => !(await world.instances()).includes("a"), 7_000);
  assertEquals(await world.members("x"), ["root of x", "v2"]);
  assertEquals(world.keys().filter(([first]) => first === "inbox" || first === "head"), []);
  assertEquals(world.departures.map(({ by, peer }) => [by, peer]), [["b", "v1"]]);
  assertEquals(violations((await world.settled(world.tree.snapshot("x")))!), []);
});

Deno.test("[END-4] Reaper: a broadcast whose broadcaster did not greet ends", async () => {
  const world = new InstancesWorld();
  const [a] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "a");
  await world.join("x", "v", "b");
  a.crash();
  await world.until(async () => (await world.tree.broadcast("x")) === null, NOTICED_MS + 15_000);
  await world.until(async () => !(await world.instances()).includes("a"), 7_000);
  assertEquals(world.keys(), [["instance", "b"]]);
});

Deno.test("[RESUME-5] Reaper: who greeted has its grace period, counted from when the lease ran out", async () => {
  const world = new InstancesWorld();
  const [a] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("own", "a", { resumable: true });
  await world.broadcast("x", "b");
  await world.join("x", "v", "a", { resumable: true });
  await world.clock.advance(30_000);
  a.crash();
  const lostAt = (await world.settled(world.store.list())).find(({ id }) => id === "a")!.expiresAt;
  await world.until(() => world.departures.length > 0, 60_000);
  await world.until(() => world.departures.length > 1, 60_000);
  const [viewer, root] = world.departures.map(({ peer, at }) => ({ peer, afterMs: at - lostAt }));
  assertEquals([viewer!.peer, root!.peer], ["v", "root of own"]);
  assert(viewer!.afterMs >= GRACE.viewerMs && viewer!.afterMs < GRACE.viewerMs + 7_000);
  assert(root!.afterMs >= GRACE.broadcasterMs && root!.afterMs < GRACE.broadcasterMs + 7_000);
});

Deno.test("[RESUME-2] Reaper: who has come back on another instance is not touched", async () => {
  const world = new InstancesWorld();
  const [a] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "a", { resumable: true });
  await world.join("x", "v", "a", { resumable: true });
  await world.clock.advance(20_000);
  a.crash();
  await world.clock.advance(5_000);
  const at = { instance: "b", region: "eu" };
  await world.settled(world.tree.move("x", "v", at));
  await world.clock.advance(25_000);
  await world.settled(world.tree.move("x", "root of x", at));
  await world.until(async () => !(await world.instances()).includes("a"), 90_000);
  assertEquals(world.departures, []);
  assertEquals(await world.members("x"), ["root of x", "v"]);
});

Deno.test("[RESUME-2] Reaper: who comes back while its departure is under way is not touched either", async () => {
  const world = new InstancesWorld();
  const [a, b] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "b");
  await world.join("x", "v", "a", { resumable: true });
  a.crash();
  b.onDepart = async (name, peer) => {
    // After the reaper has read that it is at `a`, before it leaves.
    await world.tree.move(name, peer.id, { instance: "b", region: "eu" });
    await departBy(world.tree)(name, peer);
  };
  await world.until(async () => !(await world.instances()).includes("a"), 60_000);
  assertEquals(world.departures.length, 1);
  assertEquals(await world.members("x"), ["root of x", "v"]);
});

Deno.test("Reaper: while nobody is due the peers are not read", async () => {
  const world = new InstancesWorld();
  const [a, b] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "a", { resumable: true });
  await world.join("x", "v", "a", { resumable: true });
  await world.clock.advance(60_000);
  assertEquals(b.scans, 0, "nobody is dead");
  a.crash();
  await world.until(async () => !(await world.instances()).includes("a"), 120_000);
  assert(b.scans <= 5, `${b.scans} scans: at first, for the viewer, for the root, after each`);
});

Deno.test("Reaper: an instance that stopped in good order is seen to at the next look", async () => {
  const world = new InstancesWorld();
  const [a] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "b");
  await world.join("x", "v", "a", { resumable: true });
  await world.clock.advance(20_000);
  await a.stop();
  const stoppedAt = world.clock.now();
  await world.until(async () => !(await world.members("x")).includes("v"), 60_000);
  const afterMs = world.clock.now() - stoppedAt;
  assert(afterMs >= GRACE.viewerMs - 200 && afterMs < GRACE.viewerMs + 7_000, `${afterMs} ms`);
});

Deno.test("Reaper: of several that see the same death one departs each peer once", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new InstancesWorld(seed);
    const dying = await world.begin("dying");
    await Promise.all(["a", "b", "c", "d"].map((id) => world.begin(id)));
    await world.broadcast("x", "a");
    for (let i = 0; i < 25; i++) await world.join("x", `v${i}`, "dying");
    dying.crash();
    await world.until(async () => !(await world.instances()).includes("dying"), 60_000);
    const departed = world.departures.map(({ peer }) => peer);
    assertEquals(departed.length, new Set(departed).size, `seed ${seed}: nobody departs twice`);
    assertEquals(new Set(world.departures.map(({ by }) => by)).size, 1, `seed ${seed}`);
    assertEquals(await world.members("x"), ["root of x"]);
  }
});

Deno.test("Reaper: one that dies half-way is replaced", async () => {
  const world = new InstancesWorld();
  const [dying, a] = [await world.begin("dying"), await world.begin("a")];
  await world.broadcast("x", "c");
  for (let i = 0; i < 40; i++) await world.join("x", `v${i}`, "dying");
  dying.crash();
  await world.until(() => world.departures.length > 0, 60_000);
  a.crash();
  const before = await world.members("x");
  assert(before.length > 1, "it was not done when it died");
  const c = await world.begin("c");
  await world.until(async () => (await world.instances()).join() === "c", 120_000);
  assertEquals(await world.members("x"), ["root of x"]);
  assert(world.departures.some(({ by }) => by === "a"));
  assert(world.departures.some(({ by }) => by === "c"));
  assertEquals(c.losses, []);
});

Deno.test("Reaper: one that stops hands over at once", async () => {
  const world = new InstancesWorld();
  const [dying, a] = [await world.begin("dying"), await world.begin("a")];
  await world.broadcast("x", "b");
  await world.join("x", "v", "dying", { resumable: true });
  dying.crash();
  await world.until(() => a.events.includes("instance_lost"), NOTICED_MS);
  const b = await world.begin("b");
  await a.stop();
  await world.until(() => b.events.filter((event) => event === "instance_lost").length > 1, 7_000);
});

Deno.test("Reaper: one departure that fails keeps nobody else back, and is tried again", async () => {
  const world = new InstancesWorld();
  const [dying, a] = [await world.begin("dying"), await world.begin("a")];
  await world.broadcast("x", "a");
  for (const id of ["v1", "v2", "v3"]) await world.join("x", id, "dying");
  dying.crash();
  let failures = 0;
  a.onDepart = async (name, peer) => {
    if (peer.id === "v2" && failures++ < 2) throw new Error("no");
    await departBy(world.tree)(name, peer);
  };
  await world.until(async () => (await world.members("x")).length === 2, NOTICED_MS);
  assertEquals(await world.members("x"), ["root of x", "v2"]);
  await world.until(async () => !(await world.instances()).includes("dying"), 30_000);
  assertEquals(await world.members("x"), ["root of x"]);
});

Deno.test("Reaper: a KV that was away for everybody makes nobody dead", async () => {
  await assertNobodyDies(async ({ clock }, all, ms) => {
    for (const instance of all) instance.faultShare = 1;
    await clock.advance(ms);
    for (const instance of all) instance.faultShare = 0;
  });
});

Deno.test("Reaper: a KV that could be read but not written makes nobody dead", async () => {
  await assertNobodyDies(async ({ clock }, all, ms) => {
    for (const instance of all) instance.isReadOnly = true;
    await clock.advance(ms);
    for (const instance of all) instance.isReadOnly = false;
  });
});

Deno.test("Reaper: a machine that slept takes nobody for dead who slept as well", async () => {
  await assertNobodyDies(({ clock }, _all, ms) => {
    // Nobody's timers run meanwhile: the time jumps.
    const now = clock.now.bind(clock);
    clock.now = () => now() + ms;
    return Promise.resolve();
  });
});

/**
 * Asserts that something that happens to three instances alike ends none of them. It happens in all
 * lengths, from one that hardly anybody notices to one longer than any lease.
 */
async function assertNobodyDies(
  happen: (world: InstancesWorld, all: SimInstance[], lengthMs: number) => Promise<void>,
): Promise<void> {
  for (let seed = 1; seed <= 6; seed++) {
    const world = new InstancesWorld(seed);
    const all = [await world.begin("a"), await world.begin("b"), await world.begin("c")];
    await world.broadcast("x", "a");
    await world.join("x", "v", "b");
    for (let time = 1; time <= 20; time++) {
      await world.clock.advance(30_000);
      await happen(world, all, 2_000 * time);
    }
    await world.clock.advance(60_000);
    assertEquals(await world.members("x"), ["root of x", "v"], `seed ${seed}`);
    for (const { losses } of all) assert(!losses.includes("taken"), `seed ${seed}`);
  }
}

Deno.test("Reaper: an instance that is cut off loses its peers, hears of it, and lives again", async () => {
  const world = new InstancesWorld();
  const [a] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "b");
  await world.join("x", "v", "a");
  await world.clock.advance(30_000);
  a.faultShare = 1;
  await world.until(async () => !(await world.members("x")).includes("v"), NOTICED_MS);
  a.faultShare = 0;
  await world.until(() => a.losses.includes("taken"), 5_000);
  await world.join("x", "w", "a");
  await world.clock.advance(120_000);
  assertEquals(await world.members("x"), ["root of x", "w"], "its new life is nobody's to end");
  assertEquals(await world.instances(), ["a", "b"]);
});

Deno.test("Reaper: an instance that comes back is left alone from then on, also in the middle", async () => {
  const world = new InstancesWorld();
  const [a, b] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "b");
  for (let i = 0; i < 50; i++) await world.join("x", `v${i}`, "a");
  const slowly = departBy(world.tree);
  b.onDepart = async (name, peer) => {
    await world.clock.delay(500);
    await slowly(name, peer);
  };
  a.faultShare = 1;
  await world.until(() => world.departures.length > 10, 60_000);
  a.faultShare = 0;
  await world.until(() => a.losses.includes("taken"), 5_000);
  await world.clock.advance(1_000);
  const departed = world.departures.length;
  assert(departed < 50, "it was in the middle");
  await world.clock.advance(120_000);
  assertEquals(world.departures.length, departed);
});

Deno.test("Reaper: one that cannot renew its own lease reaps nobody", async () => {
  const world = new InstancesWorld();
  const [a, b] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "b");
  await world.join("x", "v", "a");
  await world.clock.advance(30_000);
  b.isStuck = true;
  a.crash();
  await world.clock.advance(20_000);
  b.isStuck = false;
  assertEquals(world.departures, []);
});

Deno.test("Reaper: with a KV that fails now and then all the same is done, and nobody else suffers", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new InstancesWorld(seed);
    const dying = await world.begin("dying");
    const others = [await world.begin("a"), await world.begin("b")];
    await world.broadcast("x", "a");
    await world.broadcast("theirs", "dying");
    for (let i = 0; i < 15; i++) await world.join("x", `v${i}`, i % 2 ? "dying" : "b");
    for (const instance of others) instance.faultShare = 0.05;
    dying.crash();
    await world.until(async () => !(await world.instances()).includes("dying"), 30 * 60_000);
    for (const instance of others) instance.faultShare = 0;
    const staying = ["root of x", ...Array.from({ length: 8 }, (_, i) => `v${2 * i}`)].sort();
    assertEquals(await world.members("x"), staying, `seed ${seed}`);
    // The very last step of an end may be what failed; nobody is in that broadcast any more.
    await others[0]!.keepHouse();
    assertEquals(await world.settled(world.tree.broadcast("theirs")), null, `seed ${seed}`);
    for (const { losses } of others) assertEquals(losses, [], `seed ${seed}`);
  }
});
