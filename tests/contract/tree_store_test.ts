/** Runs the tree store's contract on every implementation. */
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import { seededRandom } from "../support/sim/random.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { treeStoreContract } from "./tree_store_contract.ts";

treeStoreContract("memory", () =>
  Promise.resolve({
    store: new MemoryTreeStore(),
    close: () => {},
  }));

treeStoreContract("kv in memory", async () => {
  const kv = await Deno.openKv(":memory:");
  return { store: new KvTreeStore({ kv }), close: () => kv.close() };
});

treeStoreContract("kv on a file", async () => {
  const folder = await Deno.makeTempDir();
  const kv = await Deno.openKv(`${folder}/kv.db`);
  return {
    store: new KvTreeStore({ kv }),
    close: () => {
      kv.close();
      Deno.removeSync(folder, { recursive: true });
    },
  };
});

treeStoreContract("simulated kv", () => {
  const random = seededRandom(1);
  const delay = () => Promise.resolve();
  const kv = simKv(new SimKvData(), { random, delay, maxLatencyMs: 0, lockedShare: 0.1 });
  return Promise.resolve({ store: new KvTreeStore({ kv, random, delay }), close: () => {} });
});
