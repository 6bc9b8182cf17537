/**
 * What peers tell their parents of the links below them, and how it is written (LINKS-1 to LINKS-6 in
 * docs/PROTOCOL.md). Each message fits into one packet, so that a lost one takes no other with it.
 * Pure. This module is browser compatible.
 */

/** How the link to a peer's parent does, at the peer's end. What is not known is null. */
export interface LinkFigures {
  /** How old the picture is when it is shown there, over all links from the broadcaster, in ms. */
  latencyMs: number | null;
  /** To the parent and back at best, in ms. */
  roundTripMs: number | null;
  /** The part of the packets that did not come in the last seconds, from 0 to 1. */
  loss: number | null;
}

/** What is said of one peer, or of several together. */
export interface Told extends LinkFigures {
  /** The peer's id, empty for whoever says it; a number: so many peers, of which it is the average. */
  who: string | number;
  /** Links between it and whoever says it. */
  distance: number;
}

/** Ids take 36 bytes: so many fit into a packet. */
export const MAX_TOLD = 16;

/** No tree is as deep, or as large, but what others say has no other bound. */
const MAX_DISTANCE = 1_000;
const MAX_PEERS = 1_000_000;

/** More than anybody would wait, in ms. */
const MAX_MS = 600_000;

/** Writes a message. */
export function encodeFigures(told: readonly Told[]): string {
  return JSON.stringify({
    links: told.map(({ who, distance, latencyMs, roundTripMs, loss }) => [
      who,
      distance,
      whole(latencyMs),
      whole(roundTripMs),
      whole(loss === null ? null : 1_000 * loss),
    ]),
  });
}

/** Reads a message; nothing for what is none. What makes no sense in it is left out. */
export function decodeFigures(data: unknown): Told[] {
  try {
    const links: unknown[] = JSON.parse(String(data)).links;
    return links.slice(0, MAX_TOLD).flatMap((link) => {
      const [who, distance, latencyMs, roundTripMs, permille] = link as unknown[];
      const isSomebody = typeof who === "string"
        ? who.length <= 100
        : upTo(MAX_PEERS, who) !== null;
      if (!isSomebody || !Number.isInteger(upTo(MAX_DISTANCE, distance))) return [];
      const loss = upTo(1_000, permille);
      return [{
        who: who as string | number,
        distance: distance as number,
        latencyMs: upTo(MAX_MS, latencyMs),
        roundTripMs: upTo(MAX_MS, roundTripMs),
        loss: loss === null ? null : loss / 1_000,
      }];
    });
  } catch {
    return [];
  }
}

function upTo(most: number, value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= most ? value : null;
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
