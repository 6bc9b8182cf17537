/**
 * What is known of links, as the picture and the table say it: which figures are to be believed, when a
 * link counts as a bad one, and the words for all of it. Pure. This module is browser compatible.
 */
import type { LinkFigures, TreeStats } from "../../lib/client/mod.ts";
import type { RelayMode } from "../../lib/protocol/mod.ts";
import { type Census, isWithin } from "./census.ts";

/** Figures that were said long ago are shown paler, in ms. */
const FADING_MS = 5_000;

/** What is known of the peers of a tree. */
export interface KnownFigures {
  /** By peer. */
  peers: ReadonlyMap<string, LinkFigures & { isFading: boolean }>;
  /** Averages, by depth. */
  levels: ReadonlyMap<number, LinkFigures>;
}

/** What is known before anybody has said anything. */
export const NOTHING_KNOWN: KnownFigures = { peers: new Map(), levels: new Map() };

/**
 * Takes from what children said only what the tree confirms: figures of those who are below the child
 * that told them (LINKS-5).
 *
 * @param self the peer that was told
 */
export function believe(census: Census, stats: TreeStats, self: string | null): KnownFigures {
  const peers = new Map<string, LinkFigures & { isFading: boolean }>();
  const depth = self === null ? 0 : census.get(self)?.depth ?? 0;
  if (self !== null && stats.own) peers.set(self, { ...stats.own, isFading: false });
  const parts: Part[] = [];
  for (const { id, via, distance: _, ageMs, ...figures } of stats.peers) {
    const placed = census.get(id);
    if (!placed || id === self || !isWithin(placed, via)) continue;
    peers.set(id, { ...figures, isFading: ageMs > FADING_MS });
    parts.push({ depth: placed.depth, count: 1, figures });
  }
  for (const { via, distance, peers: count, ...figures } of stats.levels) {
    if (census.has(via)) parts.push({ depth: depth + distance, count, figures });
  }
  const byDepth = Map.groupBy(parts, ({ depth }) => depth);
  const levels = new Map(Array.from(byDepth, ([depth, all]) => [depth, averageOf(all)]));
  return { peers, levels };
}

interface Part {
  depth: number;
  count: number;
  figures: LinkFigures;
}

function averageOf(parts: readonly Part[]): LinkFigures {
  const mean = (field: keyof LinkFigures) => {
    const known = parts.filter(({ figures }) => figures[field] !== null);
    const count = known.reduce((sum, part) => sum + part.count, 0);
    const sum = known.reduce((sum, part) => sum + part.count * part.figures[field]!, 0);
    return count === 0 ? null : sum / count;
  };
  return {
    latencyMs: mean("latencyMs"),
    roundTripMs: mean("roundTripMs"),
    loss: mean("loss"),
  };
}

/** How a link does. */
export type LinkGrade = "well" | "strained" | "poor" | "unknown";

/** From here on frames wait for packets that are sent again: seen as small jerks, then as stops. */
const STRAINED_LOSS = 0.02;
const POOR_LOSS = 0.08;

/** Half way round the world, and what only a queue explains. */
const STRAINED_ROUND_TRIP_MS = 250;
const POOR_ROUND_TRIP_MS = 600;

/** Says how a link does. */
export function gradeOf(figures: LinkFigures | undefined): LinkGrade {
  if (!figures || figures.loss === null && figures.roundTripMs === null) return "unknown";
  const { loss, roundTripMs } = figures;
  if ((loss ?? 0) >= POOR_LOSS || (roundTripMs ?? 0) >= POOR_ROUND_TRIP_MS) return "poor";
  if ((loss ?? 0) >= STRAINED_LOSS || (roundTripMs ?? 0) >= STRAINED_ROUND_TRIP_MS) {
    return "strained";
  }
  return "well";
}

/** What a grade is called. */
export const GRADES: Record<LinkGrade, string> = {
  well: "good",
  strained: "strained",
  poor: "poor",
  unknown: "not known",
};

/** What is said of how somebody relays. */
export const RELAYS: Record<RelayMode | "unknown", string> = {
  forward: "as it is",
  "re-encode": "encoded again",
  none: "to nobody",
  unknown: "not known",
};

/** Seconds in tenths, as people say how far they are behind. */
export function formatBehind(latencyMs: number | null | undefined): string {
  return latencyMs == null ? "–" : `${(latencyMs / 1_000).toFixed(1)} s`;
}

/** Milliseconds in full. */
export function formatMs(ms: number | null | undefined): string {
  return ms == null ? "–" : `${Math.round(ms)} ms`;
}

/** Per cent, in tenths where that is something. */
export function formatLoss(loss: number | null | undefined): string {
  if (loss == null) return "–";
  const percent = 100 * loss;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Says in words what the picture shows. */
export function summaryOf(census: Census, { peers, levels }: KnownFigures): string {
  const [root] = census.values();
  if (!root || root.below === 0) return "Nobody is watching yet.";
  const viewers = root.below === 1 ? "1 viewer" : `${root.below} viewers`;
  const depth = root.deepest === 1 ? "1 level" : `${root.deepest} levels`;
  const all = [...peers.values(), ...levels.values()].flatMap(({ latencyMs }) => latencyMs ?? []);
  const longest = all.reduce((longest, latencyMs) => Math.max(longest, latencyMs), -1);
  const behind = longest < 0
    ? ""
    : root.below === 1
    ? `, ${formatBehind(longest)} behind`
    : `, the longest way is ${formatBehind(longest)} behind`;
  return `${viewers}, ${depth}${behind}.`;
}
