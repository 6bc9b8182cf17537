/** Runs the instance store's contract on every implementation. */
import { KvInstanceStore } from "../../lib/store/kv_instance_store.ts";
import { MemoryInstanceStore } from "../../lib/store/memory_instance_store.ts";
import { seededRandom } from "../support/sim/random.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { instanceStoreContract } from "./instance_store_contract.ts";

instanceStoreContract("memory", () =>
  Promise.resolve({
    store: new MemoryInstanceStore(),
    close: () => {},
  }));

instanceStoreContract("kv in memory", async () => {
  const kv = await Deno.openKv(":memory:");
  return { store: new KvInstanceStore({ kv }), close: () => kv.close() };
});

instanceStoreContract("kv on a file", async () => {
  const folder = await Deno.makeTempDir();
  const kv = await Deno.openKv(`${folder}/kv.db`);
  return {
    store: new KvInstanceStore({ kv }),
    close: () => {
      kv.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
});

instanceStoreContract("simulated kv", () => {
  const random = seededRandom(1);
  const delay = () => Promise.resolve();
  const kv = simKv(new SimKvData(), { random, delay, maxLatencyMs: 0, lockedShare: 0.1 });
  return Promise.resolve({ store: new KvInstanceStore({ kv, random, delay }), close: () => {} });
});
