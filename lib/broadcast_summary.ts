/**
 * What anyone may know about a live broadcast: one row of the list on the home page and of
 * `GET /api/broadcasts`. This module is browser compatible.
 */

/** A live broadcast as lists show it. */
export interface BroadcastSummary {
  name: string;
  /** Text for people; the name where the broadcaster gave none. */
  title: string;
  /** The broadcaster's own name. */
  broadcaster: string;
  viewers: number;
  /** When it went live, in milliseconds since 1970. */
  startedAt: number;
}
