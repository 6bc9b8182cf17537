/** Housekeeping in virtual time: what is forgotten goes, what is under way stays. */
import { assertEquals } from "@std/assert";
import { unchanged } from "../../lib/instances/housekeeping.ts";
import { keys } from "../../lib/store/keys.ts";
import { type Leftover, Leftovers, type Removable } from "../../lib/store/leftovers.ts";
import { InstancesWorld } from "./instances_world.ts";

const NOTHING = { missingInstances: 0, endings: 0, rootless: 0, strays: 0, mail: 0, sessions: 0 };

/** Writes or deletes a key, past all rules. */
async function put(world: InstancesWorld, key: Deno.KvKey, value: unknown): Promise<void> {
  const atomic = world.handle({ maxLatencyMs: 0 }).kv.atomic();
  await world.settled((value === undefined ? atomic.delete(key) : atomic.set(key, value)).commit());
}

/** Reads a key, past all rules. */
function has(world: InstancesWorld, key: Deno.KvKey): boolean {
  return world.keys().some((found) => JSON.stringify(found) === JSON.stringify(key));
}

Deno.test("Housekeeping: finds nothing to do where all is well", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.broadcast("x", "a");
  for (const id of ["v1", "v2", "v3"]) await world.join("x", id, "a");
  const before = world.keys().length;
  assertEquals(await a.keepHouse(), NOTHING);
  assertEquals(world.keys().length, before + 1, "its own claim");
  await a.stop();
  assertEquals(has(world, keys.housekeeping()), false);
});

Deno.test("Housekeeping: peers of an instance without a record are left to the reaper", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.broadcast("x", "a");
  await world.join("x", "v", "nowhere");
  await world.clock.advance(60_000);
  assertEquals(await world.members("x"), ["root of x", "v"]);
  assertEquals(await a.keepHouse(), { ...NOTHING, missingInstances: 1 });
  await world.until(async () => (await world.instances()).join() === "a", 20_000);
  assertEquals(await world.members("x"), ["root of x"]);
});

Deno.test("Housekeeping: an end that nobody finished is finished", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.broadcast("x", "a");
  await world.join("x", "v", "a");
  await world.settled(world.tree.beginEnding("x", "root of x"));
  assertEquals(await a.keepHouse(), { ...NOTHING, endings: 1 });
  assertEquals(world.keys().map(([first]) => first).sort(), ["housekeeping", "instance"]);
});

Deno.test("Housekeeping: an end that has just begun is left to whoever does it", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  for (const name of ["finished", "begun"]) await world.broadcast(name, "a");
  await world.settled(world.tree.beginEnding("finished", "root of finished"));
  const round = a.housekeeping.run();
  await world.clock.advance(30_000);
  await world.settled(world.tree.sweep("finished"));
  await world.settled(world.tree.beginEnding("begun", "root of begun"));
  assertEquals(await world.settled(round), NOTHING);
  assertEquals((await world.settled(world.tree.broadcast("begun")))?.state, "ending");
});

Deno.test("Housekeeping: a name that ended and began again in between is another one", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.broadcast("x", "a");
  await world.settled(world.tree.beginEnding("x", "root of x"));
  const round = a.housekeeping.run();
  await world.clock.advance(30_000);
  await world.settled(world.tree.sweep("x"));
  await world.broadcast("x", "a");
  assertEquals(await world.settled(round), NOTHING);
  assertEquals((await world.settled(world.tree.broadcast("x")))?.state, "live");
});

Deno.test("Housekeeping: a broadcast without a root ends", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.broadcast("x", "a");
  await world.join("x", "v", "a");
  await put(world, keys.peer("x", "root of x"), undefined);
  assertEquals(await a.keepHouse(), { ...NOTHING, rootless: 1 });
  assertEquals(await world.members("x"), []);
  assertEquals(await world.settled(world.tree.broadcast("x")), null);
});

Deno.test("Housekeeping: what belongs to no broadcast goes, also under a name with odd characters", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.broadcast("live", "a");
  for (const name of ["gone", "a\u0000b", "__proto__"]) {
    await put(world, keys.child(name, "p", "c"), true);
    await put(world, keys.slot(name, 1, "p", 0), ["a", "eu", "e"]);
    await put(world, keys.chatMessage(name, "m"), { text: "Hello" });
    await put(world, keys.chatRules(name), { isOn: false, muted: [], hidden: [] });
  }
  const before = world.keys().length;
  assertEquals(await a.keepHouse(), { ...NOTHING, strays: 12 });
  assertEquals(world.keys().length, before - 12 + 1);
});

Deno.test("Housekeeping: what belonged to no broadcast may belong to one by the time it would go", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await put(world, keys.child("x", "p", "c"), true);
  const round = a.housekeeping.run();
  await world.clock.advance(30_000);
  await world.broadcast("x", "a");
  assertEquals(await world.settled(round), NOTHING);
  assertEquals((await world.settled(world.tree.openSlots("x", 10))).length, 8);
});

