/**
 * Where the chat of every broadcast is kept while it is live: the last messages, and what its
 * broadcaster has decided. Whoever changes something says by which reading, and changes nothing when
 * that is not true any more: so nobody writes after the end, and nobody who has just been muted.
 * Both implementations pass tests/contract/chat_store_contract.ts.
 */
import type { ChatMessage } from "../protocol/mod.ts";
import type { Broadcast, PeerId } from "../tree/types.ts";
import type { Version } from "./tree_store.ts";

/** What a broadcaster has decided about a chat. */
export interface ChatRules {
  isOn: boolean;
  /** Who may not write, with the names they had; the latest last. */
  muted: { id: PeerId; name: string }[];
  /** Ids of messages that are not to be seen; the latest last. */
  hidden: string[];
}

/** A chat as it was read. */
export interface ChatReading {
  broadcast: Broadcast;
  rules: ChatRules;
  /** The last messages, in the order of their ids, without hidden ones; some more than are kept. */
  messages: ChatMessage[];
  /** Of the broadcast and of the rules; null for rules that nobody has written. */
  versions: { broadcast: Version; rules: Version | null };
}

/** See the module's paragraph. */
export interface ChatStore {
  /** Reads the chat of a live broadcast; null when it is not live. */
  read(name: string): Promise<ChatReading | null>;

  /**
   * Adds messages, and lets go of those that are too many.
   *
   * @param messages at most MAX_APPENDED
   * @returns false when the broadcast or the rules have changed since the reading: then nothing is added.
   */
  append(reading: ChatReading, messages: ChatMessage[]): Promise<boolean>;

  /**
   * Writes other rules, and removes the messages that they hide.
   *
   * @returns false when the broadcast or the rules have changed since the reading.
   */
  govern(reading: ChatReading, rules: ChatRules): Promise<boolean>;
}

/** Most messages added at once: more than are kept would be gone before anybody sees them. */
export const MAX_APPENDED = 50;

/** The rules of a chat whose broadcaster has decided nothing. */
export const NO_RULES: ChatRules = { isOn: true, muted: [], hidden: [] };
