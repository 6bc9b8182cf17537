/**
 * What a server's KV holds when all peers have gone: no record outlives its broadcast, and what is
 * left when the server has stopped too is seen to by whoever starts next.
 */
import { assertEquals } from "@std/assert";
import type { InstanceRecord } from "../../lib/store/instance_record.ts";
import { assertEventually } from "../support/eventually.ts";

/** Kinds of keys that are there as long as an instance is. */
const OF_THE_LIVING = new Set(["installation", "instance", "housekeeping", "head"]);

/** Waits until nothing is left of broadcasts and sessions, and all mail between instances is read. */
export async function assertAllGivenUp(kvFile: string): Promise<void> {
  using kv = await Deno.openKv(kvFile);
  await assertEventually(
    async () => (await keysOf(kv)).filter(([kind]) => !OF_THE_LIVING.has(kind as string)),
    [],
    "left of broadcasts whose peers have gone",
  );
}

/**
 * Asserts that a server which has stopped, after everything was given up, left only what it could
 * not remove itself:
 * - the installation's record, written once for good;
 * - a record of each instance, its lease released: the next start's reaper removes it, and with it
 * - the instance's head and inbox: those who stopped a moment later may still have written to it.
 *   If nobody starts, mail expires after a minute.
 */
export async function assertStoppedClean(kvFile: string): Promise<void> {
  using kv = await Deno.openKv(kvFile);
  const records = await Array.fromAsync(kv.list<InstanceRecord>({ prefix: ["instance"] }));
  const stopped = new Set(records.map(({ value }) => value.id));
  assertEquals(records.filter(({ value }) => value.state !== "gone"), []);
  const left = (await keysOf(kv)).filter(([kind, id]) => {
    if (kind === "head" || kind === "inbox") return !stopped.has(id as string);
    return kind !== "installation" && kind !== "instance";
  });
  assertEquals(left, [], "left in KV after the end");
}

async function keysOf(kv: Deno.Kv): Promise<Deno.KvKey[]> {
  return (await Array.fromAsync(kv.list({ prefix: [] }))).map(({ key }) => key);
}
