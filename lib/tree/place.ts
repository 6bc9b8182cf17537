/**
 * Chooses a parent: the rule by which the tree grows. Pure; whether the slot is still free is for
 * the store to find out when it commits.
 */
import type { Address, Slot } from "./types.ts";

/**
 * Picks the slot a joiner should try first: the shallowest (a short way from the source matters
 * most), among equals one on the joiner's own instance, then one in its region, then any.
 * Equals are told apart by `random`, so that instances do not fight for the same slot.
 *
 * @param random returns a number in [0, 1).
 * @returns null when there is no slot.
 */
export function place<S extends Slot>(
  slots: Iterable<S>,
  near: Address,
  random: () => number,
): S | null {
  let best: S | null = null;
  let bestRank = Infinity;
  let equals = 0;
  for (const slot of slots) {
    const rank = slot.depth * 3 + distance(slot.address, near);
    if (rank < bestRank) {
      best = slot;
      bestRank = rank;
      equals = 1;
    } else if (rank === bestRank && random() * ++equals < 1) {
      // Reservoir sampling: each of the equals is chosen with the same probability.
      best = slot;
    }
  }
  return best;
}

/** 0: same instance, 1: same region, 2: elsewhere. */
function distance(a: Address, b: Address): 0 | 1 | 2 {
  if (a.instance === b.instance) return 0;
  return a.region === b.region ? 1 : 2;
}
