/**
 * The states of a Tributary, the prototype's words and a few more.
 * This module is browser compatible.
 */

/** Names every state that a Tributary can be in. */
export const TributaryState = {
  /** Nothing is under way; a broadcast can be started or joined. */
  READY: "READY",
  /** A start or a join has been asked for and not been answered. */
  CONNECTING: "CONNECTING",
  /** The broadcast is live. */
  BROADCASTING: "BROADCASTING",
  /** The broadcast is being watched; its first picture may still be on its way. */
  LISTENING: "LISTENING",
  /** The parent is gone and another one is being found; lasts until its stream has come. */
  RECONNECTING: "RECONNECTING",
  /** The broadcast that was watched is over. */
  BROADCAST_ENDED: "BROADCAST_ENDED",
  /** The connection to the service is lost; what flows between peers flows on. */
  DISCONNECTED: "DISCONNECTED",
} as const;

/** One of the states of a Tributary. */
export type TributaryState = typeof TributaryState[keyof typeof TributaryState];
