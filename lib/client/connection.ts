/**
 * The WebSocket to the service, kept up: it greets, beats, and when it is lost comes back with the
 * token of the session (HELLO-1 to RESUME-7). A service that does not know HELLO is the prototype's;
 * with it a lost socket is lost for good. Knows nothing of requests and what messages mean.
 * This module is browser compatible.
 */
import {
  CLOSE_RESUMED_ELSEWHERE,
  decodeServerMessage,
  encode,
  PROTOCOL_VERSION,
  type ServerMessage,
  type ServerMessageOf,
} from "../protocol/mod.ts";
import { Emitter } from "./emitter.ts";
import { resumeDelayMs } from "./reconnect_policy.ts";
import { TributaryError } from "./tributary_error.ts";

/** A page that cannot be reached within this will not be: people have long gone by then. */
const OPEN_TIMEOUT_MS = 10_000;

/** The longest grace period is 60 s (RESUME-1); after that there is nothing to come back to. */
const GIVE_UP_MS = 65_000;

/** How many heartbeats' time one may stay unanswered: slow networks hold a packet for seconds. */
const UNANSWERED_BEATS = 1.5;

/** What the service says to someone who has greeted. */
export type Welcome = ServerMessageOf<"WELCOME">;

/** What a Connection emits. */
export interface ConnectionEvents {
  /** Messages may be sent. The welcome is that of a session which was to be taken up, or else null. */
  ready: Welcome | null;
  message: ServerMessage;
  /** The socket is gone, and another one is being opened. */
  interrupted: void;
  /** The connection is gone for good, and not by `close()`. */
  lost: TributaryError;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** Speaks to the service over one socket after the other. */
export class Connection extends Emitter<ConnectionEvents> {
  readonly #url: string;
  #socket: WebSocket | null = null;
  #isReady = false;
  #token: string | null = null;
  #id: string | null = null;
  /** When the session was without a socket first, if it is now. */
  #lostAt: number | null = null;
  #failures = 0;
  #openTimer: Timer;
  #retryTimer: Timer;
  #beatTimer: Timer;
  #answerTimer: Timer;

  constructor(url: string) {
    super();
    this.#url = url;
  }

  /** True while messages may be sent. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** True from `open()` on, until the connection is closed or lost for good. */
  get isOpen(): boolean {
    return this.#socket !== null || this.#retryTimer !== undefined;
  }

  /** What takes the session up again; null with a service of the prototype's, or before WELCOME. */
  get token(): string | null {
    return this.#token;
  }

  /** The id of the session's peer; null with a service of the prototype's, or before WELCOME. */
  get id(): string | null {
    return this.#id;
  }

  /** Connects, unless it is open; with a token, it takes that session up. */
  open(token?: string): void {
    if (this.isOpen) return;
    this.#token = token ?? null;
    this.#connect();
  }

  /** Sends a message; only while ready. */
  send(frame: string): void {
    this.#socket?.send(frame);
  }

  /** Takes the socket for lost: it has not brought what it should have. */
  drop(): void {
    if (this.#socket) this.#lose(this.#socket);
  }

  /** Closes the connection, after what was sent, and forgets the session. */
  close(): void {
    this.#token = null;
    this.#id = null;
    this.#lostAt = null;
    this.#failures = 0;
    this.#clear();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#openTimer = setTimeout(() => this.#lose(socket), OPEN_TIMEOUT_MS);
    const resume = this.#token ?? undefined;
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      socket.send(encode({ command: "HELLO", version: PROTOCOL_VERSION, resume }));
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#handleFrame(socket, data);
    };
    socket.onclose = ({ code }) => this.#lose(socket, code);
  }

  #handleFrame(socket: WebSocket, frame: unknown): void {
    this.#handleSign();
    const message = decode(frame);
    if (!message) return;
    if (message.command === "HEARTBEAT_RECEIVED" && message.viewers === undefined) return;
    if (message.command === "WELCOME") return this.#handleWelcome(message);
    if (this.#isReady || message.command !== "ERROR") return this.emit("message", message);
    // A service that is busy or at fault may greet the next time; any other does not know HELLO.
    if (message.code === "busy" || message.code === "internal") return this.#lose(socket);
    this.#handleReady(null);
  }

  #handleWelcome(welcome: Welcome): void {
    const wasKnown = this.#token !== null;
    this.#token = welcome.resume;
    this.#id = welcome.id;
    this.#beatTimer = setInterval(() => this.#beat(welcome.heartbeatMs), welcome.heartbeatMs);
    this.#handleReady(wasKnown ? welcome : null);
  }

  #handleReady(welcome: Welcome | null): void {
    clearTimeout(this.#openTimer);
    this.#isReady = true;
    this.#lostAt = null;
    this.#failures = 0;
    this.emit("ready", welcome);
  }

  #beat(heartbeatMs: number): void {
    const socket = this.#socket!;
    socket.send(encode({ command: "HEARTBEAT" }));
    // From the first one on that is not answered.
    this.#answerTimer ??= setTimeout(() => this.#lose(socket), UNANSWERED_BEATS * heartbeatMs);
  }

  /** Whatever comes shows that the socket is alive. */
  #handleSign(): void {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
  }

  #lose(socket: WebSocket, code?: number): void {
    if (socket !== this.#socket) return;
    const wasReady = this.#isReady;
    this.#clear();
    if (code === CLOSE_RESUMED_ELSEWHERE) return this.#giveUp("taken_over");
    if (this.#token === null) return this.#giveUp("connection_lost");
    this.#lostAt ??= performance.now();
    if (performance.now() - this.#lostAt > GIVE_UP_MS) return this.#giveUp("connection_lost");
    const delayMs = resumeDelayMs(this.#failures++, Math.random(), code);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#connect();
    }, delayMs);
    if (wasReady) this.emit("interrupted", undefined);
  }

  #giveUp(code: "taken_over" | "connection_lost"): void {
    this.close();
    this.emit("lost", new TributaryError(code));
  }

  /** Ends the socket and every timer. */
  #clear(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isReady = false;
    for (const timer of [this.#openTimer, this.#retryTimer, this.#beatTimer]) clearTimeout(timer);
    this.#retryTimer = undefined;
    this.#handleSign();
    socket?.close();
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
