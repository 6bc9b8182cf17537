/**
 * Nothing that dies takes a viewer with it: real isolates on one KV file are killed and replaced
 * while viewers come, go, relay and lose their sockets, and a share of what the isolates post to each
 * other is lost. Two broadcasts share the instances: in one everybody greets, in the other half are
 * clients of the prototype. The virtual-time counterpart is tests/simulation/.
 *
 * The seed decides what happens to whom, not when isolates get their turn: a failing seed may have to
 * be run more than once. CHAOS_SEED=7 deno test -A tests/isolates/chaos_test.ts
 *
 * A viewer may be without a parent that carries it for 5 s, as its person sees it: whether it is told
 * that its parent is gone or finds out by itself that the picture stands still (1 s), whoever it asks
 * in vain, and whether its own socket is lost meanwhile. What is not the service's to keep:
 *
 * - A client of the prototype looks at no picture and waits until it is told. When its parent's page
 *   is closed while the instance that had its socket is dead, too, that is after the lease; only then
 *   do its 5 s begin.
 * - Who relays on a dead instance goes on relaying: below it nobody is without a picture. When its
 *   lease runs out and it has not come back, those below are told, and have their 5 s.
 */
import { assert, assertEquals } from "@std/assert";
import { LEASE_TTL_MS } from "../../lib/instances/lease.ts";
import { pick } from "../support/sim/random.ts";
import { sweep } from "./chaos_sweep.ts";
import type { ChaosPage, OrphanPeriod } from "./chaos_viewer.ts";
import { type Audience, ChaosWorld, pause } from "./chaos_world.ts";

const SEED = Number(Deno.env.get("CHAOS_SEED") ?? 1);

const INSTANCES = 4;
const AUDIENCE = 20;
/** Share of the posts between isolates that are lost. */
const LOSS = 0.1;

const CHAOS_MS = 22_000;
const FIRST_KILL_MS = 3_000;
const KILL_EVERY_MS = 4_500;
/** Mean pause between two things that happen. */
const STEP_MS = 60;

const VIEWER_GRACE_MS = 3_000;
const BROADCASTER_GRACE_MS = 10_000;

const ORPHAN_LIMIT_MS = 5_000;

/**
 * Until those who were on a killed instance are given up: the first look that sees its lease stand
 * still, the lease itself, the look after that, and one for whoever was still in its grace period
 * then. A reaper looks every 6 s at least.
 */
const REAPED_AFTER_MS = LEASE_TTL_MS + 3 * 6_000 + VIEWER_GRACE_MS;

Deno.test("nobody is orphaned for long, and nothing is left, whatever is killed, cut and lost", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tributary-chaos-" });
  const kvFile = `${folder}/kv.db`;
  const restore = setEnvironment({
    KV_URL: kvFile,
    MAX_LISTENERS: "2",
    VIEWER_GRACE_S: String(VIEWER_GRACE_MS / 1000),
    BROADCASTER_GRACE_S: String(BROADCASTER_GRACE_MS / 1000),
    BUS: "auto",
    LOG_LEVEL: "error",
  });
  try {
    await using world = await ChaosWorld.open(kvFile, { seed: SEED, loss: LOSS });
    try {
      await run(world);
    } catch (error) {
      console.log(`Seed ${SEED}; what happened to those who waited too long, in ms:`);
      console.log(storyOf(world, tooLong(world)).join("\n"));
      console.log("The last that happened:");
      console.log(world.history.slice(-60).join("\n"));
      throw error;
    }
  } finally {
    restore();
    await Deno.remove(folder, { recursive: true });
  }
});

async function run(world: ChaosWorld): Promise<void> {
  await Promise.all(Array.from({ length: INSTANCES }, () => world.startInstance()));
  await world.begin("greeting", 1);
  await world.begin("mixed", 0.5);
  await chaos(world);
  await becomeCalm(world);
  await endAll(world);
  await nothingIsLeft(world);
  report(world);
  assertEquals([...world.faults], [], `seed ${SEED}`);
  assertEquals(tooLong(world).map(describe), [], `seed ${SEED}: orphans that waited for too long`);
  // Or it has shown nothing.
  const { tally: { kills }, resumes, posts } = world;
  assert(kills >= 3 && resumes > 10 && posts.lost > 10, "too little has happened");
}

