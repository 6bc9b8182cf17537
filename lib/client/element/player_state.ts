/**
 * Where a player stands, as pages are told, and what follows from what the SDK says. Pure.
 * This module is browser compatible.
 */

/** The states of a player. */
export type PlayerState =
  /** Nothing is under way: it has no name, or was told to leave. */
  | "idle"
  | "connecting"
  | "live"
  | "reconnecting"
  /** The broadcast is not live; it is joined as soon as it is. */
  | "waiting"
  /** It was watched to its end; should it go live again, it is joined. */
  | "ended"
  /** Nobody has a place; one is asked for again and again. */
  | "full"
  /** The service is out of reach; it is tried again and again. */
  | "lost"
  | "failed"
  | "unsupported";

/** Tells where an error of a join leaves a player that was in `old`. */
export function stateOfError(code: string, old: PlayerState): PlayerState {
  switch (code) {
    case "unknown_broadcast":
      return old === "ended" ? "ended" : "waiting";
    case "broadcast_ended":
      return "ended";
    case "no_capacity":
    case "busy":
      return "full";
    case "connection_lost":
    case "cancelled": // A loss also cuts short what was under way.
      return "lost";
    default:
      return "failed";
  }
}

/** Tells where a state of the SDK leaves a player that was in `old`. */
export function stateOfClient(state: string, old: PlayerState): PlayerState {
  switch (state) {
    case "LISTENING":
      return "live";
    case "BROADCAST_ENDED":
      return "ended";
    case "RECONNECTING":
      return old === "live" ? "reconnecting" : old;
    case "READY":
      // Its page was left, and may be brought back.
      return old === "live" || old === "reconnecting" ? "lost" : old;
    case "DISCONNECTED":
      return old === "live" || old === "reconnecting" || old === "connecting" ? "lost" : old;
    default:
      return old;
  }
}

/** In these a join is tried again by itself, after a pause in ms that grows from the first to the last. */
export const PAUSES: Partial<Record<PlayerState, readonly [first: number, last: number]>> = {
  // The service's event stream tells at once; this is for pages and services that have none.
  waiting: [15_000, 30_000],
  ended: [15_000, 30_000],
  // The first lets a restarting service come up, the last is easy on it.
  full: [2_000, 30_000],
  lost: [2_000, 30_000],
};
