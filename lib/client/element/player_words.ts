/**
 * What a player says, unless its page has words of its own in the slots of these names.
 * This module is browser compatible.
 */
import type { PlayerState } from "../visit/player_state.ts";

/** What is said in each state. */
export const PLAYER_WORDS: Record<PlayerState, string> = {
  idle: "Nothing is being watched",
  connecting: "Connecting…",
  live: "You are watching live",
  reconnecting: "Finding another way to the stream…",
  waiting: "Not live yet. It starts here by itself.",
  ended: "This broadcast has ended. Should it go live again, it starts here by itself.",
  full: "There is no room right now. You come in as soon as a place opens.",
  lost: "The connection was lost. The stream comes back by itself when it can.",
  failed: "That did not work. Wait a moment, then try again.",
  unsupported: "This browser cannot watch. Please use a current Chrome, Edge, Firefox or Safari.",
};

/** What the one button is for. */
export const PLAYER_ACTIONS = { watch: "Watch", play: "Play", unmute: "Unmute" };