async function chaos(world: ChaosWorld): Promise<void> {
  const { random, audiences } = world;
  const start = performance.now();
  let nextKillAt = start + FIRST_KILL_MS;
  while (performance.now() < start + CHAOS_MS) {
    if (performance.now() > nextKillAt) {
      nextKillAt += KILL_EVERY_MS;
      world.killInstance();
    }
    step(world, pick(audiences, random)!);
    await pause(random() * 2 * STEP_MS);
  }
}

/** Does one thing that people, or their networks, do. */
function step(world: ChaosWorld, audience: Audience): void {
  const { random, tally } = world;
  const viewers = world.viewers(audience);
  if (viewers.length < AUDIENCE / 2 || random() < 0.5) {
    if (viewers.length < AUDIENCE) world.join(audience);
    return;
  }
  const viewer = pick(viewers, random)!;
  const dice = random();
  if (dice < 0.4) {
    tally.leaves++;
    viewer.leave();
  } else if (dice < 0.6) {
    tally.closes++;
    viewer.close();
  } else {
    tally.drops++;
    const page = dice < 0.95 ? viewer : audience.broadcaster;
    page.loseSocket();
  }
}

/** Waits until everybody who wants to watch does, and whoever has vanished is given up. */
async function becomeCalm(world: ChaosWorld): Promise<void> {
  world.tell("nothing else happens from now on");
  await world.allStarted();
  const open = () => world.audiences.flatMap((audience) => world.viewers(audience));
  // Nobody can tell these anything any more: their people load the page again, elsewhere.
  await Promise.all(
    open().filter(({ greets, isConnected }) => !greets && !isConnected).map((page) => page.close()),
  );
  let missing: string[] = [];
  await world.until("everybody is served, and nobody else is there", async () => {
    const unserved = open().filter(({ isLinked, isConnected }) => !isLinked || !isConnected);
    missing = [
      ...unserved.map(({ label }) => `${label} is not served`),
      ...await world.strangers(),
      ...await world.problems(),
    ];
    return missing.length === 0;
  }, { timeoutMs: REAPED_AFTER_MS, why: () => missing.join("; ") });
}

/** Some leave, then the broadcasts end, and everybody hears of it. */
async function endAll(world: ChaosWorld): Promise<void> {
  for (const audience of world.audiences) {
    const staying: ChaosPage[] = [audience.broadcaster];
    for (const viewer of world.viewers(audience)) {
      if (world.random() < 0.5) await viewer.leave();
      else staying.push(viewer);
    }
    for (const page of staying) page.mayEnd = true;
    audience.broadcaster.end();
    const unaware = () => staying.filter(({ hasEnded }) => !hasEnded);
    await world.until("everybody hears of the end", () => unaware().length === 0, {
      timeoutMs: ORPHAN_LIMIT_MS,
      why: () => unaware().map(({ label }) => label).join(", "),
    });
    await Promise.all(staying.map((page) => page.close()));
  }
}

/**
 * Waits until the killed instances are reaped, and has what they left half done swept: then KV holds
 * no more than what belongs to the installation, and to instances that live.
 */
