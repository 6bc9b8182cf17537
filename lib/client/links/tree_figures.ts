/**
 * What a peer knows of the links below it: takes in what its children tell, and says what is to be
 * told to its own parent, each thing once and not too much at a time. So the figures of everybody go
 * up the tree, as far as somebody looks, and no further. Knows nothing of links themselves; times are
 * in ms, by any clock that is always the same one. Pure. This module is browser compatible.
 */
import { decodeFigures, encodeFigures, type LinkFigures, MAX_TOLD, type Told } from "./figures.ts";

/** How often a peer tells its own figures: they are read by people. */
const OWN_EVERY_MS = 2_000;

/** How often something is sent at most; hidden tabs have timers that are no quicker. */
const TURN_MS = 1_000;

/** Told in one turn at most: six messages of a thousand bytes, a tenth of the smallest picture. */
const MAX_A_TURN = 6 * MAX_TOLD;

/** More peers than this are not told one by one; those that are deepest are put together. */
const MAX_SINGLE = 300;

/** Levels of which something is said: all of them fit into a message, with one's own figures. */
const MAX_LEVELS = MAX_TOLD - 1;

/** What one child may say: as much as it may send, and room for those that come and go. */
const MAX_KEPT = 500;

/** What was not said again for so long is not so any more. */
const STALE_MS = 10_000;

/** Whoever looks, looks again within this. */
const WANTED_MS = 10_000;

/** The parent asks five times a second; a hidden tab once. */
const ASKED_MS = 3_000;

/** What a child said, and when. */
interface Below extends LinkFigures {
  /** Links between it and this peer. */
  distance: number;
  /** The child that said so: nobody but that child and those below it can truly be meant. */
  via: string;
  /** How long ago it was said, in ms. */
  ageMs: number;
}

/** The figures of one peer below. */
export interface PeerFigures extends Below {
  id: string;
}

/** The averages of peers that are too many to be told one by one. */
export interface LevelFigures extends Below {
  /** How many there are. */
  peers: number;
}

/** What `getTreeStats` returns. */
export interface TreeStats {
  /** The link to one's own parent; null for a broadcaster, and without a picture. */
  own: LinkFigures | null;
  /** Peers below this one. Only what the tree confirms is to be believed: see `via`. */
  peers: PeerFigures[];
  /** Those that are further away than all of `peers`, by their distance. */
  levels: LevelFigures[];
}

interface Kept extends Told {
  via: string;
  at: number;
}

/** Keeps the figures of the peers below one peer. */
export class TreeFigures {
  /** By child, and by id or, for those that are put together, distance. */
  readonly #children = new Map<string, Map<string | number, Kept>>();
  /** What the parent has not been told, by id. */
  readonly #news = new Map<string, Kept>();
  #lookedAt = -Infinity;
  #askedAt = -Infinity;
  #turnAt = -Infinity;
  #ownAt = -Infinity;

  /** Whether the children are to tell theirs: for somebody here, or for the parent. */
  isWanted(now: number): boolean {
    return now - this.#lookedAt < WANTED_MS || now - this.#askedAt < ASKED_MS;
  }

  /** Takes in what a child sends; it may be anything. */
  handleMessage(via: string, data: unknown, now: number): void {
    this.handleTold(via, decodeFigures(data), now);
  }

  /** Takes in what a child says. What another child can say of itself is not taken from it. */
  handleTold(via: string, told: readonly Told[], now: number): void {
    const kept = this.#children.get(via) ?? new Map<string | number, Kept>();
    this.#children.set(via, kept);
    for (const { distance, ...figures } of told) {
      const who = distance === 0 ? via : figures.who;
      if (who === "" || distance > 0 && this.#children.has(who as string)) continue;
      const key = typeof who === "string" ? who : distance;
      for (const [old, { at }] of kept.size >= MAX_KEPT ? kept : []) {
        if (now - at >= STALE_MS) kept.delete(old);
      }
      if (kept.size >= MAX_KEPT && !kept.has(key)) return;
      const one = { ...figures, who, distance: distance + 1, via, at: now };
      kept.set(key, one);
      if (typeof who === "string") this.#news.set(who, one);
    }
  }

  /** Forgets a child that has gone, and what it said. */
  forget(via: string): void {
    this.#children.delete(via);
  }

  /** What is known now, for somebody who looks at it. */
  look(own: LinkFigures | null, now: number): TreeStats {
    this.#lookedAt = now;
    const stats: TreeStats = { own, peers: [], levels: [] };
    for (const { who, at, ...figures } of this.#fresh(now)) {
      const ageMs = now - at;
      if (typeof who === "string") stats.peers.push({ id: who, ...figures, ageMs });
      else stats.levels.push({ peers: who, ...figures, ageMs });
    }
    return stats;
  }

  /** Takes in that the parent asks, and returns the messages that it is to be sent now. */
  takeTurn(own: LinkFigures, now: number): string[] {
    this.#askedAt = now;
    if (now - this.#turnAt < TURN_MS) return [];
    this.#turnAt = now;
    const fresh = this.#fresh(now);
    const reach = reachOf(fresh);
    const told: Told[] = [];
    if (now - this.#ownAt >= OWN_EVERY_MS) {
      this.#ownAt = now;
      const deeper = fresh.filter(({ who, distance }) =>
        typeof who === "number" || distance > reach
      );
      told.push({ ...own, who: "", distance: 0 }, ...levelsOf(deeper));
    }
    for (const [id, one] of this.#news) {
      if (told.length === MAX_A_TURN) break;
      this.#news.delete(id);
      if (one.distance <= reach && this.#children.has(one.via)) told.push(one);
    }
    const messages: string[] = [];
    while (told.length > 0) messages.push(encodeFigures(told.splice(0, MAX_TOLD)));
    return messages;
  }

  #fresh(now: number): Kept[] {
    return [...this.#children.values()].flatMap((kept) => [...kept.values()])
      .filter(({ at }) => now - at < STALE_MS);
  }
}

/** The greatest distance up to which all peers can be told one by one. */
function reachOf(fresh: readonly Told[]): number {
  const distances = fresh.flatMap(({ who, distance }) => typeof who === "string" ? distance : []);
  return (distances.sort((a, b) => a - b)[MAX_SINGLE] ?? Infinity) - 1;
}

/** Puts together what is said of peers at the same distance; what is not known does not count. */
export function levelsOf(all: readonly Told[]): Told[] {
  const levels = Map.groupBy(all, ({ distance }) => distance);
  return [...levels].sort(([a], [b]) => a - b).slice(0, MAX_LEVELS).map(([distance, level]) => {
    const mean = (field: keyof LinkFigures) => {
      const known = level.filter((one) => one[field] !== null);
      const sum = known.reduce((sum, one) => sum + peersOf(one) * one[field]!, 0);
      return known.length > 0 ? sum / count(known) : null;
    };
    return {
      who: count(level),
      distance,
      latencyMs: mean("latencyMs"),
      roundTripMs: mean("roundTripMs"),
      loss: mean("loss"),
    };
  });
}

function count(all: readonly Told[]): number {
  return all.reduce((sum, one) => sum + peersOf(one), 0);
}

function peersOf({ who }: Told): number {
  return typeof who === "number" ? who : 1;
}
