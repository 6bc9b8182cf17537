/**
 * Chats in plain memory, beside MemoryTreeStore, which knows what is live.
 */
import { type ChatMessage, KEPT_CHAT_MESSAGES } from "../protocol/mod.ts";
import type { Edition } from "../tree/types.ts";
import { type ChatReading, type ChatRules, type ChatStore, NO_RULES } from "./chat_store.ts";
import type { TreeStore } from "./tree_store.ts";

interface Chat {
  edition: Edition;
  rules: ChatRules;
  /** Counts the changes of the rules. */
  version: number;
  messages: ChatMessage[];
}

/** See the module's paragraph. */
export class MemoryChatStore implements ChatStore {
  readonly #tree: Pick<TreeStore, "broadcast">;
  readonly #chats = new Map<string, Chat>();

  constructor(tree: Pick<TreeStore, "broadcast">) {
    this.#tree = tree;
  }

  async read(name: string): Promise<ChatReading | null> {
    const broadcast = await this.#tree.broadcast(name);
    if (broadcast?.state !== "live") return null;
    const { rules, messages, version } = this.#chatOf(name, broadcast.edition);
    const versions = { broadcast: broadcast.edition, rules: String(version) };
    return structuredClone({ broadcast, rules, messages, versions });
  }

  async append(reading: ChatReading, messages: ChatMessage[]): Promise<boolean> {
    const chat = await this.#unchanged(reading);
    if (!chat) return false;
    const all = [...chat.messages, ...structuredClone(messages)];
    all.sort((a, b) => (a.id < b.id ? -1 : 1));
    chat.messages = all.slice(-KEPT_CHAT_MESSAGES);
    return true;
  }

  async govern(reading: ChatReading, rules: ChatRules): Promise<boolean> {
    const chat = await this.#unchanged(reading);
    if (!chat) return false;
    chat.rules = structuredClone(rules);
    chat.version++;
    chat.messages = chat.messages.filter(({ id }) => !rules.hidden.includes(id));
    return true;
  }

  async #unchanged({ broadcast: { name }, versions }: ChatReading): Promise<Chat | null> {
    const broadcast = await this.#tree.broadcast(name);
    if (broadcast?.state !== "live" || broadcast.edition !== versions.broadcast) return null;
    const chat = this.#chatOf(name, broadcast.edition);
    return String(chat.version) === versions.rules ? chat : null;
  }

  #chatOf(name: string, edition: Edition): Chat {
    let chat = this.#chats.get(name);
    if (chat?.edition !== edition) {
      chat = { edition, rules: NO_RULES, version: 0, messages: [] };
      this.#chats.set(name, chat);
    }
    return chat;
  }
}
