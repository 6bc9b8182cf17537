/**
 * The tree's store on one real KV file, used by several isolates at the same time. Collisions are
 * part of it and counted; what fails is a fault.
 */
import { assert, assertEquals } from "@std/assert";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { openKv } from "../../lib/store/open_kv.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { AskedWorker } from "../support/asked_worker.ts";
import { seededRandom } from "../support/sim/random.ts";
import { newPeer } from "../support/tree_peers.ts";
import type { ChurnReport, Request, RestartReport, Tally } from "./store_worker.ts";

/** One isolate with its own handle. */
class Isolate extends AskedWorker<Request> {
  constructor() {
    super(new URL("./store_worker.ts", import.meta.url));
  }
}

interface World {
  isolates: Isolate[];
  /** The test's own handle to the same file. */
  kv: Deno.Kv;
  store: KvTreeStore;
}

/** Runs a test on a file of its own, with some isolates that have it open. */
function test(title: string, isolateCount: number, body: (world: World) => Promise<void>): void {
  Deno.test(`KvTreeStore on ${isolateCount} isolates: ${title}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tributary-store-" });
    const file = `${folder}/kv.db`;
    const isolates = Array.from({ length: isolateCount }, () => new Isolate());
    let kv: Deno.Kv | undefined;
    try {
      // All at once, on a file that is not there yet.
      const opening = isolates.map((isolate, i) =>
        isolate.ask({ ask: "open", file, instance: `i${i}`, seed: 100 + i })
      );
      kv = await openKv(file);
      await Promise.all(opening);
      await body({ isolates, kv, store: new KvTreeStore({ kv }) });
      await Promise.all(isolates.map((isolate) => isolate.ask({ ask: "close" })));
    } finally {
      for (const isolate of isolates) isolate.terminate();
      kv?.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

test("joins, departures and moves at once leave a sound tree", 3, async (world) => {
  const { isolates, store } = world;
  await start(store, "b", 3);
  const reports = await Promise.all(
    isolates.map((isolate) =>
      isolate.ask<ChurnReport>({ ask: "churn", name: "b", actors: 6, steps: 70 })
    ),
  );
  const tally = total(reports);
  console.log("churn:", JSON.stringify(tally));
  assertEquals(violations((await store.snapshot("b"))!), []);

  const staying = reports.flatMap((report) => report.staying);
  const peers = await store.peers("b");
  assertEquals(peers.map(({ id }) => id).sort(), ["root", ...staying].sort());
  assertEquals(await store.countViewers("b"), staying.length);
  for (const what of ["joined", "left", "left orphans behind", "re-attached", "opened"]) {
    assert(tally[what]! > 0, `${what} never happened, so nothing was shown of it`);
  }
  assert(tally.joined === staying.length + reports.flatMap(({ left }) => left).length);

  // Everybody can still leave, in whatever state the churn has left them.
  await Promise.all(staying.map((id) => store.leave("b", id)));
  assertEquals((await store.peers("b")).map(({ id }) => id), ["root"]);
  assertEquals((await store.openSlots("b", 10)).length, 3);
  assertEquals(violations((await store.snapshot("b"))!), []);
});

test("a slot that all go for is given to one of them", 3, async ({ isolates, store }) => {
  const random = seededRandom(1);
  let contests = 0;
  for (let round = 0; round < 8; round++) {
    const name = `round ${round}`;
    await start(store, name, 8);
    for (const slot of await store.openSlots(name, 6)) {
      const placed = await store.join(name, newPeer(`p${slot.place}`, { fanout: 8 }), slot);
      await store.open(name, placed!);
    }
    const slots = await store.openSlots(name, Infinity);
    assertEquals(slots.length, 50);
    // From one end, from the other and in any order, so that each gets some.
    const orders = [slots, slots.toReversed(), slots.toSorted(() => random() - 0.5)];
    const results = await Promise.all(
      isolates.map((isolate, i) =>
        isolate.ask<Record<string, string>>({ ask: "claim", name, slots: orders[i]! })
      ),
    );
    const given = results.flatMap((got) => Object.entries(got));
    assertEquals(
      given.map(([place]) => place).sort(),
      slots.map(({ parent, place }) => `${parent}/${place}`).sort(),
      "each place once",
    );
    const ids = new Set((await store.peers(name)).map(({ id }) => id));
    assertEquals(ids.size, 1 + 6 + 50, "whoever lost is not in the tree");
    assert(given.every(([, id]) => ids.has(id)));
    assertEquals(violations((await store.snapshot(name))!), []);
    if (results.filter((got) => Object.keys(got).length > 0).length > 1) contests++;
  }
  console.log("claims:", JSON.stringify({ rounds: 8, contests }));
  assert(contests > 0, "they never met");
});

test("one name starts, ends and starts again, and nobody is forgotten", 3, async (world) => {
  const { isolates, kv, store } = world;
  const name = "again and again";
  const reports = await Promise.all(
    isolates.map((isolate) => isolate.ask<RestartReport>({ ask: "restart", name, rounds: 80 })),
  );
  const tally = total(reports);
  console.log("restarts:", JSON.stringify(tally));
  assert(tally.started! > 3, "it hardly ever started");

  const last = (await store.sweep(name)).map(({ id }) => id);
  const swept = [...reports.flatMap((report) => report.swept), ...last];
  const told = new Set(swept);
  console.log("told:", JSON.stringify({ members: told.size, twice: swept.length - told.size }));
  // By two who swept at the same time it may be twice, but by one it is.
  assertEquals([...told].sort(), reports.flatMap(({ placed }) => placed).sort());
  const left: string[] = [];
  for await (const { key } of kv.list({ prefix: [] })) left.push(JSON.stringify(key));
  assertEquals(left, []);

  const times = reports.flatMap(({ live }) => live).sort((a, b) => a.fromMs - b.fromMs);
  for (const [i, { root, fromMs }] of times.entries()) {
    const earlier = times.slice(0, i).find(({ untilMs }) => untilMs > fromMs);
    assertEquals(earlier, undefined, `${root} was live beside another one`);
  }
});

async function start(store: KvTreeStore, name: string, fanout: number): Promise<void> {
  const root = newPeer("root", { fanout });
  await store.createBroadcast({ name, edition: name, title: name, createdAt: 1, root });
}

function total(reports: { tally: Tally }[]): Tally {
  const sum: Tally = {};
  for (const { tally } of reports) {
    for (const [what, n] of Object.entries(tally)) sum[what] = (sum[what] ?? 0) + n;
  }
  return sum;
}
