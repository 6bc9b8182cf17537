/**
 * A peer without a browser: one WebSocket that speaks the signalling protocol as the prototype's
 * client does, for tests and for the load of the benchmarks. It knows the messages, not the media:
 * offers, answers and candidates are text of a given size. It knows nothing of our server either,
 * so that it works with the prototype's.
 */
import type {
  ClientMessage,
  ClientMessageOf,
  Opaque,
  ServerCommand,
  ServerMessage,
  ServerMessageOf,
} from "../../lib/protocol/mod.ts";
import {
  type AnswerTo,
  ConnectionClosedError,
  Inbox,
  type Matcher,
  type RequestCommand,
} from "./virtual_peer/inbox.ts";
import { TcpWebSocket } from "./virtual_peer/tcp_web_socket.ts";
import { sessionDescription } from "./virtual_peer/session_description.ts";

export { ConnectionClosedError, RefusedError, TimeoutError } from "./virtual_peer/inbox.ts";
export { sessionDescription } from "./virtual_peer/session_description.ts";

/** Longer than the 10 s after which the server answers a waiting join (JOIN-4). */
const REQUEST_TIMEOUT_MS = 15_000;

/** What is on its way arrives within this even on a loaded machine. */
const WAIT_TIMEOUT_MS = 5_000;

/** A server answers a close frame at once, unless it does not read any more. */
const CLOSE_TIMEOUT_MS = 2_000;

/** What a virtual peer does by itself. */
export interface VirtualPeerOptions {
  /** Sent as `peerName` with every start and join; none by default. */
  peerName?: string;
  /** Answers RELAY_BROADCAST with this; false: does not answer. By default 2,700 bytes. */
  answer?: Opaque | false;
  /** Sent up after a join and down after an answer, as browsers do; none by default. */
  candidates?: unknown[];
  /** Acknowledges the candidates of its children, as a parent does. True by default. */
  acknowledges?: boolean;
  /** Joins again on RECONNECT_TO_BROADCAST, with its last offer. False by default. */
  rejoins?: boolean;
  /** Keeps every message in `received`. True by default; the load of a benchmark does not. */
  records?: boolean;
  /** Called with each message after the peer has done its own part. */
  onMessage?: (message: ServerMessage, peer: VirtualPeer) => void;
}

/** One connection; create it with `VirtualPeer.connect`. */
export class VirtualPeer {
  /** The ids of the peers whose offers it has answered. */
  readonly children: Set<string> = new Set();
  /** The id of the peer whose answer it has; null before that, as an orphan and after a leave. */
  parent: string | null = null;
  /** Resolves when the connection is closed, with the code of whoever closed it. */
  readonly closed: Promise<{ code: number; reason: string }>;

  #socket!: TcpWebSocket;
  readonly #closed = Promise.withResolvers<{ code: number; reason: string }>();
  readonly #options: VirtualPeerOptions;
  readonly #inbox: Inbox;
  #lastOffer: Opaque | undefined;

