/**
 * Writes the messages of one chat that come in at this instance, in their order: whatever comes while
 * a commit is under way goes into the next one, so that a lively chat costs no more commits than one
 * instance can make anyway. A commit counts only if nobody has muted anybody, switched the chat off or
 * ended the broadcast since the chat was read.
 */
import { type ChatMessage, UserError } from "../../protocol/mod.ts";
import { type ChatReading, type ChatStore, MAX_APPENDED } from "../../store/chat_store.ts";
import { unknownBroadcast } from "../../store/tree_store.ts";
import type { PeerId } from "../../tree/types.ts";
import type { Clock } from "../../clock.ts";
import { nextMessageId } from "./message_ids.ts";
import { refusal } from "./rules.ts";

/** A message that was not written yet. */
export interface Post {
  from: PeerId;
  /** Null: as the broadcast has it. */
  name: string | null;
  text: string;
  /** It counts as the broadcaster's, or not at all: whoever is about to start may find the name taken. */
  asBroadcaster: boolean;
}

/** What a ChatWriter is made of. */
export interface ChatWriterOptions {
  broadcast: string;
  store: ChatStore;
  clock: Clock;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** What was read last, if anything. */
  latest: () => ChatReading | null;
  /** Is told when messages have been written. */
  onWritten: () => void;
}

/** Most messages that wait; with the store out of reach, more would only wait longer. */
const MAX_WAITING = 500;

/** How often a commit is tried again that others' changes have made void: nobody moderates so fast. */
const MAX_ATTEMPTS = 10;

/** What people are told. */
const REFUSALS = {
  chat_off: "The chat is switched off",
  chat_muted: "You have been muted in this chat",
};

interface Waiting {
  post: Post;
  resolve: (id: string) => void;
  reject: (error: unknown) => void;
}

/** See the module's paragraph. */
export class ChatWriter {
  readonly #options: ChatWriterOptions;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;
  #lastId = "";

  constructor(options: ChatWriterOptions) {
    this.#options = options;
  }

  /** True while something is being written. */
  get isBusy(): boolean {
    return this.#isWriting;
  }

  /**
   * Writes a message; resolves with its id when it is written.
   *
   * @throws {UserError} `unknown_broadcast`, `chat_off`, `chat_muted` or `busy`
   */
  write(post: Post): Promise<string> {
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new UserError("busy", "Too much is being said at once. Try again"));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ post, resolve, reject });
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_APPENDED);
      try {
        await this.#writeBatch(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
    this.#options.onWritten();
  }

  async #writeBatch(batch: Waiting[]): Promise<void> {
    const { store, broadcast, latest, onWritten } = this.#options;
    // What is remembered will do while it allows everything: the commit checks it.
    let reading = latest();
    if (!reading || batch.some(({ post }) => refusal(reading!, post.from))) {
      reading = await store.read(broadcast);
    }
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      if (!reading) throw unknownBroadcast(broadcast);
      const allowed = batch.filter((waiting) => !refuse(waiting, reading!));
      if (allowed.length === 0) return;
      const messages = this.#messages(allowed, reading);
      if (await store.append(reading, messages)) {
        allowed.forEach(({ resolve }, i) => resolve(messages[i]!.id));
        return onWritten();
      }
      reading = await store.read(broadcast);
    }
    throw new UserError("busy", "The chat is being changed all the time. Try again");
  }

  #messages(batch: Waiting[], { broadcast, messages }: ChatReading): ChatMessage[] {
    const { clock, random } = this.#options;
    const seen = messages.at(-1)?.id ?? "";
    if (seen > this.#lastId) this.#lastId = seen;
    return batch.map(({ post: { from, name, text } }) => {
      const at = clock.now();
      const id = this.#lastId = nextMessageId(at, this.#lastId, random);
      const isBroadcaster = from === broadcast.root;
      return {
        id,
        at,
        from,
        name: name ?? broadcast.displayName,
        text,
        ...(isBroadcaster ? { isBroadcaster } : {}),
      };
    });
  }
}

function refuse({ post, reject }: Waiting, reading: ChatReading): boolean {
  const { broadcast } = reading;
  if (post.asBroadcaster && broadcast.root !== post.from) {
    reject(notWatching(broadcast.name));
    return true;
  }
  const code = refusal(reading, post.from);
  if (code) reject(new UserError(code, REFUSALS[code]));
  return code !== null;
}

/** Makes the error for who is not in a broadcast (CHAT-3). */
export function notWatching(broadcast: string): UserError {
  return new UserError("not_watching", `You are not watching "${broadcast}"`);
}
