/**
 * The chat beside a broadcast: follows it, over one socket after the other, and says what the page
 * wants to be said. Knows nothing of links and media.
 * This module is browser compatible.
 */
import type {
  ClientMessageOf,
  Reaction,
  ReactionCounts,
  ServerMessageOf,
} from "../protocol/mod.ts";
import { type ChatState, EMPTY_CHAT, foldChat } from "./chat_state.ts";
import { Emitter } from "./emitter.ts";
import type { SignallingClient } from "./signalling_client.ts";
import { toTributaryError, TributaryError } from "./tributary_error.ts";

/** What a Chat emits. */
export interface ChatEvents {
  /** Something is new; all that is known. */
  changed: ChatState;
  /** How often each reaction came since the last time, this page's own ones too. */
  reactions: ReactionCounts;
}

/** What a broadcaster can ask for: each field does what it says. */
export type ChatModeration = Omit<ClientMessageOf<"MODERATE_CHAT">, "command" | "name">;

/** Follows one chat at a time. */
export class Chat extends Emitter<ChatEvents> {
  readonly #signalling: SignallingClient;
  /** The broadcast that is sent or watched. */
  readonly #current: () => string | null;
  #name: string | null = null;
  /** Whose chat the state is of; null when that is over. */
  #known: string | null = null;
  #state = EMPTY_CHAT;
  #isAsking = false;

  constructor(signalling: SignallingClient, current: () => string | null) {
    super();
    this.#signalling = signalling;
    this.#current = current;
  }

  /** What is known of the chat that is followed, or was followed last. */
  get state(): ChatState {
    return this.#state;
  }

  /**
   * Follows the chat of a broadcast: what is in it comes with the event `changed`. Goes on when the
   * connection was lost, until the broadcast is over.
   *
   * @param name by default the broadcast that is sent or watched
   * @throws {TributaryError} `unknown_broadcast`, or `unknown_command` where there are no chats
   */
  async follow(name: string | null = this.#current()): Promise<void> {
    if (name === null) throw new TributaryError("wrong_state", "There is no broadcast to chat in.");
    this.#name = name;
    if (name !== this.#known) this.#set(EMPTY_CHAT);
    this.#known = name;
    this.#signalling.open();
    try {
      await this.#ask(name);
    } catch (error) {
      // Without a connection it is asked again over the next one.
      if (toTributaryError(error).code === "connection_lost") return;
      if (this.#name === name) this.#name = null;
      throw error;
    }
  }

  /** Ends what `follow` began. */
  unfollow(): void {
    const name = this.#name;
    this.clear();
    if (name === null || !this.#signalling.isReady) return;
    this.#signalling.request({ command: "UNSUBSCRIBE_FROM_CHAT", name }).catch(() => {});
  }

  /**
   * Says something, in plain text of at most 300 UTF-16 units; resolves with the id of the message
   * when it has been said.
   *
   * @param peerName who says it; by default the name with which this peer came
   * @throws {TributaryError} `too_fast` with `waitMs`, `chat_off`, `chat_muted`, `not_watching`; or
   * `connection_lost`, and then nobody knows whether it has been said
   */
  async send(text: string, peerName?: string): Promise<string> {
    const message = { command: "SEND_CHAT_MESSAGE", name: this.#followed, text, peerName } as const;
    return (await this.#signalling.request(message)).id;
  }

  /** Reacts; what comes too fast, or without a connection, is not counted. */
  react(reaction: Reaction): void {
    if (this.#name === null || !this.#signalling.isReady) return;
    this.#signalling.send({ command: "SEND_REACTION", name: this.#name, reaction });
  }

  /**
   * Decides about the chat of one's own broadcast: `hide` the message with this id, `mute` or `unmute`
   * the peer with this one, switch it on or off with `isOn`.
   *
   * @throws {TributaryError} `not_broadcaster`
   */
  async moderate(moderation: ChatModeration): Promise<void> {
    const name = this.#followed;
    await this.#signalling.request({ command: "MODERATE_CHAT", name, ...moderation });
  }

  /** Takes in what the service says about a chat. */
  handleChanged(news: ServerMessageOf<"CHAT_CHANGED">): void {
    if (news.name !== this.#name) return;
    if (news.reactions) return this.emit("reactions", news.reactions);
    this.#set(foldChat(this.#state, news));
  }

  /** Takes in that a broadcast is over, and its chat with it. */
  handleEnded(name: string): void {
    if (name === this.#known) this.#known = null;
    if (name === this.#name) this.clear();
  }

  /** Takes in that no news can come. */
  handleInterrupted(): void {
    if (this.#state.isConnected) this.#set({ ...this.#state, isConnected: false });
  }

  /** Asks for the news again: there is another socket, or the broadcast may be there by now. */
  renew(): void {
    const isDue = this.#name !== null && !this.#state.isConnected && !this.#isAsking;
    // A broadcast that has ended meanwhile has no chat.
    if (isDue) this.#ask(this.#name!).catch(() => {});
  }

  /** Follows nothing any more. */
  clear(): void {
    this.#name = null;
    this.handleInterrupted();
  }

  get #followed(): string {
    if (this.#name === null) throw new TributaryError("wrong_state", "No chat is being followed.");
    return this.#name;
  }

  async #ask(name: string): Promise<void> {
    this.#isAsking = true;
    try {
      await this.#signalling.request({ command: "SUBSCRIBE_TO_CHAT", name });
    } finally {
      this.#isAsking = false;
    }
  }

  #set(state: ChatState): void {
    this.#state = state;
    this.emit("changed", state);
  }
}
