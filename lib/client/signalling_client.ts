/**
 * The client's end of the signalling protocol: sends messages, matches answers to requests and emits
 * everything else. What is asked for while there is no socket waits for the next one. Knows the
 * protocol's envelope, and nothing of links, states or media.
 * This module is browser compatible.
 */
import {
  type ClientCommand,
  type ClientMessage,
  type ClientMessageOf,
  encode,
  type ServerCommand,
  type ServerMessage,
  type ServerMessageOf,
} from "../protocol/mod.ts";
import { Connection, type Welcome } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { fromErrorMessage, TributaryError } from "./tributary_error.ts";

/** Which command answers which request. */
const ANSWERS = {
  FETCH_CONFIG: "FETCH_CONFIG_RECEIVED",
  START_BROADCAST: "START_BROADCAST_RECEIVED",
  UPDATE_STILL: "UPDATE_STILL_RECEIVED",
  END_BROADCAST: "END_BROADCAST_RECEIVED",
  JOIN_BROADCAST: "JOIN_BROADCAST_RECEIVED",
  LEAVE_BROADCAST: "LEAVE_BROADCAST_RECEIVED",
  SET_RELAY: "SET_RELAY_RECEIVED",
  SUBSCRIBE_TO_TREE_STATE: "SUBSCRIBE_TO_TREE_STATE_RECEIVED",
  UNSUBSCRIBE_FROM_TREE_STATE: "UNSUBSCRIBE_FROM_TREE_STATE_RECEIVED",
  SUBSCRIBE_TO_CHAT: "SUBSCRIBE_TO_CHAT_RECEIVED",
  UNSUBSCRIBE_FROM_CHAT: "UNSUBSCRIBE_FROM_CHAT_RECEIVED",
  SEND_CHAT_MESSAGE: "SEND_CHAT_MESSAGE_RECEIVED",
  MODERATE_CHAT: "MODERATE_CHAT_RECEIVED",
} as const satisfies Partial<Record<ClientCommand, ServerCommand>>;

const JOIN = "JOIN_BROADCAST";

/** What is asked again over the next socket: done twice, each of them is as if done once. */
const ASKED_AGAIN: ReadonlySet<ClientCommand> = new Set([
  JOIN,
  "LEAVE_BROADCAST",
  "END_BROADCAST",
  "SET_RELAY",
]);

/** A command that the service answers. */
export type RequestCommand = keyof typeof ANSWERS;

/** The message that answers a request. */
export type AnswerTo<C extends RequestCommand> = ServerMessageOf<typeof ANSWERS[C]>;

/**
 * The service answers at once, but for joins: those may wait 10 s for a place (JOIN-4), and longer
 * while parents go before they have answered. Without an answer after this the socket is dead.
 */
const ANSWER_TIMEOUT_MS = 30_000;

/** What a SignallingClient emits. */
export interface SignallingEvents {
  /** A message that is not the answer to a request. */
  message: ServerMessage;
  /** An ERROR that answers no request. */
  error: TributaryError;
  /** The socket is gone, and another one is being opened. */
  interrupted: void;
  /** The session was to be taken up over another socket; this says what is left of it. */
  welcome: Welcome;
  /** The connection is gone for good, and not by `close()`. */
  lost: TributaryError;
}

interface Pending {
  command: RequestCommand;
  frame: string;
  resolve: (answer: ServerMessage) => void;
  reject: (error: TributaryError) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Nobody waits for the answer any more, but it may still come, and must not be taken for another. */
  isAbandoned: boolean;
}

/** Speaks the signalling protocol. */
export class SignallingClient extends Emitter<SignallingEvents> {
  readonly #connection: Connection;
  /** Requests without an answer, oldest first: answers come in the order of their requests. */
  #pending: Pending[] = [];
  /** Messages without an answer that wait for a socket. */
  #unsent: string[] = [];

