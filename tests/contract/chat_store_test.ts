/** Runs the chat store's contract on every implementation. */
import { keys } from "../../lib/store/keys.ts";
import { KvChatStore } from "../../lib/store/kv_chat_store.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { MemoryChatStore } from "../../lib/store/memory_chat_store.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import { assert, assertEquals } from "@std/assert";
import { newPeer } from "../support/tree_peers.ts";
import { seededRandom } from "../support/sim/random.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { chatStoreContract } from "./chat_store_contract.ts";

chatStoreContract("memory", () => {
  const tree = new MemoryTreeStore();
  return Promise.resolve({ tree, store: new MemoryChatStore(tree), close: () => {} });
});

chatStoreContract("kv in memory", async () => {
  const kv = await Deno.openKv(":memory:");
  const [tree, store] = [new KvTreeStore({ kv }), new KvChatStore({ kv })];
  return { tree, store, close: () => kv.close() };
});

chatStoreContract("simulated kv", () => {
  const random = seededRandom(1);
  const delay = () => Promise.resolve();
  const kv = simKv(new SimKvData(), { random, delay, maxLatencyMs: 0, lockedShare: 0.1 });
  const shared = { kv, random, delay };
  const [tree, store] = [new KvTreeStore(shared), new KvChatStore(shared)];
  return Promise.resolve({ tree, store, close: () => {} });
});

Deno.test("[CHAT-11] a chat's keys stay few, however much is said, and go with their broadcast", async () => {
  const kv = await Deno.openKv(":memory:");
  const [tree, store] = [new KvTreeStore({ kv }), new KvChatStore({ kv })];
  const count = async () => (await Array.fromAsync(kv.list({ prefix: keys.allChats() }))).length;
  const root = newPeer("root");
  await tree.createBroadcast({ name: "b", edition: "e", title: "b", createdAt: 1, root });
  const early = (await store.read("b"))!;
  for (let i = 0; i < 1_000; i++) {
    // Now and then by somebody who has not looked for long.
    const reading = i % 10 === 0 ? early : (await store.read("b"))!;
    const id = String(i).padStart(5, "0");
    assert(await store.append(reading, [{ id, at: i, from: "v", name: "V", text: "x" }]));
  }
  assert(await count() <= 60, `${await count()} keys`);
  const reading = (await store.read("b"))!;
  assert(await store.govern(reading, { ...reading.rules, muted: [{ id: "v", name: "V" }] }));
  await tree.beginEnding("b", "root");
  await tree.sweep("b");
  assertEquals(await Array.fromAsync(kv.list({ prefix: [] })), []);
  kv.close();
});
