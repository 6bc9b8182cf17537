/**
 * How a broadcaster's peer is told from all others. Pure.
 */
import type { Peer } from "./types.ts";

/** Says whether a peer is the root of its tree; an orphan has no parent either. */
export function isRoot({ parent, state }: Pick<Peer, "parent" | "state">): boolean {
  return parent === null && state === "live";
}
