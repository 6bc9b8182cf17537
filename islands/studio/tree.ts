/**
 * Questions the studio asks of the tree it is sent: how many viewers, and which of them to show when
 * they are too many for a list. Pure. This module is browser compatible.
 */
import type { TreeNode } from "../../lib/protocol/mod.ts";

/** A peer as the list shows it; `hidden` counts those below it that are left out. */
export interface ShownNode {
  id: string;
  name: string;
  relay: TreeNode["relay"];
  children: ShownNode[];
  hidden: number;
}

/** Counts the viewers: everyone below the broadcaster. */
export function countViewers(tree: TreeNode | null): number {
  if (!tree) return 0;
  return tree.children.reduce((sum, child) => sum + 1 + countViewers(child), 0);
}

/** Keeps the `limit` peers nearest to the broadcaster, who always stays. */
export function trimTree(tree: TreeNode, limit: number): ShownNode {
  const root = toShown(tree);
  const level: [TreeNode, ShownNode][] = [[tree, root]];
  let left = limit - 1;
  // The array grows while it is walked: breadth first, so the shallow peers are kept.
  for (const [node, shown] of level) {
    for (const child of node.children) {
      if (left-- > 0) {
        const kept = toShown(child);
        shown.children.push(kept);
        level.push([child, kept]);
      } else {
        shown.hidden += 1 + countViewers(child);
      }
    }
  }
  return root;
}

function toShown({ id, name, relay }: TreeNode): ShownNode {
  return { id, name, relay, children: [], hidden: 0 };
}