Deno.test("Leftovers: what was found is removed only while it is as it was found", async () => {
  const world = new InstancesWorld();
  await put(world, keys.child("x", "p", "c"), true);
  await put(world, keys.child("y", "p", "c"), true);
  await put(world, keys.child("z", "p", "c"), true);
  const leftovers = new Leftovers(world.handle({ maxLatencyMs: 0 }));
  const survey = await world.settled(leftovers.survey());
  await world.broadcast("x", "a");
  await put(world, keys.child("y", "p", "c"), true);
  const strays = survey.leftovers.filter(({ kind }) => kind === "stray") as Removable[];
  assertEquals(strays.length, 3);
  assertEquals(await world.settled(leftovers.remove(strays)), 1);
  assertEquals(has(world, keys.child("x", "p", "c")), true);
  assertEquals(has(world, keys.child("z", "p", "c")), false);
});

Deno.test("Housekeeping: mail for nobody goes, mail for the living stays", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  for (const to of ["a", "nobody"]) {
    await put(world, keys.mail(to, "x", 1, 1), {});
    await put(world, keys.head(to), "x");
  }
  assertEquals(await a.keepHouse(), { ...NOTHING, mail: 2 });
  assertEquals(has(world, keys.mail("a", "x", 1, 1)), true);
  assertEquals(has(world, keys.head("nobody")), false);
});

Deno.test("Housekeeping: one of several instances does it, again and again", async () => {
  const world = new InstancesWorld();
  const all = await Promise.all(["a", "b", "c"].map((id) => world.begin(id)));
  for (const { housekeeping } of all) housekeeping.start();
  const rounds = () =>
    all.flatMap(({ events }) => events).filter((event) => event === "housekeeping_done").length;
  await world.clock.advance(2 * 60_000);
  assertEquals(rounds(), 1, "the first soon after the start");
  await world.clock.advance(60 * 60_000);
  const perHour = rounds() - 1;
  assertEquals(perHour, 5, "every ten minutes or soon after");
});

Deno.test("Housekeeping: two calls at once are one round", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  const [one, other] = await world.settled(
    Promise.all([a.housekeeping.run(), a.housekeeping.run()]),
  );
  assertEquals(one, NOTHING);
  assertEquals(other, NOTHING);
  assertEquals(await a.keepHouse(), null, "it has been done lately");
});

Deno.test("Housekeeping: when its instance has died another one does it", async () => {
  const world = new InstancesWorld();
  const [a, b] = [await world.begin("a"), await world.begin("b")];
  const round = a.housekeeping.run();
  await world.clock.advance(1_000);
  assertEquals(await b.keepHouse(), null);
  a.crash();
  await world.clock.advance(16_000);
  assertEquals(await b.keepHouse(), NOTHING);
  assertEquals(await Promise.race([round, Promise.resolve("never")]), "never");
});

Deno.test("Housekeeping: stop() does not wait for a round to settle, and leaves it to the others", async () => {
  const world = new InstancesWorld();
  const [a, b] = [await world.begin("a"), await world.begin("b")];
  await world.broadcast("x", "b");
  await world.settled(world.tree.beginEnding("x", "root of x"));
  const round = a.housekeeping.run();
  await world.clock.advance(1_000);
  const before = world.clock.now();
  await a.stop();
  assertEquals(world.clock.now() - before < 1_000, true);
  assertEquals(await round, null);
  assertEquals(await b.keepHouse(), { ...NOTHING, endings: 1 });
});

Deno.test("Housekeeping: stop() while it looks ends it as well", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  await world.broadcast("x", "a");
  const round = a.housekeeping.run();
  await world.clock.advance(40);
  const before = world.clock.now();
  await a.stop();
  assertEquals(world.clock.now() - before < 1_000, true);
  assertEquals(await round, null);
  assertEquals(await a.keepHouse(), null, "it has stopped");
});

Deno.test("Housekeeping: run() never throws", async () => {
  const world = new InstancesWorld();
  const a = await world.begin("a");
  a.faultShare = 1;
  assertEquals(await a.keepHouse(), null);
  assertEquals(a.events.includes("housekeeping_failed"), true);
  a.faultShare = 0;
  assertEquals(await a.keepHouse(), NOTHING);
});

Deno.test("unchanged() is what two looks found in the same state", () => {
  const stray = (name: string, version: string): Leftover => ({
    kind: "stray",
    name,
    key: ["child", name, "p", "c"],
    version,
  });
  const before = [stray("same", "1"), stray("other version", "1"), stray("gone", "1")];
  const after = [stray("same", "1"), stray("other version", "2"), stray("new", "1")];
  assertEquals(unchanged(before, after), [stray("same", "1")]);
});
