/**
 * Where a player stands, on pages of ours as on those of others, and what follows from what the SDK
 * says. Pure.
 * This module is browser compatible.
 */

/** The states of a player, as pages are told them. */
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

/** What goes on by itself in some states, until there is something to watch. */
export type Pursuit =
  /** Nobody is live: the service tells when somebody is. */
  | "follow"
  /** There is something to join, but not now. */
  | "retry";

/**
 * Between which pauses, in ms, a join is tried again: they grow from the first to the last. Following
 * needs none where it can be relied on.
 */
export const PAUSES: Record<Pursuit, readonly [first: number, last: number]> = {
  follow: [15_000, 30_000],
  // The first lets a restarting service come up, the last is easy on it.
  retry: [2_000, 30_000],
};

/** Tells what goes on by itself in a state, if anything. */
export function pursuitIn(state: PlayerState): Pursuit | null {
  switch (state) {
    case "waiting":
    case "ended":
      return "follow";
    case "full":
    case "lost":
      return "retry";
    default:
      return null;
  }
}

/** Tells where an error of a join leaves a player that was in `old`. */
export function stateOfError(code: string, old: PlayerState): PlayerState {
  switch (code) {
    case "unknown_broadcast":
      return old === "ended" ? "ended" : "waiting";
    case "broadcast_ended":
      return "ended";
    case "no_capacity":
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
