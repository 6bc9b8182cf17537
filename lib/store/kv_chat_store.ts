/**
 * Chats in Deno KV: one small key for each message, and one for the rules, which only the
 * broadcaster's doing changes. Messages check both the broadcast and the rules, and write neither, so
 * any number of instances add messages to one chat at once without getting in each other's way
 * (docs/decisions/0015-chat.md).
 */
import { type ChatMessage, KEPT_CHAT_MESSAGES } from "../protocol/mod.ts";
import type { Broadcast } from "../tree/types.ts";
import { type ChatReading, type ChatRules, type ChatStore, NO_RULES } from "./chat_store.ts";
import { GroupCommitter } from "./group_committer.ts";
import { keys } from "./keys.ts";

/** The part of Deno KV that is used here. */
export type ChatKv = Pick<Deno.Kv, "get" | "getMany" | "list" | "atomic">;

/** What a KvChatStore is made of. */
export interface KvChatStoreOptions {
  kv: ChatKv;
  /** Returns a number in [0, 1). */
  random?: () => number;
  delay?: (ms: number) => Promise<void>;
}

/** Messages read at once: those that are kept, and those that several instances add before one tidies up. */
const READ_LIMIT = 3 * KEPT_CHAT_MESSAGES;

/** Keys removed at once, in the rare case that there are more. */
const TIDY_LIMIT = 500;

/**
 * Messages are removed with their broadcast. Should all else fail, KV does it: who comes to a
 * broadcast a day later does not miss what was said.
 */
const EXPIRE_IN_MS = 24 * 3_600_000;

/** A message as stored; its id is in the key. */
type StoredMessage = Omit<ChatMessage, "id">;

/** See the module's paragraph. */
export class KvChatStore implements ChatStore {
  readonly #kv: ChatKv;
  readonly #committer: GroupCommitter;

  constructor({ kv, random = Math.random, delay = delayMs }: KvChatStoreOptions) {
    this.#kv = kv;
    this.#committer = new GroupCommitter({ kv, random, delay });
  }

  async read(name: string): Promise<ChatReading | null> {
    const [[broadcast, rules], messages] = await Promise.all([
      this.#kv.getMany<[Broadcast, ChatRules]>([keys.broadcast(name), keys.chatRules(name)]),
      this.#messages(name),
    ]);
    if (broadcast.value?.state !== "live") return null;
    const decided = rules.value ?? NO_RULES;
    const hidden = new Set(decided.hidden);
    return {
      broadcast: broadcast.value,
      rules: decided,
      // Rules and messages were not read as of one moment.
      messages: messages.filter(({ id }) => !hidden.has(id)),
      versions: { broadcast: broadcast.versionstamp!, rules: rules.versionstamp },
    };
  }

  async append(reading: ChatReading, messages: ChatMessage[]): Promise<boolean> {
    const { name } = reading.broadcast;
    const surplus = reading.messages.slice(0, -KEPT_CHAT_MESSAGES);
    const version = await this.#committer.commit({
      checks: checksOf(reading),
      sets: messages.map(({ id, ...stored }) => [
        keys.chatMessage(name, id),
        stored satisfies StoredMessage,
        { expireIn: EXPIRE_IN_MS },
      ]),
      deletes: surplus.map(({ id }) => keys.chatMessage(name, id)),
    });
    if (version === null) return false;
    if (reading.messages.length === READ_LIMIT) await this.#tidy(reading);
    return true;
  }

  async govern(reading: ChatReading, rules: ChatRules): Promise<boolean> {
    const { name } = reading.broadcast;
    const version = await this.#committer.commit({
      checks: checksOf(reading),
      sets: [[keys.chatRules(name), rules]],
      deletes: rules.hidden.map((id) => keys.chatMessage(name, id)),
    });
    return version !== null;
  }

  async #messages(name: string): Promise<ChatMessage[]> {
    const messages: ChatMessage[] = [];
    const latest = this.#kv.list<StoredMessage>(
      { prefix: keys.chatMessages(name) },
      { reverse: true, limit: READ_LIMIT, batchSize: READ_LIMIT },
    );
    for await (const { key, value } of latest) messages.push({ id: key[3] as string, ...value });
    return messages.reverse();
  }

  /** Removes what is older than anything that was read: far more was written than anybody tidied up. */
  async #tidy({ broadcast: { name }, messages }: ChatReading): Promise<void> {
    const older: Deno.KvKey[] = [];
    const list = this.#kv.list(
      { prefix: keys.chatMessages(name), end: keys.chatMessage(name, messages[0]!.id) },
      { limit: TIDY_LIMIT, batchSize: TIDY_LIMIT },
    );
    for await (const { key } of list) older.push(key);
    if (older.length > 0) await this.#committer.commit({ checks: [], deletes: older });
  }
}

function checksOf({ broadcast: { name }, versions }: ChatReading): Deno.AtomicCheck[] {
  return [
    { key: keys.broadcast(name), versionstamp: versions.broadcast },
    { key: keys.chatRules(name), versionstamp: versions.rules },
  ];
}

function delayMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
