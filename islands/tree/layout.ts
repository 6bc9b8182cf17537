/**
 * Lays marks out as a river that runs from left to right: a link is as wide as what it carries, and
 * those that leave a peer lie side by side. Where everybody sits, d3-hierarchy decides.
 * Pure geometry, in CSS pixels. This module is browser compatible.
 */
// @ts-types="@types/d3-hierarchy"
import { hierarchy, type HierarchyPointNode, tree } from "d3-hierarchy";
import type { ShownNode } from "./fold.ts";

/** What a picture is to fit into. */
export interface Box {
  width: number;
  height: number;
  /** How much larger than fitting it is to be. */
  zoom: number;
}

/** Where a mark is, and the link that leads to it. */
export interface Spot {
  node: ShownNode;
  parent: Spot | null;
  /** Among the children of its parent. */
  index: number;
  x: number;
  y: number;
  /** Where its link begins: beside those to its siblings. */
  fromX: number;
  fromY: number;
  /** Of the link. */
  width: number;
  /** Of the mark, across the stream. */
  height: number;
}

/** A picture that is laid out. */
export interface Layout {
  width: number;
  height: number;
  /** From one peer to the next, across the stream. */
  row: number;
  /** From one level to the next. */
  gap: number;
  /** From the broadcaster down, level by level. */
  spots: Spot[];
}

/** Before it is known how much room there is. */
export const NOTHING: Layout = { width: 0, height: 0, row: 0, gap: 0, spots: [] };

/** Marks that are nearer to each other than this cannot be told apart; 200 fit into the panel. */
const MIN_ROW = 2;
const MAX_ROW = 46;

/** Names fit into the one, and a curve into the other. */
const MAX_GAP = 240;
const MIN_GAP = 32;

/** Cousins are a little further from each other than siblings. */
const COUSINS = 1.3;

const MARGIN_X = 28;
const MARGIN_Y = 26;

/** For the names of the last ones; less where there is little of it. */
const NAME_WIDTH = 104;
const NAME_SHARE = 0.26;

/** The stream where it leaves the source, at most, and one strand of it. */
const MOUTH = 46;
const STRAND = 6;

/** Thinner links could not be seen. */
const THINNEST = 1.3;

/** Lays out what is shown. */
export function layOut(root: ShownNode, { width, height, zoom }: Box): Layout {
  const top = hierarchy(root).sum(strandsOf);
  const place = tree<ShownNode>().nodeSize([1, 1]);
  const extent = () => {
    const nodes = top.descendants() as HierarchyPointNode<ShownNode>[];
    const least = nodes.reduce((least, { x }) => Math.min(least, x), 0);
    const rows = nodes.reduce((most, { x }) => Math.max(most, x), 0) - least + 1;
    const row = zoom * clamp((height - 2 * MARGIN_Y) / rows, MIN_ROW, MAX_ROW);
    return { nodes, least, rows, row, strand: Math.min(STRAND, row * 0.6, MOUTH / top.value!) };
  };
  place.separation((a, b) => a.parent === b.parent ? 1 : COUSINS)(top);
  // Once more: only now it is known how many rows the widest streams take.
  const before = extent();
  place.separation((a, b) => {
    const wide = (a.value! + b.value!) / 2 * before.strand;
    return Math.max(a.parent === b.parent ? 1 : COUSINS, (wide + Math.min(4, wide)) / before.row);
  })(top);
  const { nodes, least, rows, row, strand } = extent();
  const levels = top.height;
  const nameWidth = Math.min(NAME_WIDTH, NAME_SHARE * width);
  const forGaps = width - 2 * MARGIN_X - nameWidth;
  const gap = clamp(zoom * forGaps / Math.max(1, levels), MIN_GAP, MAX_GAP);
  const fullHeight = Math.max(height, rows * row + 2 * MARGIN_Y);
  const margin = (fullHeight - (rows - 1) * row) / 2;
  const spots = new Map<unknown, Spot>();
  /** Strands of each peer that its children have taken so far. */
  const taken = new Map<unknown, number>();
  for (const node of nodes) {
    const { data, depth, x, parent } = node;
    const above = parent ? spots.get(parent)! : null;
    const strands = node.value!;
    const first = taken.get(parent) ?? 0;
    taken.set(parent, first + strands);
    const index = parent ? parent.children!.indexOf(node) : 0;
    const spot = {
      node: data,
      parent: above,
      index,
      x: round(MARGIN_X + depth * gap),
      y: round(margin + (x - least) * row),
      fromX: above?.x ?? MARGIN_X,
      fromY: 0,
      width: round(Math.max(THINNEST, strands * strand)),
      height: round(Math.max(Math.min(10, row * 0.8), strands * strand + 4)),
    };
    const offset = parent ? first + strands / 2 - parent.value! / 2 : 0;
    spot.fromY = round((above ?? spot).y + offset * strand);
    spots.set(node, spot);
  }
  return {
    width: Math.max(width, 2 * MARGIN_X + levels * gap + nameWidth),
    height: fullHeight,
    row,
    gap,
    spots: [...spots.values()],
  };
}

/** The link to a mark, as the data of a path. */
export function linkPath(
  { x, y, fromX, fromY }: Pick<Spot, "x" | "y" | "fromX" | "fromY">,
): string {
  const bend = round((fromX + x) / 2);
  return `M${round(fromX)} ${round(fromY)}C${bend} ${round(fromY)} ${bend} ${round(y)} ${
    round(x)
  } ${round(y)}`;
}

/** The mark that is nearest to a point, if it is near; as large as a thumb needs it. */
export function nearestSpot(spots: readonly Spot[], x: number, y: number): Spot | null {
  let nearest: Spot | null = null;
  let least = 26;
  for (const spot of spots) {
    const beside = Math.max(0, Math.abs(spot.y - y) - spot.height / 2);
    const distance = Math.hypot(spot.x - x, beside);
    if (distance < least) [nearest, least] = [spot, distance];
  }
  return nearest;
}

/** Strands of the river that end at a mark: one at a peer, and one for each that is counted. */
function strandsOf({ peer, below, children }: ShownNode): number {
  if (children.length > 0) return 0;
  return peer ? 1 : below;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
