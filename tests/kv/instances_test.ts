/**
 * Instances on one real KV file, each an isolate with its own handle: some are terminated without a
 * word, others see to what they left. Their clocks run faster, so that a lease of 15 s takes 3.
 */
import { assert, assertEquals } from "@std/assert";
import type { HousekeepingTally } from "../../lib/instances/housekeeping.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { openKv } from "../../lib/store/open_kv.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { AskedWorker } from "../support/asked_worker.ts";
import { assertEventually } from "../support/eventually.ts";
import type { Report, Request } from "./instances_worker.ts";

/** With this a lease is 3 s long, renewed every second: room enough on a busy machine. */
const TIMES_FASTER = 5;

class Instance extends AskedWorker<Request> {
  constructor(readonly id: string) {
    super(new URL("./instances_worker.ts", import.meta.url));
  }
}

interface World {
  kv: Deno.Kv;
  store: KvTreeStore;
  instances: Instance[];
  /** Counts the keys that mention an instance, in key or value. */
  keysOf(id: string): Promise<number>;
  keys(): Promise<Deno.KvKey[]>;
}

function test(title: string, count: number, body: (world: World) => Promise<void>): void {
  Deno.test(`${count} instances on one file: ${title}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tributary-instances-" });
    const file = `${folder}/kv.db`;
    const instances = Array.from({ length: count }, (_, i) => new Instance(`i${i}`));
    let kv: Deno.Kv | undefined;
    try {
      const starting = instances.map((instance) =>
        instance.ask({ ask: "start", file, instance: instance.id, timesFaster: TIMES_FASTER })
      );
      const open = kv = await openKv(file);
      await Promise.all(starting);
      const entries = () => Array.fromAsync(open.list({ prefix: [] }));
      await body({
        kv,
        store: new KvTreeStore({ kv }),
        instances,
        keys: async () => (await entries()).map(({ key }) => key),
        keysOf: async (id) =>
          (await entries()).filter(({ key, value }) =>
            JSON.stringify([key, value]).includes(JSON.stringify(id))
          ).length,
      });
    } finally {
      for (const instance of instances) instance.terminate();
      kv?.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

test("of one that crashes nothing is left, and everything else stands", 2, async (world) => {
  const { instances: [dying, other], store, keysOf } = world;
  await other!.ask({ ask: "broadcast", name: "theirs", resumable: false });
  await dying!.ask({ ask: "broadcast", name: "lost", resumable: false });
  await dying!.ask({ ask: "broadcast", name: "lost later", resumable: true });
  for (const name of ["theirs", "lost", "lost later"]) {
    await Promise.all([
      dying!.ask({ ask: "join", name, count: 10, resumable: false }),
      other!.ask({ ask: "join", name, count: 10, resumable: false }),
    ]);
  }
  assert(await keysOf("i0") > 30);
  dying!.terminate();
  await assertEventually(() => keysOf("i0"), 0);
  const peers = await store.peers("theirs");
  assertEquals(peers.length, 11, "the root and its own ten");
  assertEquals(peers.filter(({ address }) => address.instance !== "i1"), []);
  assertEquals(violations((await store.snapshot("theirs"))!), []);
  assertEquals((await store.broadcasts()).map(({ name }) => name), ["theirs"]);
  const { losses } = await other!.ask<Report>({ ask: "stop" });
  assertEquals(losses, []);
});

test("who stopped in good order leaves those who greeted their time", 2, async (world) => {
  const { instances: [stopping, other], store, keysOf } = world;
  await other!.ask({ ask: "broadcast", name: "b", resumable: false });
  await stopping!.ask({ ask: "join", name: "b", count: 2, resumable: true });
  await stopping!.ask({ ask: "stop" });
  const stoppedAt = Date.now();
  const back = (await store.peers("b")).find(({ address }) => address.instance === "i0")!;
  await store.move("b", back.id, { instance: "i1", region: "eu" });
  await assertEventually(() => keysOf("i0"), 0);
  assert((Date.now() - stoppedAt) * TIMES_FASTER >= 15_000);
  const ids = (await store.peers("b")).map(({ id }) => id).sort();
  assertEquals(ids, [back.id, "root of b"].sort());
});

test("several crashes at once leave no key but those of the living", 4, async (world) => {
  const { instances, kv, keys, keysOf } = world;
  const [a, b, c, d] = instances as [Instance, Instance, Instance, Instance];
  await a.ask({ ask: "broadcast", name: "x", resumable: true });
  await b.ask({ ask: "broadcast", name: "y", resumable: false });
  await d.ask({ ask: "broadcast", name: "z", resumable: false });
  for (const name of ["x", "y", "z"]) {
    await Promise.all(
      instances.map((instance, i) =>
        instance.ask({ ask: "join", name, count: 25, resumable: i % 2 === 0 })
      ),
    );
  }
  await kv.set(["inbox", "i1", "i0", 1, 1], {});
  await kv.set(["head", "i1"], "i0");
  await d.ask({ ask: "half_end", name: "z" });
  for (const instance of [a, b, c]) instance.terminate();
  for (const id of ["i0", "i1", "i2"]) await assertEventually(() => keysOf(id), 0);
  const tally = await d.ask<HousekeepingTally>({ ask: "keep_house" });
  assertEquals(tally.endings, 1);
  assertEquals(await keys(), [["housekeeping"], ["instance", "i3"]]);
  const { losses, departures } = await d.ask<Report>({ ask: "stop" });
  assertEquals(losses, []);
  assert(departures > 0);
});
