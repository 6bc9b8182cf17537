/**
 * The tree that the service sends, as everybody here asks it: who is where, under whom, and with how
 * many below. Made once for each tree, without recursion: a chain may be as long as it likes.
 * Pure. This module is browser compatible.
 */
import type { TreeNode } from "../../lib/protocol/mod.ts";

/** One peer in its place. */
export interface Placed {
  node: TreeNode;
  parent: Placed | null;
  /** Links between the broadcaster and this peer. */
  depth: number;
  /** Everybody below it. */
  below: number;
  /** The depth of those that are deepest below it; its own without any. */
  deepest: number;
}

/** All peers by their ids, from the broadcaster down, level by level. */
export type Census = ReadonlyMap<string, Placed>;

/** Takes in a tree; nobody is in one that is null. */
export function takeCensus(tree: TreeNode | null): Census {
  const census = new Map<string, Placed>();
  const all: Placed[] = [];
  const place = (node: TreeNode, parent: Placed | null) => {
    // Each id once, whatever is sent: whoever asks up the tree must come to an end.
    if (census.has(node.id)) return;
    const depth = parent ? parent.depth + 1 : 0;
    const placed = { node, parent, depth, below: 0, deepest: depth };
    census.set(node.id, placed);
    all.push(placed);
  };
  if (tree) place(tree, null);
  // The array grows while it is walked: breadth first.
  for (const placed of all) for (const child of placed.node.children) place(child, placed);
  for (const { parent, below, deepest } of all.toReversed()) {
    if (!parent) continue;
    parent.below += below + 1;
    parent.deepest = Math.max(parent.deepest, deepest);
  }
  return census;
}

/** Whether a peer is another one, or below it. */
export function isWithin(placed: Placed, id: string): boolean {
  for (let at: Placed | null = placed; at; at = at.parent) if (at.node.id === id) return true;
  return false;
}
