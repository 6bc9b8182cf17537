/**
 * How the tree's facts are written in KV: entries, slots and the checks that pin what was read.
 * Pure; used by everything in this folder that speaks to KV.
 */
import type { Broadcast, Edition, Peer, PeerId, Slot } from "../tree/types.ts";
import { keys } from "./keys.ts";
import type { OpenSlot, Version } from "./tree_store.ts";

/** A value as it was read. */
export type Entry<T> = { value: T; versionstamp: Version };

/** A slot as stored: where the parent is, and the edition. An array, because many are read at once. */
export type SlotValue = [instance: string, region: string, edition: Edition];

/** A broadcast as it may be stored: earlier versions knew less of it. */
export type StoredBroadcast =
  & Omit<Broadcast, "visibility" | "still">
  & Partial<Pick<Broadcast, "visibility" | "still">>;

/** Reads a broadcast as any version has written it. */
export function broadcastFrom(stored: StoredBroadcast): Broadcast {
  return { visibility: "public", still: null, ...stored };
}

/** Pins a peer to the state that was read. */
export function peerCheck(name: string, { value, versionstamp }: Entry<Peer>): Deno.AtomicCheck {
  return { key: keys.peer(name, value.id), versionstamp };
}

/** Names the key of a slot. */
export function slotKey(name: string, { depth, parent, place }: Slot): Deno.KvKey {
  return keys.slot(name, depth, parent, place);
}

/** Pins a slot to the state that was read. */
export function slotCheck(name: string, slot: OpenSlot): Deno.AtomicCheck {
  return { key: slotKey(name, slot), versionstamp: slot.version };
}

/** Makes what has to be written for slots to be open. */
export function slotSets(name: string, slots: Slot[]): [Deno.KvKey, SlotValue][] {
  return slots.map((slot) => {
    const { instance, region } = slot.address;
    return [slotKey(name, slot), [instance, region, slot.edition]];
  });
}

/** Reads a slot from its key and value. */
export function slotFrom(
  { key, value, versionstamp }: Pick<Deno.KvEntry<SlotValue>, "key" | "value" | "versionstamp">,
): OpenSlot {
  const [instance, region, edition] = value;
  return {
    edition,
    depth: key[2] as number,
    parent: key[3] as PeerId,
    place: key[4] as number,
    address: { instance, region },
    version: versionstamp,
  };
}
