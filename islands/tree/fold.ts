/**
 * Chooses what of a tree is drawn: all of it while it is small, and of a large one as many whole
 * levels as can be drawn, with a count in the place of what is below. So thousands cost no more than
 * hundreds. Pure. This module is browser compatible.
 */
import type { TreeNode } from "../../lib/protocol/mod.ts";
import type { Placed } from "./census.ts";

/**
 * Most marks in a picture: the broadcaster with 200 viewers, or, where each carries three, with four
 * levels of them and their counts.
 */
export const DRAWN_LIMIT = 202;

/** One mark of the picture. */
export interface ShownNode {
  /** The peer's, or that of the peer whose others are counted, with a sign before it. */
  id: string;
  /** Null for a count. */
  peer: TreeNode | null;
  depth: number;
  /** Everybody below, seen or not; of a count, those that it counts. */
  below: number;
  /** The depth of those that are deepest below. */
  deepest: number;
  children: ShownNode[];
}

/**
 * Folds what is below a peer.
 *
 * @param limit how many marks there may be, with that of the peer itself
 */
export function fold(top: Placed, limit = DRAWN_LIMIT): ShownNode {
  const root = shown(top.node, top.depth);
  const all = [root];
  let level = [root];
  while (level.length > 0) {
    const next = level.flatMap((mark) => mark.peer!.children.map((peer) => ({ mark, peer })));
    const withMore = next.filter(({ peer }) => peer.children.length > 0).length;
    if (all.length + next.length + withMore > limit) break;
    level = next.map(({ mark, peer }) => {
      const child = shown(peer, mark.depth + 1);
      mark.children.push(child);
      all.push(child);
      return child;
    });
  }
  const isFolded = new Set(level);
  // Not even one level: then some of it, and the others as one count.
  if (level[0] === root) {
    for (const peer of root.peer!.children.slice(0, Math.floor((limit - 2) / 2))) {
      const child = shown(peer, root.depth + 1);
      root.children.push(child);
      isFolded.add(child);
      all.push(child);
    }
  }
  for (const mark of all) {
    if (!isFolded.has(mark)) continue;
    const left = mark.peer!.children.slice(mark.children.length);
    if (left.length > 0) mark.children.push(countOf(mark, left));
  }
  sumUp(root);
  return root;
}

/** How many marks a picture has. */
export function countMarks(root: ShownNode): number {
  const all = [root];
  for (const { children } of all) all.push(...children);
  return all.length;
}

function shown(peer: TreeNode, depth: number): ShownNode {
  return { id: peer.id, peer, depth, below: 0, deepest: depth, children: [] };
}

function countOf({ id, depth }: ShownNode, peers: readonly TreeNode[]): ShownNode {
  let below = 0;
  let deepest = depth;
  for (let level = peers; level.length > 0; level = level.flatMap(({ children }) => children)) {
    below += level.length;
    deepest++;
  }
  return { id: `+${id}`, peer: null, depth: depth + 1, below, deepest, children: [] };
}

function sumUp(root: ShownNode): void {
  const all = [root];
  for (const { children } of all) all.push(...children);
  for (const mark of all.toReversed()) {
    for (const { peer, below, deepest } of mark.children) {
      mark.below += below + (peer ? 1 : 0);
      mark.deepest = Math.max(mark.deepest, deepest);
    }
  }
}