async function nothingIsLeft(world: ChaosWorld): Promise<void> {
  let left: string[] = [];
  const look = async () => left = await keysLeft(world);
  await world.until("the dead are reaped", async () => {
    await look();
    return !left.some((key) => /^\["(instance|peer|broadcast)"/.test(key));
  }, { timeoutMs: REAPED_AFTER_MS, why: () => left.join("\n") });
  // What is under way now is done in a moment; what was when an instance was killed is for the sweep.
  const isClean = async () => (await look()).length === 0;
  const soon = { timeoutMs: 2_000, why: () => left.join("\n") };
  if (!await world.until("no key is left over", isClean, soon).then(() => true, () => false)) {
    world.swept = await sweep(world.kv);
    await world.until("no key is left over after a sweep", isClean, soon);
  }
}

/** Keys of which the owner is gone. */
async function keysLeft({ kv, instanceCount }: ChaosWorld): Promise<string[]> {
  const instances: Deno.KvKey[] = [];
  const others: Deno.KvKey[] = [];
  for await (const { key } of kv.list({ prefix: [] })) {
    if (key[0] === "instance") instances.push(key);
    else if (!["installation", "housekeeping"].includes(String(key[0]))) others.push(key);
  }
  const ids = new Set(instances.map(([, id]) => id));
  // The head of its mail belongs to an instance as its record does.
  const left = others.filter(([kind, owner]) => kind !== "head" || !ids.has(owner));
  // Which of them live shows only by their number.
  if (instances.length !== instanceCount) left.push(...instances);
  return left.map((key) => JSON.stringify(key));
}

function orphanPeriods({ pages }: ChaosWorld): OrphanPeriod[] {
  return [...pages.values()].flatMap(({ periods }) => periods);
}

function tooLong(world: ChaosWorld): OrphanPeriod[] {
  return orphanPeriods(world).filter((period) => period.ms > limitMs(period));
}

/** What happened to some orphans and to those they asked, and which instances were killed. */
function storyOf({ history }: ChaosWorld, periods: OrphanPeriod[]): string[] {
  const labels = periods.flatMap(({ label, lost, asked }) => [label, lost?.label, ...asked]);
  const told = new Set([...labels, "instance"]);
  return history.filter((line) => told.has(line.split(" ")[1]));
}

/** How many parents were asked, and did not answer. */
function inVain({ asked, found }: OrphanPeriod): number {
  return asked.size - Number(found !== null && asked.has(found));
}

/** Says whether the service cannot have known, nor the client have told it, that a parent was gone. */
function isUnheard({ greets, lost }: OrphanPeriod): boolean {
  return !greets && lost !== null && !lost.wasHeard;
}

/** How long a period may be; the paragraph above says why. */
function limitMs(period: OrphanPeriod): number {
  const unheardMs = isUnheard(period) ? REAPED_AFTER_MS : 0;
  // While the machine gives none of us a turn, nobody is served.
  return ORPHAN_LIMIT_MS + unheardMs + period.stalledMs;
}

function describe(period: OrphanPeriod): string {
  const { label, ms, lost, asked, found, interruptions } = period;
  const cause = lost ? `${lost.label} gone${lost.wasHeard ? "" : " unheard"}` : "told";
  return `${label} ${ms.toFixed()} ms (${cause}; asked ${[...asked].join(", ") || "nobody"}; ` +
    `lost ${interruptions} sockets; found ${found})`;
}

function report(world: ChaosWorld): void {
  const { joins, leaves, closes, drops, kills, reads } = world.tally;
  const { sent, lost } = world.posts;
  const firstMs = [...world.pages.values()].flatMap(({ firstParentMs }) => firstParentMs ?? []);
  const periods = orphanPeriods(world);
  const told = periods.filter((period) => !isUnheard(period));
  const isPlain = (period: OrphanPeriod) => inVain(period) + period.interruptions < 2;
  console.log([
    `seed ${SEED}: ${joins} joins, ${leaves} leaves, ${closes} pages closed, ${drops} sockets cut`,
    `swept in the end: ${world.swept ? JSON.stringify(world.swept) : "nothing"}`,
    `${kills} instances killed, ${world.resumes} sessions resumed, ${reads} reads of both trees`,
    `bus: ${lost} of ${sent} posts lost; isolates got no turn for ${world.stalledMs.toFixed()} ms`,
    `time to first parent: ${figures(firstMs)}`,
    `orphan periods: ${figures(told.filter(isPlain).map(({ ms }) => ms))}`,
    `- with several parents asked in vain, or its own socket lost meanwhile: ${
      figures(told.filter((period) => !isPlain(period)).map(({ ms }) => ms))
    }`,
    `- prototype's clients, parent closed unheard: ${
      figures(periods.filter(isUnheard).map(({ ms }) => ms))
    }`,
    `the longest: ${periods.toSorted((a, b) => b.ms - a.ms).slice(0, 3).map(describe).join("; ")}`,
  ].join("\n"));
}

function figures(ms: number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed();
  if (sorted.length === 0) return "none";
  return `${sorted.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${
    sorted.at(-1)!.toFixed()
  } ms`;
}

/** Sets variables for the instances, which share this process's; returns what undoes it. */
function setEnvironment(variables: Record<string, string>): () => void {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
}
