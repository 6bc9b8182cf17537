/**
 * Removes what an ending broadcast left. It has thousands of keys and an atomic takes a thousand
 * changes, so this goes in steps, and may be done by several instances at once
 * (docs/decisions/0006-ending-in-two-steps.md).
 */
import type { Peer, PeerId } from "../tree/types.ts";
import type { GroupCommitter } from "./group_committer.ts";
import { keys } from "./keys.ts";
import type { TreeReader } from "./tree_reader.ts";

/** Keys deleted in one atomic; KV allows 1,000 mutations and 800 KiB, and a key may take 700 bytes. */
const BATCH_SIZE = 500;

/** What a sweep needs. */
export interface SweepOptions {
  reader: TreeReader;
  committer: GroupCommitter;
  /** Is called with the members of each step. */
  onRemoved?: (members: Peer[]) => void;
}

/** Sweeps a broadcast that is ending; returns the members that were removed here. */
export async function sweepBroadcast(
  { reader, committer, onRemoved }: SweepOptions,
  name: string,
): Promise<Peer[]> {
  const broadcast = await reader.broadcast(name);
  if (broadcast?.value.state !== "ending") return [];
  const key = keys.broadcast(name);
  // On every deletion: once somebody else has finished, the name may be live again, and what is
  // found under it must stay.
  const stillEnding = [{ key, versionstamp: broadcast.versionstamp }];
  const members = new Map<PeerId, Peer>();
  // A join that was under way may still write what the pass has already gone by. Without slots and
  // peers nothing new can come, so two empty passes in a row are the end of it.
  for (let emptyPasses = 0; emptyPasses < 2;) {
    const doomed = await reader.belongings(name);
    emptyPasses = doomed.length === 0 ? emptyPasses + 1 : 0;
    for (let i = 0; i < doomed.length; i += BATCH_SIZE) {
      const batch = doomed.slice(i, i + BATCH_SIZE);
      const deletes = batch.map(([doomedKey]) => doomedKey);
      const version = await committer.commit({ checks: stillEnding, deletes });
      if (version === null) return [...members.values()];
      const removed = batch.flatMap(([key, value]) => key[0] === "peer" ? [value as Peer] : []);
      for (const peer of removed) members.set(peer.id, peer);
      onRemoved?.(removed);
    }
  }
  await committer.commit({ checks: stillEnding, deletes: [key] });
  return [...members.values()];
}
