/**
 * Lays a tree out as a river of strands: one strand for each leaf runs from the source through every
 * peer on its way, side by side with those that share it, so a branch is as wide as what it carries.
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
  /** Distance from one strand to the next. */
  gap: number;
  /** Width of the bundle where it leaves the source; narrower than elsewhere if need be. */
  mouth: number;
  /** Space that is left free on every side. */
  margin: number;
  /** Part of a level's length (0 to 1) by which leaves may end early, so that they do not line up. */
  stagger?: number;
}

/** Where a peer sits, and how many strands run through it. */
export interface RiverPeer {
  x: number;
  y: number;
  depth: number;
  strands: number;
}

/** The drawing: strands as path data from top to bottom, and the peers they run through. */
export interface River {
  strands: string[];
  peers: RiverPeer[];
}

/** Lays out a tree; leaves share the height evenly and every parent sits between its children. */
export function layOutRiver(root: RiverNode, size: RiverSize): River {
  const { width, height, gap, mouth, margin, stagger = 0 } = size;
  const step = (width - 2 * margin) / Math.max(1, depthOf(root));
  const row = (height - 2 * margin) / leavesOf(root);
  const peers: RiverPeer[] = [];
  let leaves = 0;

  function strandY({ y, depth, strands }: RiverPeer, strand: number): number {
    const apart = depth === 0 ? Math.min(gap, mouth / strands) : gap;
    return round(y + (strand - (strands - 1) / 2) * apart);
  }

  /** Places a peer and those below it; `rests` is how each of its strands goes on from there. */
  function visit(node: RiverNode, depth: number): { peer: RiverPeer; rests: string[] } {
    const below = node.children.map((child) => visit(child, depth + 1));
    const first = below.at(0)?.peer;
    const last = below.at(-1)?.peer;
    if (!first || !last) {
      // Any steady pattern without an obvious period will do.
      const early = depth === 0 ? 0 : (leaves * 3 % 5) / 5 * stagger * step;
      const peer = {
        x: margin + depth * step - early,
        y: margin + (leaves++ + 0.5) * row,
        depth,
        strands: 1,
      };
      peers.push(peer);
      return { peer, rests: [""] };
    }
    const strands = below.reduce((sum, { peer }) => sum + peer.strands, 0);
    const peer = { x: margin + depth * step, y: (first.y + last.y) / 2, depth, strands };
    peers.push(peer);
    const rests = below.flatMap((child) =>
      child.rests.map((rest, strand) => {
        const bend = round(peer.x + (child.peer.x - peer.x) * 0.5);
        const y = strandY(child.peer, strand);
        return { bend, y, x: round(child.peer.x), rest };
      })
    ).map(({ bend, x, y, rest }, strand) =>
      `C${bend} ${strandY(peer, strand)} ${bend} ${y} ${x} ${y}${rest}`
    );
    return { peer, rests };
  }

  const { peer, rests } = visit(root, 0);
  const isAlone = root.children.length === 0;
  const strands = isAlone
    ? []
    : rests.map((rest, strand) => `M${round(peer.x)} ${strandY(peer, strand)}${rest}`);
  return { strands, peers };
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
