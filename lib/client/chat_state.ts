/**
 * What is known of a chat, and how news change it. News may come late, twice and in any order; ids of
 * messages say where each belongs. Pure.
 * This module is browser compatible.
 */
import type { ChatMessage, ServerMessageOf } from "../protocol/mod.ts";

/** A chat as a page shows it. */
export interface ChatState {
  /** In their order, without hidden ones. */
  messages: readonly ChatMessage[];
  /** Ids of messages that the broadcaster has hidden; they sort with those of the others. */
  hidden: readonly string[];
  /** False while the broadcaster has switched the chat off. */
  isOn: boolean;
  /** True while this peer may not write. */
  isMuted: boolean;
  /** Who may not write; known to the broadcaster only, and empty for everybody else. */
  muted: readonly { id: string; name: string }[];
  /** This peer's own id, which its messages have in `from`; null before anything is known. */
  self: string | null;
  /** True while news come; without them what is here is what was known last. */
  isConnected: boolean;
}

/** A chat of which nothing is known. */
export const EMPTY_CHAT: ChatState = {
  messages: [],
  hidden: [],
  isOn: true,
  isMuted: false,
  muted: [],
  self: null,
  isConnected: false,
};

/** Messages, and ids of hidden ones, that a page keeps; nobody scrolls further back. */
const MAX_KEPT = 200;

/** Takes news in. */
export function foldChat(state: ChatState, news: ServerMessageOf<"CHAT_CHANGED">): ChatState {
  const { messages = [], hidden = [], self, isOn, isMuted, muted } = news;
  const allHidden = new Set([...state.hidden, ...hidden]);
  const byId = new Map([...state.messages, ...messages].map((message) => [message.id, message]));
  const known = [...byId.values()].filter(({ id }) => !allHidden.has(id));
  known.sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    messages: known.slice(-MAX_KEPT),
    hidden: [...allHidden].sort().slice(-MAX_KEPT),
    isOn: isOn ?? state.isOn,
    isMuted: isMuted ?? state.isMuted,
    muted: muted ?? state.muted,
    self: self ?? state.self,
    // Only what follows a subscription says who one is.
    isConnected: self !== undefined || state.isConnected,
  };
}
