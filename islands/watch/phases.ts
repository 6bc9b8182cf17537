/**
 * The phases of watching, and what the page says in each. Pure: what the SDK reports goes in, what a
 * person reads comes out.
 */

/** Where the viewer stands. */
export type WatchPhase =
  | "connecting"
  | "live"
  | "reconnecting"
  | "ended"
  | "unknown"
  | "no_room"
  | "lost"
  | "left"
  | "unsupported"
  | "failed";

/** The phases in which the service knows the viewer, or is being asked to. */
export const JOINED_PHASES: ReadonlySet<WatchPhase> = new Set([
  "connecting",
  "live",
  "reconnecting",
]);

/** What the page says in one phase, and what the viewer can do next. */
export interface PhaseText {
  title: string;
  text?: string;
  /** A word on the picture, in the phases that may have one. */
  badge?: string;
  /** The button that joins, where there is something to join. */
  action?: "Try again" | "Watch again";
  /** Read out at once, instead of when the reader has time. */
  isError?: boolean;
  /** Something is under way. */
  isBusy?: boolean;
  /** Offers the way back to the list. */
  leadsHome?: boolean;
}

/** What the page says in each phase. */
export const PHASE_TEXTS: Record<WatchPhase, PhaseText> = {
  connecting: { title: "Connecting you to the broadcast…", badge: "Connecting", isBusy: true },
  live: { title: "You are watching live", badge: "Live" },
  reconnecting: {
    title: "Finding another way to the stream…",
    badge: "Reconnecting",
    text: "Whoever passed it on to you has left. The picture is back in a moment.",
    isBusy: true,
  },
  ended: {
    title: "This broadcast has ended",
    text: "Thank you for watching. Should it go live again, it starts here by itself.",
    leadsHome: true,
  },
  unknown: {
    title: "This broadcast is not live",
    text: "Check the link, or stay: when it goes live, it starts here by itself.",
    action: "Try again",
    isError: true,
    leadsHome: true,
  },
  no_room: {
    title: "There is no room right now",
    text: "Every viewer already passes the stream on to as many as they can. " +
      "Stay: you come in as soon as a place opens.",
    action: "Try again",
    isError: true,
  },
  lost: {
    title: "The connection was lost",
    badge: "Interrupted",
    text: "Check your network. The stream comes back by itself when it can.",
    action: "Try again",
    isError: true,
  },
  left: {
    title: "You left the broadcast",
    text: "Nothing is sent or received any more.",
    action: "Watch again",
    leadsHome: true,
  },
  unsupported: {
    title: "This browser cannot watch",
    text: "Open this page in a current Chrome, Edge, Firefox or Safari.",
    isError: true,
  },
  failed: {
    title: "That did not work, and the fault is ours",
    text: "Wait a moment, then try again.",
    action: "Try again",
    isError: true,
  },
};

/** What the page says while the broadcast is joined and nothing of it has come yet. */
export const WAITING_FOR_PICTURE: PhaseText = {
  title: "Waiting for the picture…",
  badge: "Connecting",
  isBusy: true,
};

/** What the page says while there is sound and no picture. */
export const SOUND_ONLY: PhaseText = {
  title: "You are listening live",
  badge: "Live",
  text: "There is no picture at the moment, only sound.",
};

/** The page's title, as the tab and shared links show it. */
export function documentTitle(title: string, isLive: boolean): string {
  return isLive ? `${title} · live on Tributary` : `${title} is not live · Tributary`;
}

/** What an error code of the SDK means for the viewer. */
export function phaseOfError(code: string): WatchPhase {
  switch (code) {
    case "unknown_broadcast":
      return "unknown";
    case "no_capacity":
      return "no_room";
    case "connection_lost":
    case "cancelled": // A loss also cuts short what was under way.
      return "lost";
    case "broadcast_ended":
      return "ended";
    default:
      return "failed";
  }
}

/** What a state of the SDK means for a viewer in `old`. */
export function phaseOfState(state: string, old: WatchPhase): WatchPhase {
  switch (state) {
    case "LISTENING":
      return "live";
    case "BROADCAST_ENDED":
      return "ended";
    case "RECONNECTING":
      return old === "live" ? "reconnecting" : old;
    case "DISCONNECTED":
      return old === "live" || old === "reconnecting" || old === "connecting" ? "lost" : old;
    default:
      return old;
  }
}