  /** Opens a connection to `url` (ws://host:port/api/ws). */
  static async connect(url: string, options: VirtualPeerOptions = {}): Promise<VirtualPeer> {
    const peer = new VirtualPeer(options);
    peer.#socket = await TcpWebSocket.open(url, {
      onMessage: (text) => peer.#handleMessage(JSON.parse(text)),
      onClose: (event) => peer.#handleClose(event),
    });
    return peer;
  }

  private constructor(options: VirtualPeerOptions) {
    this.#options = options;
    this.#inbox = new Inbox({ keeps: options.records ?? true });
    this.closed = this.#closed.promise;
  }

  /** Every message in the order it came; empty with `records: false`. */
  get received(): readonly ServerMessage[] {
    return this.#inbox.received;
  }

  /** True until either side closes. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends a message without awaiting its answer. */
  send(message: ClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Sends any frame as it is: broken, binary or of a future version. */
  sendRaw(frame: string | Uint8Array): void {
    this.#socket.send(frame);
  }

  /**
   * Sends a command and resolves with its `_RECEIVED`.
   *
   * @throws {RefusedError} when it is answered with ERROR.
   * @throws {ConnectionClosedError} when the connection closes first.
   * @throws {TimeoutError}
   */
  request<C extends RequestCommand>(
    message: ClientMessage & { command: C },
    { timeoutMs = REQUEST_TIMEOUT_MS }: { timeoutMs?: number } = {},
  ): Promise<AnswerTo<C>> {
    const sent: ClientMessage = message;
    const name = sent.command === "JOIN_BROADCAST" ? sent.name : undefined;
    const answer = this.#inbox.answerTo({ command: message.command, name }, { timeoutMs });
    if (this.isOpen) this.send(message);
    return answer as Promise<AnswerTo<C>>;
  }

  /** Asks for the configuration, as the prototype's client does before each start and join. */
  fetchConfig(): Promise<AnswerTo<"FETCH_CONFIG">> {
    return this.request({ command: "FETCH_CONFIG" });
  }

  /** Starts a broadcast. */
  startBroadcast(
    name: string,
    options: Pick<ClientMessageOf<"START_BROADCAST">, "title" | "visibility"> = {},
  ): Promise<AnswerTo<"START_BROADCAST">> {
    const { peerName } = this.#options;
    return this.request({ command: "START_BROADCAST", name, peerName, ...options });
  }

  /** Ends a broadcast. */
  endBroadcast(name: string): Promise<AnswerTo<"END_BROADCAST">> {
    return this.request({ command: "END_BROADCAST", name });
  }

  /** Joins a broadcast; resolves with the parent's id and answer. Gives up a join that waits. */
  joinBroadcast(
    name: string,
    { offer = sessionDescription("offer"), timeoutMs }: { offer?: Opaque; timeoutMs?: number } = {},
  ): Promise<AnswerTo<"JOIN_BROADCAST">> {
    this.#inbox.giveUp("JOIN_BROADCAST");
    return this.request(this.#join(name, offer), { timeoutMs });
  }

  /** Stops watching; `name` may be left out. Gives up a join that waits. */
  leaveBroadcast(name?: string): Promise<AnswerTo<"LEAVE_BROADCAST">> {
    this.#inbox.giveUp("JOIN_BROADCAST");
    this.parent = null;
    this.children.clear();
    return this.request({ command: "LEAVE_BROADCAST", name });
  }

  /** Subscribes to the tree; resolves with the acknowledgement, the trees follow. */
  subscribe(name: string): Promise<AnswerTo<"SUBSCRIBE_TO_TREE_STATE">> {
    return this.request({ command: "SUBSCRIBE_TO_TREE_STATE", name });
  }

  /** Ends a subscription. */
  unsubscribe(name: string): Promise<AnswerTo<"UNSUBSCRIBE_FROM_TREE_STATE">> {
    return this.request({ command: "UNSUBSCRIBE_FROM_TREE_STATE", name });
  }

  /** Answers an offer by hand, for a peer with `answer: false`. */
  answer(peer: string, answer: Opaque = sessionDescription("answer")): void {
    this.children.add(peer);
    this.send({ command: "RELAY_BROADCAST_RECEIVED", peer, answer });
  }

  /** Sends candidates to a child, or by default to the parent. */
  sendCandidates(candidates: unknown[], peer: string | null = this.parent): void {
    if (peer === null) throw new Error("No parent to send candidates to");
    this.send({ command: "ICE_CANDIDATES", peer, candidates });
  }

  /**
   * Resolves with the first message, received already or still to come, that is or matches
   * `wanted` and that no earlier `waitFor` or request has resolved with.
   */
  waitFor<C extends ServerCommand>(wanted: C, timeoutMs?: number): Promise<ServerMessageOf<C>>;
  waitFor(wanted: Matcher, timeoutMs?: number): Promise<ServerMessage>;
  waitFor(wanted: ServerCommand | Matcher, timeoutMs = WAIT_TIMEOUT_MS): Promise<ServerMessage> {
    const isPredicate = typeof wanted === "function";
    const matches: Matcher = isPredicate ? wanted : ({ command }) => command === wanted;
    return this.#inbox.next(matches, { what: isPredicate ? "match" : wanted, timeoutMs });
  }

  /** Closes the connection and resolves when it is closed; cuts it if the server does not close. */
  async close(code = 1000): Promise<void> {
    this.#socket.close(code);
    this.#socket.resumeReading();
    const timer = setTimeout(() => this.drop(), CLOSE_TIMEOUT_MS);
    await this.closed;
    clearTimeout(timer);
  }

  /** Cuts the connection without a close frame, as a lost network does. */
  drop(): void {
    this.#socket.drop();
  }

  /** Stops reading, as a client that hangs: the server's messages pile up. */
  pauseReading(): void {
    this.#socket.pauseReading();
  }

  /** Reads on after `pauseReading`; the messages that piled up arrive. */
  resumeReading(): void {
    this.#socket.resumeReading();
  }

  /** Closes the connection at the end of a block with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #join(name: string, offer: Opaque): ClientMessage & { command: "JOIN_BROADCAST" } {
    this.#lastOffer = offer;
    return { command: "JOIN_BROADCAST", name, offer, peerName: this.#options.peerName };
  }

  #handleMessage(message: ServerMessage): void {
    this.#react(message);
    this.#inbox.put(message);
    this.#options.onMessage?.(message, this);
  }

  #handleClose(event: { code: number; reason: string }): void {
    const { code, reason } = event;
    this.#inbox.close(new ConnectionClosedError(`Connection closed: ${code} ${reason}`));
    this.#closed.resolve(event);
  }

  /** Does what the prototype's client does by itself. */
  #react(message: ServerMessage): void {
    const { answer, candidates = [], acknowledges = true, rejoins = false } = this.#options;
    switch (message.command) {
      case "RELAY_BROADCAST":
        if (answer === false) return;
        this.answer(message.peer, answer);
        if (candidates.length > 0) this.sendCandidates(candidates, message.peer);
        return;
      case "JOIN_BROADCAST_RECEIVED":
        this.parent = message.peer;
        if (candidates.length > 0) this.sendCandidates(candidates);
        return;
      case "ICE_CANDIDATES":
        // The prototype's viewers never acknowledge what comes from above.
        if (!acknowledges || message.peer === this.parent) return;
        if (!this.children.has(message.peer)) return;
        this.send({ command: "ICE_CANDIDATES_RECEIVED", peer: message.peer });
        return;
      case "RECONNECT_TO_BROADCAST":
        this.parent = null;
        if (rejoins && this.#lastOffer) this.send(this.#join(message.name, this.#lastOffer));
        return;
      case "BROADCAST_ENDED":
        this.parent = null;
        this.children.clear();
    }
  }
}
