/** How many watch. Pure. This module is browser compatible. */
import type { TreeNode } from "../../lib/protocol/mod.ts";

/** Counts the viewers: everyone below the broadcaster. */
export function countViewers(tree: TreeNode | null): number {
  let count = -1;
  const waiting = tree ? [tree] : [];
  for (const { children } of waiting) {
    count++;
    for (const child of children) waiting.push(child);
  }
  return Math.max(0, count);
}
