/**
 * Lays a tree out as a river: each branch is as wide as what flows through it, and the branches that
 * leave a peer lie side by side within its own width, so they read as one stream that divides.
 * Pure geometry; knows nothing of the DOM. This module is browser compatible.
 */

/** Anything with branches; the length of the array is all that matters. */
export interface RiverNode {
  children: readonly RiverNode[];
}

/** Measures of a drawing, in its own units. The stream runs along x; y spreads the branches. */
export interface RiverSize {
  width: number;
  height: number;
  /** Width of the thinnest branch. */
  unit: number;
  /** Fraction of the width (0 to 1) that the last level may stagger by, so that tips do not line up. */
  stagger?: number;
}

/** One stretch of water between a peer and its child. */
export interface Reach {
  path: string;
  width: number;
  depth: number;
}

/** Where a peer sits. */
export interface Tip {
  x: number;
  y: number;
  depth: number;
  width: number;
}

/** The drawing: reaches first, tips on top. */
export interface River {
  reaches: Reach[];
  tips: Tip[];
}

/** Lays out a tree; leaves share the height evenly and every parent sits in the middle of its children. */
export function layOutRiver(root: RiverNode, size: RiverSize): River {
  const levels = depthOf(root);
  const margin = size.unit * 2;
  const step = (size.width - 2 * margin) / Math.max(1, levels);
  const rows = leavesOf(root);
  const row = (size.height - 2 * margin) / rows;
  const river: River = { reaches: [], tips: [] };
  let nextRow = 0;

  function visit(node: RiverNode, depth: number): Tip {
    const below = node.children.map((child) => visit(child, depth + 1));
    const isLeaf = below.length === 0;
    const y = isLeaf ? margin + (nextRow++ + 0.5) * row : (below[0]!.y + below.at(-1)!.y) / 2;
    const back = isLeaf && depth > 0 ? ((nextRow * 7) % 5) / 5 * (size.stagger ?? 0) * step : 0;
    const width = isLeaf ? size.unit : below.reduce((sum, tip) => sum + tip.width, 0);
    const tip = { x: margin + depth * step - back, y, depth, width };
    let across = y - width / 2;
    for (const child of below) {
      const from = across + child.width / 2;
      across += child.width;
      const bend = (child.x - tip.x) * 0.55;
      river.reaches.push({
        path: `M${round(tip.x)} ${round(from)}C${round(tip.x + bend)} ${round(from)} ${
          round(child.x - bend)
        } ${round(child.y)} ${round(child.x)} ${round(child.y)}`,
        width: round(child.width),
        depth,
      });
    }
    river.tips.push(tip);
    return tip;
  }

  visit(root, 0);
  return river;
}

function depthOf(node: RiverNode): number {
  return node.children.reduce((deepest, child) => Math.max(deepest, depthOf(child) + 1), 0);
}

function leavesOf(node: RiverNode): number {
  return node.children.length === 0
    ? 1
    : node.children.reduce((sum, child) => sum + leavesOf(child), 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
