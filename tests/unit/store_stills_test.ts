/** Still pictures in KV, and records that other versions have written. */
import { assert, assertEquals } from "@std/assert";
import { keys } from "../../lib/store/keys.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { Leftovers } from "../../lib/store/leftovers.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { newPeer } from "../support/tree_peers.ts";

const still = { version: "v", until: 9_000, type: "image/webp", bytes: new Uint8Array(3) };

const broadcast = (name: string) => ({
  name,
  edition: "e",
  title: "T",
  createdAt: 1,
  root: newPeer("root"),
});

Deno.test("a broadcast that an earlier version has written is public, has no picture, and may get one", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new KvTreeStore({ kv });
  const { name, title, edition, createdAt } = broadcast("b");
  const former = {
    name,
    title,
    edition,
    createdAt,
    root: "root",
    displayName: "Ann",
    state: "live",
  };
  await kv.set(keys.broadcast("b"), former);
  const known = { ...former, visibility: "public", still: null };
  assertEquals(await store.broadcast("b") as unknown, known);
  assertEquals(await store.broadcasts() as unknown[], [known]);
  assert(await store.setStill("b", "root", still, 60_000));
  assertEquals((await store.broadcast("b"))?.still, { version: "v", until: 9_000 });
});

Deno.test("[STILL-4] an end leaves no key of a picture in KV", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new KvTreeStore({ kv });
  await store.createBroadcast(broadcast("b"));
  assert(await store.setStill("b", "root", still, 60_000));
  const kinds = async () =>
    (await Array.fromAsync(kv.list({ prefix: [] }))).map(({ key }) => key[0]);
  assert((await kinds()).includes("still"));
  await store.beginEnding("b", "root");
  await store.sweep("b");
  assertEquals(await kinds(), []);
});

Deno.test("[STILL-4] a picture expires in KV by itself, should nobody remove it", async () => {
  let now = 0;
  const options = {
    random: () => 0,
    delay: () => Promise.resolve(),
    maxLatencyMs: 0,
    lockedShare: 0,
  };
  const store = new KvTreeStore({ kv: simKv(new SimKvData(), { ...options, now: () => now }) });
  await store.createBroadcast(broadcast("b"));
  assert(await store.setStill("b", "root", still, 60_000));
  now = 59_999;
  assertEquals(await store.still("b"), still);
  now = 60_000;
  assertEquals(await store.still("b"), null);
});

Deno.test("[STILL-4] a picture of a broadcast that is not there is a leftover", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new KvTreeStore({ kv });
  const leftovers = new Leftovers({ kv });
  await store.createBroadcast(broadcast("live"));
  assert(await store.setStill("live", "root", still, 60_000));
  await kv.set(keys.still("gone"), still);
  const found = (await leftovers.survey()).leftovers;
  assertEquals(found.map((it) => it.kind === "stray" && it.key), [keys.still("gone")]);
  assertEquals(await leftovers.remove(found.filter((it) => it.kind === "stray")), 1);
  assertEquals([await store.still("gone"), await store.still("live")], [null, still]);
});