  constructor(url: string) {
    super();
    this.#connection = new Connection(url);
    this.#connection.on("message", (message) => this.#handleMessage(message));
    this.#connection.on("ready", (welcome) => this.#handleReady(welcome));
    this.#connection.on("interrupted", () => this.#handleInterrupted());
    this.#connection.on("lost", (error) => {
      this.#rejectAll(error);
      this.emit("lost", error);
    });
  }

  /** True while the service can be reached. */
  get isReady(): boolean {
    return this.#connection.isReady;
  }

  /** The peer's id; null before WELCOME. */
  get id(): string | null {
    return this.#connection.id;
  }

  /** What takes the session up again after the page has gone, if anything does. */
  get token(): string | null {
    return this.#connection.token;
  }

  /** Connects, unless it is connected or connecting; with a token, it takes that session up. */
  open(token?: string): void {
    this.#connection.open(token);
  }

  /** Sends a message that has no answer; without a connection it is dropped. */
  send(message: ClientMessage): void {
    const frame = encode(message);
    if (this.#connection.isReady) this.#connection.send(frame);
    else if (this.#connection.isOpen) this.#unsent.push(frame);
  }

  /**
   * Sends a request and resolves with its answer.
   *
   * @throws {TributaryError} with the code of the ERROR that answers it, or `connection_lost`.
   */
  request<C extends RequestCommand>(
    message: ClientMessageOf<RequestCommand> & { command: C },
  ): Promise<AnswerTo<C>> {
    if (!this.#connection.isOpen) return Promise.reject(new TributaryError("connection_lost"));
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        command: message.command,
        frame: encode(message),
        resolve: resolve as (answer: ServerMessage) => void,
        reject,
        timer: undefined,
        isAbandoned: false,
      };
      this.#pending.push(pending);
      if (this.#connection.isReady) this.#ask(pending);
    });
  }

  /**
   * Gives up a join that waits for its answer: it rejects with `error`, and a place that the service
   * gives all the same is given back.
   */
  abandonJoin(error: TributaryError): void {
    const joins = this.#pending.filter((each) => each.command === JOIN && !each.isAbandoned);
    if (joins.length === 0) return;
    for (const join of joins) {
      clearTimeout(join.timer);
      join.isAbandoned = true;
      join.reject(error);
    }
    // Mostly there is nothing to leave, which is an error as good as an answer.
    this.request({ command: "LEAVE_BROADCAST" }).catch(() => {});
  }

  /** Closes the connection; requests under way reject with `cancelled`. */
  close(): void {
    this.#connection.close();
    this.#rejectAll(new TributaryError("cancelled"));
  }

  #ask(pending: Pending): void {
    pending.timer = setTimeout(() => this.#connection.drop(), ANSWER_TIMEOUT_MS);
    this.#connection.send(pending.frame);
  }

  #handleReady(welcome: Welcome | null): void {
    const unsent = this.#unsent.splice(0);
    // Who is somebody else now has no links that the service knows of.
    if (welcome?.resumed !== false) unsent.forEach((frame) => this.#connection.send(frame));
    for (const pending of [...this.#pending]) this.#ask(pending);
    if (welcome) this.emit("welcome", welcome);
  }

  /** What the socket took with it is asked again later, or not done at all. */
  #handleInterrupted(): void {
    for (const pending of [...this.#pending]) {
      if (ASKED_AGAIN.has(pending.command) && !pending.isAbandoned) {
        clearTimeout(pending.timer);
      } else this.#settle(pending).reject(new TributaryError("connection_lost"));
    }
    this.emit("interrupted", undefined);
  }

  #handleMessage(message: ServerMessage): void {
    if (message.command === "ERROR") return this.#handleError(message);
    const pending = this.#pending.find((each) => ANSWERS[each.command] === message.command);
    if (!pending) return this.emit("message", message);
    if (pending.command === "LEAVE_BROADCAST") this.#endJoinsBefore(pending);
    this.#settle(pending).resolve(message);
  }

  /** Without `answers` (the prototype's server) an ERROR belongs to whoever has waited longest. */
  #handleError(message: ServerMessageOf<"ERROR">): void {
    const pending = message.answers === undefined
      ? this.#pending.find((each) => !each.isAbandoned)
      : this.#pending.find((each) => each.command === message.answers);
    const error = fromErrorMessage(message);
    // Whoever was too busy for a LEAVE has given up nothing.
    if (pending?.command === "LEAVE_BROADCAST" && error.code !== "busy") {
      this.#endJoinsBefore(pending);
    }
    if (pending) this.#settle(pending).reject(error);
    // What was sent to a link that is gone is nobody's mistake.
    else if (error.code !== "not_linked") this.emit("error", error);
  }

  #settle(pending: Pending): Pending {
    clearTimeout(pending.timer);
    this.#pending.splice(this.#pending.indexOf(pending), 1);
    return pending;
  }

  /** A JOIN that was sent before a LEAVE is not answered after it (LEAVE-5). */
  #endJoinsBefore(leave: Pending): void {
    for (const pending of this.#pending.slice(0, this.#pending.indexOf(leave))) {
      if (pending.command !== JOIN) continue;
      this.#settle(pending).reject(new TributaryError("cancelled"));
    }
  }

  #rejectAll(error: TributaryError): void {
    this.#unsent = [];
    for (const pending of [...this.#pending]) this.#settle(pending).reject(error);
  }
}
