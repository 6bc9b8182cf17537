/**
 * How deep a tree is, beside the most shallow tree of as many viewers. Pure.
 */
import type { TreeNode } from "../lib/protocol/mod.ts";

/** Depths in links from the broadcaster, of the viewers that are attached. */
export interface TreeDepth {
  viewerCount: number;
  max: number;
  mean: number;
  idealMax: number;
  idealMean: number;
}

/** Measures a tree whose peers carry `fanout` children each. */
export function depthOf(root: TreeNode, fanout: number): TreeDepth {
  const countAtDepth: number[] = [];
  for (let level = root.children; level.length > 0;) {
    countAtDepth.push(level.length);
    level = level.flatMap((node) => node.children);
  }
  const viewerCount = countAtDepth.reduce((sum, count) => sum + count, 0);
  const ideal = idealCounts(viewerCount, fanout);
  return {
    viewerCount,
    max: countAtDepth.length,
    mean: meanDepth(countAtDepth),
    idealMax: ideal.length,
    idealMean: meanDepth(ideal),
  };
}

function idealCounts(viewerCount: number, fanout: number): number[] {
  const counts: number[] = [];
  for (let left = viewerCount, room = fanout; left > 0; left -= room, room *= fanout) {
    counts.push(Math.min(left, room));
  }
  return counts;
}

function meanDepth(countAtDepth: number[]): number {
  const total = countAtDepth.reduce((sum, count) => sum + count, 0);
  return countAtDepth.reduce((sum, count, index) => sum + count * (index + 1), 0) / (total || 1);
}
