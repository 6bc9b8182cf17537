/** What is said of one mark of the picture: names, and where it stands. Pure. */
import type { Census, Placed } from "./census.ts";
import type { ShownNode } from "./fold.ts";
import type { Texts } from "./labels.ts";
import type { Spot } from "./layout.ts";
import { formatBehind, formatLoss, gradeOf, GRADES, type KnownFigures } from "./figures.ts";

/** What there is to say something of. */
export interface Told {
  census: Census;
  figures: KnownFigures;
  self: string | null;
}

/** What a peer is called; oneself is always the same one. */
export function nameOf({ node }: Placed, self: string | null): string {
  return node.id === self ? "You" : node.name;
}

/** What a count is called. */
export function countName({ below }: ShownNode): string {
  return `${below} more`;
}

/** Where those are that a count counts. */
export function countPlace({ depth, deepest }: ShownNode): string {
  return depth === deepest ? `at depth ${depth}` : `at depth ${depth} to ${deepest}`;
}

/** Where a peer is, in a sentence without its name. */
export function placeOf({ parent, depth }: Placed, self: string | null): string {
  if (!parent) return "The source";
  return `Depth ${depth}, carried by ${nameOf(parent, self) === "You" ? "you" : parent.node.name}`;
}

/** What is read out of a mark. */
export function spokenOf(
  mark: ShownNode,
  { census, figures, self }: Told,
): string {
  if (!mark.peer) {
    return `And ${countName(mark)} ${countPlace(mark)}. Press Enter to open the branch.`;
  }
  const placed = census.get(mark.id);
  if (!placed) return "";
  const known = figures.peers.get(mark.id);
  const behind = known && known.latencyMs !== null
    ? `, ${formatBehind(known.latencyMs)} behind`
    : "";
  const loss = known && known.loss !== null ? `, loses ${formatLoss(known.loss)}` : "";
  const grade = gradeOf(known);
  const link = grade === "strained" || grade === "poor" ? `, its link is ${GRADES[grade]}` : "";
  const carries = mark.children.length > 0 ? `, carries ${placed.node.children.length}` : "";
  return `${nameOf(placed, self)}. ${placeOf(placed, self)}${behind}${loss}${link}${carries}.`;
}

/** The name and the figures that are written beside a mark. */
export function textsOf({ node, parent }: Spot, { census, figures, self }: Told): Texts {
  if (!node.peer) return { text: countName(node), note: "" };
  const known = figures.peers.get(node.id);
  const behind = known?.latencyMs == null ? "" : formatBehind(known.latencyMs);
  const loss = known?.loss && known.loss >= 0.005 ? `${formatLoss(known.loss)} lost` : "";
  const placed = census.get(node.id);
  return {
    text: placed ? nameOf(placed, self) : node.peer.name,
    note: parent ? [behind, loss].filter((part) => part !== "").join(" · ") : "",
  };
}
