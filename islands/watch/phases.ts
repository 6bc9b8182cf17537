/**
 * What the page says in each phase of watching; a phase is where the player stands, in the words that
 * are the same on every page. Pure: a phase goes in, what a person reads comes out.
 */

import type { PlayerState } from "../../lib/client/visit/player_state.ts";
import { formatLength } from "../parts/durations.ts";

/** The phases in which the service knows the viewer, or is being asked to. */
export const JOINED_PHASES: ReadonlySet<PlayerState> = new Set([
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
export const PHASE_TEXTS: Record<PlayerState, PhaseText> = {
  connecting: { title: "Connecting you to the broadcast…", badge: "Connecting", isBusy: true },
  live: { title: "You are watching live", badge: "Live" },
  reconnecting: {
    title: "Finding another way to the stream…",
    badge: "Reconnecting",
    text: "Whoever passed it on to you does so no more. Another one is found in a moment.",
    isBusy: true,
  },
  ended: {
    title: "This broadcast has ended",
    text: "Should it go live again, it starts here by itself.",
    leadsHome: true,
  },
  waiting: {
    title: "This broadcast is not live",
    text: "Check the link, or stay: when it goes live, it starts here by itself.",
    action: "Try again",
    isError: true,
    leadsHome: true,
  },
  full: {
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
  idle: {
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

/** The word on a picture that the viewer has stopped. */
export const PAUSED_BADGE = "Paused";

/** When looking for another way is taking longer than it does almost always. */
export const LONG_SEARCH_MS = 6_000;

/** What the page says after having looked for another way for that long. */
export const STILL_RECONNECTING: PhaseText = {
  ...PHASE_TEXTS.reconnecting,
  title: "Still looking for another way…",
  text: "Nobody near you has room at the moment. It goes on by itself; you need not do anything.",
};

/** What is known of a broadcast that has ended. */
export interface Ending {
  /** In ms since the epoch; null when it is not known. */
  startedAt: number | null;
  endedAt: number;
}

/**
 * What the page says when the broadcast has ended.
 *
 * @param formatTime writes a time of day the way the viewer does
 */
export function endedText(
  { startedAt, endedAt }: Ending,
  formatTime: (at: number) => string,
): PhaseText {
  const length = startedAt === null ? null : formatLength(endedAt - startedAt);
  const when = `It ended at ${formatTime(endedAt)}${length ? ` and was ${length} long` : ""}.`;
  return { ...PHASE_TEXTS.ended, text: `${when} ${PHASE_TEXTS.ended.text}` };
}

/** What the page says in a phase, given what else is known. */
export function textOf(
  phase: PlayerState,
  { isSearchLong, ending }: { isSearchLong: boolean; ending: Ending | null },
): PhaseText {
  if (phase === "reconnecting" && isSearchLong) return STILL_RECONNECTING;
  if (phase === "ended" && ending) return endedText(ending, formatTime);
  return PHASE_TEXTS[phase];
}

function formatTime(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

/** The page's title, as the tab and shared links show it. */
export function documentTitle(title: string, isLive: boolean): string {
  return isLive ? `${title} · live on Tributary` : `${title} is not live · Tributary`;
}
