/**
 * The client's end of the signalling WebSocket: sends messages, matches answers to requests and
 * emits everything else. Knows the protocol's envelope, and nothing of links, states or media.
 * This module is browser compatible.
 */
import {
  type ClientCommand,
  type ClientMessage,
  type ClientMessageOf,
  decodeServerMessage,
  encode,
  type ServerCommand,
  type ServerMessage,
  type ServerMessageOf,
} from "../protocol/mod.ts";
import { Emitter } from "./emitter.ts";
import { fromErrorMessage, TributaryError } from "./tributary_error.ts";

/** Which command answers which request. */
const ANSWERS = {
  FETCH_CONFIG: "FETCH_CONFIG_RECEIVED",
  START_BROADCAST: "START_BROADCAST_RECEIVED",
  END_BROADCAST: "END_BROADCAST_RECEIVED",
  JOIN_BROADCAST: "JOIN_BROADCAST_RECEIVED",
  LEAVE_BROADCAST: "LEAVE_BROADCAST_RECEIVED",
  SUBSCRIBE_TO_TREE_STATE: "SUBSCRIBE_TO_TREE_STATE_RECEIVED",
  UNSUBSCRIBE_FROM_TREE_STATE: "UNSUBSCRIBE_FROM_TREE_STATE_RECEIVED",
} as const satisfies Partial<Record<ClientCommand, ServerCommand>>;

const JOIN = "JOIN_BROADCAST";

/** A command that the service answers. */
export type RequestCommand = keyof typeof ANSWERS;

/** The message that answers a request. */
export type AnswerTo<C extends RequestCommand> = ServerMessageOf<typeof ANSWERS[C]>;

/** A page that cannot be reached within this will not be: people have long gone by then. */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * The service answers at once, but for joins: those may wait 10 s for a place (JOIN-4), and longer
 * while parents go before they have answered. Without an answer after this the connection is dead.
 */
const ANSWER_TIMEOUT_MS = 30_000;

/** What a SignallingClient emits. */
export interface SignallingEvents {
  /** A message that is not the answer to a request. */
  message: ServerMessage;
  /** An ERROR that answers no request. */
  error: TributaryError;
  /** The connection is gone, and not by `close()`. */
  lost: TributaryError;
}

interface Pending {
  command: RequestCommand;
  resolve: (answer: ServerMessage) => void;
  reject: (error: TributaryError) => void;
  timer: ReturnType<typeof setTimeout>;
  /** Nobody waits for the answer any more, but it may still come, and must not be taken for another. */
  isAbandoned: boolean;
}

/** Speaks the signalling protocol over one WebSocket at a time. */
export class SignallingClient extends Emitter<SignallingEvents> {
  readonly #url: string;
  #socket: WebSocket | null = null;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  /** What was sent before the socket was open. */
  #unsent: string[] = [];
  /** Requests without an answer, oldest first: answers come in the order of their requests. */
  #pending: Pending[] = [];

  constructor(url: string) {
    super();
    this.#url = url;
  }

  /** Connects, unless it is connected or connecting. */
  open(): void {
    if (this.#socket) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#openTimer = setTimeout(() => this.#lose(socket), OPEN_TIMEOUT_MS);
    socket.onopen = () => this.#handleOpen(socket);
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#handleFrame(event.data);
    };
    socket.onclose = () => this.#lose(socket);
  }

  /** Sends a message that has no answer; without a connection it is dropped. */
  send(message: ClientMessage): void {
    const frame = encode(message);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame);
    else if (this.#socket?.readyState === WebSocket.CONNECTING) this.#unsent.push(frame);
  }

  /**
   * Sends a request and resolves with its answer.
   *
   * @throws {TributaryError} with the code of the ERROR that answers it, or `connection_lost`.
   */
  request<C extends RequestCommand>(
    message: ClientMessageOf<RequestCommand> & { command: C },
  ): Promise<AnswerTo<C>> {
    const socket = this.#socket;
    if (!socket) return Promise.reject(new TributaryError("connection_lost"));
    return new Promise((resolve, reject) => {
      this.#pending.push({
        command: message.command,
        resolve: resolve as (answer: ServerMessage) => void,
        reject,
        timer: setTimeout(() => this.#lose(socket), ANSWER_TIMEOUT_MS),
        isAbandoned: false,
      });
      this.send(message);
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
    this.#disconnect(new TributaryError("cancelled"));
  }

  #handleOpen(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#openTimer);
    for (const frame of this.#unsent.splice(0)) socket.send(frame);
  }

  #handleFrame(frame: unknown): void {
    const message = decode(frame);
    if (!message) return;
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

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    const error = new TributaryError("connection_lost");
    this.#disconnect(error);
    this.emit("lost", error);
  }

  #disconnect(error: TributaryError): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#unsent = [];
    clearTimeout(this.#openTimer);
    socket?.close();
    for (const pending of [...this.#pending]) this.#settle(pending).reject(error);
  }
}

function decode(frame: unknown): ServerMessage | null {
  try {
    return typeof frame === "string" ? decodeServerMessage(frame) : null;
  } catch {
    // Not JSON: nothing that a service of ours sends, and nothing a client could do about it.
    return null;
  }
}
