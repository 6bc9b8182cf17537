/**
 * What anyone may know about a live broadcast: one row of the list on the home page and of
 * `GET /api/broadcasts` (LIST-1). This module is browser compatible.
 */

/** A live broadcast as lists show it. */
export interface BroadcastSummary {
  name: string;
  /** Text for people; the name where the broadcaster gave none. */
  title: string;
  /** The broadcaster's own name. */
  broadcaster: string;
  /** Those who watch; the broadcaster is none of them. */
  viewers: number;
  /** When it went live, in milliseconds since 1970. */
  startedAt: number;
  /** Which still picture there is, for `stillPath`; null without one. */
  still: string | null;
}

/** The most watched of the public broadcasts, and how many there are in all. */
export interface BroadcastList {
  broadcasts: BroadcastSummary[];
  total: number;
}

/** How many broadcasts one list has: five screens of cards. What is not among them is paged for. */
export const LIST_LENGTH = 60;

/** Orders broadcasts: the most watched first, then the newest; the same on every instance. */
export function compareBroadcasts(a: BroadcastSummary, b: BroadcastSummary): number {
  return b.viewers - a.viewers || b.startedAt - a.startedAt || (a.name < b.name ? -1 : 1);
}

/** Where a still picture is; the address stands for that picture for good. */
export function stillPath(name: string, still: string): string {
  return `/api/broadcasts/${encodeURIComponent(name)}/still?v=${encodeURIComponent(still)}`;
}
