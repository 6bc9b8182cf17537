/**
 * What a page uses: a Tributary broadcasts or watches one broadcast at a time, and relays it to whom
 * the service sends. It holds the state, and leaves the streams to its Streams and the links to its
 * Peer.
 * This module is browser compatible.
 */
import type {
  ClientMessageOf,
  RelayMode,
  ServerMessage,
  TreeNode,
  Visibility,
} from "../protocol/mod.ts";
import { Chat } from "./chat.ts";
import type { Welcome } from "./connection.ts";
import { defaultUrl } from "./default_url.ts";
import { Emitter } from "./emitter.ts";
import { IceServers } from "./ice_servers.ts";
import type { TreeStats } from "./links/tree_figures.ts";
import { giveUpLeftovers } from "./leftovers.ts";
import { Peer } from "./peer.ts";
import type { Quality, QualityChoice } from "./quality.ts";
import { SignallingClient } from "./signalling_client.ts";
import { NOT_RELAYING, NOT_WATCHING, type TributaryStats } from "./stats.ts";
import { Streams } from "./streams.ts";
import { toBase64 } from "./base64.ts";
import { TreeSubscriptions } from "./tree_subscriptions.ts";
import {
  toTributaryError,
  TributaryError,
  type TributaryErrorCode,
  wrongState,
} from "./tributary_error.ts";
import { TributaryState } from "./tributary_state.ts";

/** What a Tributary can be told when it is made. */
export interface TributaryOptions {
  /** The service's WebSocket; by default that of the origin which served this module. */
  url?: string;
  /** For every RTCPeerConnection; the service's own ICE servers are added to it. */
  rtcConfiguration?: RTCConfiguration;
  /**
   * How to pass on what is watched: by default `forward`, without encoding, where that can be done;
   * `re-encode` encodes it again, as is done where it cannot; `none` carries nobody, and prepares
   * nothing: after `setRelaying(true)` it encodes again.
   */
  relayMode?: RelayMode;
}

/** What a broadcast can be told when it begins. */
export interface BroadcastOptions {
  /** What people read; by default the name. At most 100 characters of one line are kept. */
  title?: string;
  /** `public` by default; `unlisted` can be watched by whoever has the link, and is in no list. */
  visibility?: Visibility;
}

/** What a Tributary emits. */
export interface TributaryEvents {
  /** The stream to show: what is being watched, or else one's own; null when there is none any more. */
  stream: MediaStream | null;
  statechanged: TributaryState;
  /** The tree of a broadcast that `subscribeToTreeChanges` was called for. */
  treestatechanged: TreeNode;
  /** How many watch, every few seconds; services of earlier versions do not say. */
  viewers: number;
  /** What went wrong without a promise to tell it to. */
  error: TributaryError;
}

const { READY, CONNECTING, BROADCASTING, LISTENING, RECONNECTING, BROADCAST_ENDED, DISCONNECTED } =
  TributaryState;

/** Broadcasts from this browser, or watches and relays a broadcast. */
export class Tributary extends Emitter<TributaryEvents> {
  static readonly TributaryState = TributaryState;

  /** The chat of what is broadcast or watched. */
  readonly chat: Chat;
  readonly #signalling: SignallingClient;
  readonly #iceServers: IceServers;
  readonly #streams = new Streams();
  readonly #wantedRelayMode: RelayMode;
  /** There from the start or join on, until the broadcast is left or over. */
  #peer: Peer | null = null;
  #state: TributaryState = READY;
  #broadcast: string | null = null;
  #peerName: string | undefined;
  #isRelaying: boolean;
  readonly #subscriptions: TreeSubscriptions;
  #isEnding = false;
  #options: BroadcastOptions = {};
  /** Those that have left and still carry their children. */
  readonly #retired = new Set<Peer>();
  /** The latest start or join; a page may begin another one before the last has failed in the end. */
  #attempt = Symbol();
  /** Closed links are noticed at once. A broadcast goes on: its page may be loaded again. */
  readonly #handlePageHide = () => this.#isViewer ? this.close() : this.#peer?.dropChildren();

  constructor({ url, rtcConfiguration = {}, relayMode = "forward" }: TributaryOptions = {}) {
    super();
    this.#wantedRelayMode = relayMode;
    this.#isRelaying = relayMode !== "none";
    this.#signalling = new SignallingClient(url ?? defaultUrl());
    this.#subscriptions = new TreeSubscriptions(this.#signalling);
    this.chat = new Chat(this.#signalling, () => this.#broadcast);
    this.#signalling.on("message", (message) => this.#handleMessage(message));
    this.#signalling.on("error", (error) => this.emit("error", error));
    this.#signalling.on("interrupted", () => this.#handleInterrupted());
    this.#signalling.on("welcome", (welcome) => this.#handleWelcome(welcome));
    this.#signalling.on("lost", (error) => this.#handleLost(error));
    this.#streams.on("own", (source) => {
      if (!this.#isViewer) this.#peer?.setOwn(source);
    });
    this.#streams.on("shown", (stream) => this.emit("stream", stream));
    this.#iceServers = new IceServers(rtcConfiguration, async () => {
      const { iceServers } = await this.#signalling.request({ command: "FETCH_CONFIG" });
      return iceServers as unknown as RTCIceServer[];
    });
  }

  /** What is going on. */
  get state(): TributaryState {
    return this.#state;
  }

  /** The stream to show: what is being watched, or else one's own. */
  get stream(): MediaStream | null {
    return this.#streams.shown;
  }

  /** The name of the broadcast that is sent or watched, or that has ended; null without one. */
  get broadcast(): string | null {
    return this.#broadcast;
  }

  /** Who finds the broadcast of this page; null unless there is one. */
  get visibility(): Visibility | null {
    return this.#peer && !this.#isViewer ? this.#options.visibility ?? "public" : null;
  }

  /** The name that this peer gave itself last, if any. */
  get peerName(): string | null {
    return this.#peerName ?? null;
  }

  /** How what is watched is passed on; null while nothing is. */
  get relayMode(): RelayMode | null {
    return this.#peer?.relayMode ?? null;
  }

  /** Whether what is watched is to be passed on to others. */
  get isRelaying(): boolean {
    return this.#isRelaying;
  }

  /**
   * Passes on what is watched, or no more, at any time: before a join it counts for what is watched
   * then. Resolves when the service knows. Whoever is carried when it is switched off is carried on
   * until another parent has been found, for some seconds at most.
   *
   * @throws {TributaryError} also when the service cannot do this while something is watched; then all
   * stays as it was
   */
  async setRelaying(on: boolean): Promise<void> {
    const before = this.#isRelaying;
    this.#isRelaying = on;
    try {
      if (this.#isViewer) await this.#peer!.setRelaying(on);
    } catch (thrown) {
      if (this.#isRelaying === on) this.#isRelaying = before;
      throw toTributaryError(thrown);
    }
  }

  /** Counts what comes in and goes out, and tells how old the picture is and how far it has come. */
  async getStats(): Promise<TributaryStats> {
    const counts = await this.#peer?.stats() ??
      { ...NOT_WATCHING, ...NOT_RELAYING, sending: [] };
    const { state, relayMode } = this;
    return { timestamp: performance.now(), state, relayMode, ...counts };
  }

  /**
   * Tells how the links below this peer do, as far as those who have them told it: ask every few
   * seconds, they tell for as long as somebody asks. Nothing of it goes through the service.
   */
  getTreeStats(): TreeStats {
    return this.#peer?.treeStats() ?? { own: null, peers: [], levels: [] };
  }

  /** The id that trees have for this peer; null before it is known, and with services of the prototype. */
  get peerId(): string | null {
    return this.#signalling.id;
  }

  /**
   * What `resumeBroadcast` takes after the page has been loaded again: a secret, for this tab only.
   * Null before the service has been reached, and with services that cannot do this.
   */
  get resumeToken(): string | null {
    return this.#signalling.token;
  }

  /** The quality that was chosen, in full; null while none was. */
  get quality(): Quality | null {
    return this.#streams.quality;
  }

  /**
   * Chooses the quality of what is broadcast: `360p`, `720p`, `1080p`, or numbers. To be called at any
   * time: while live it changes what viewers get, without anybody joining again. Resolves when the
   * stream that was set has it; a camera that cannot gives what it can (`track.getSettings()`). What a
   * script makes keeps its size, and gets the bitrate and the hint.
   *
   * Without a choice the camera gives 360p, and tracks that were set stay as they are.
   *
   * @throws {TributaryError} `bad_quality`, whose message says what is allowed
   */
  setQuality(quality: QualityChoice): Promise<void> {
    return this.#streams.setQuality(quality);
  }

  /**
   * Opens camera and microphone, or the one of them that is there, and resolves with their stream,
   * for `setStream`. The picture has the quality that was chosen. Constraints that are given are strict.
   *
   * @throws {TributaryError} `camera_refused`, `camera_missing` or `camera_busy`
   */
  startCamera(constraints?: MediaStreamConstraints): Promise<MediaStream> {
    return this.#streams.startCamera(constraints);
  }

  /** Stops camera and microphone, so that their lights go out. */
  stopCamera(): void {
    this.#streams.stopCamera();
  }

  /**
   * Takes the stream to broadcast. While live, everyone gets the new one without joining again.
   *
   * @throws {TributaryError} `wrong_state` while watching
   */
  setStream(stream: MediaStream | null): void {
    if (this.#isViewer) throw wrongState(this.#state, "set a stream");
    this.#streams.setOwn(stream);
  }

  /**
   * Broadcasts the stream that was set, or will be; resolves when the broadcast is live.
   *
   * @throws {TributaryError}
   */
  async startBroadcast(
    name: string,
    peerName?: string,
    options: BroadcastOptions = {},
  ): Promise<void> {
    const peer = this.#begin("start a broadcast", name, peerName);
    this.#options = options;
    peer.setOwn(this.#streams.own);
    void this.#iceServers.fresh();
    await this.#complete(peer, this.#start(peer));
    this.#setState(BROADCASTING);
  }

  /**
   * Takes up the broadcast of a page that was loaded again, with the `resumeToken` it had; resolves
   * with false when nothing is left of it. To be called on a new Tributary.
   *
   * @throws {TributaryError} `wrong_state`
   */
  async resumeBroadcast(
    token: string,
    name: string,
    peerName?: string,
    options: BroadcastOptions = {},
  ): Promise<boolean> {
    const peer = this.#begin("take up a broadcast", name, peerName, token);
    this.#options = options;
    peer.setOwn(this.#streams.own);
    let isLive = false;
    const off = this.#signalling.on("welcome", ({ broadcasts }) => {
      isLive = broadcasts.includes(name);
    });
    // Whatever is answered is answered after the welcome.
    await this.#iceServers.fresh();
    off();
    if (peer !== this.#peer) return false;
    if (isLive) this.#setState(BROADCASTING);
    else if (!this.#isIn(DISCONNECTED)) this.#reset(READY);
    return isLive;
  }

  /**
   * Sends a still picture of the broadcast, WebP or JPEG of at most 40 KiB, for the list of what is
   * live, in the place of the one before. It is shown for three minutes at most.
   *
   * @throws {TributaryError} `bad_picture`, `too_fast` (more than 5 in 25 s), `not_listed` for an
   * unlisted broadcast, `wrong_state`; `unknown_command` or `refused` by services that show no pictures
   */
  async sendStill(picture: Blob): Promise<void> {
    const peer = this.#peer;
    if (!peer || peer.isViewer || !this.#isIn(BROADCASTING)) {
      throw wrongState(this.#state, "send a still picture");
    }
    const text = await toBase64(picture);
    await this.#signalling.request({ command: "UPDATE_STILL", name: peer.name, picture: text });
  }

  /**
   * Ends the broadcast. The camera goes on until `stopCamera`.
   *
   * @throws {TributaryError}
   */
  async endBroadcast(): Promise<void> {
    const peer = this.#peer;
    if (!peer || peer.isViewer || !this.#isIn(BROADCASTING, RECONNECTING, DISCONNECTED)) {
      throw wrongState(this.#state, "end a broadcast");
    }
    this.#isEnding = true;
    try {
      await this.#giveUp({ command: "END_BROADCAST", name: peer.name }, "unknown_broadcast");
    } finally {
      this.#isEnding = false;
    }
    if (this.#peer === peer) this.#reset(READY);
  }

  /**
   * Watches a broadcast and passes it on; resolves when a parent has been found. Its stream comes
   * with the event `stream`. When the connection was lost, what is still coming goes on meanwhile.
   *
   * @throws {TributaryError}
   */
  async joinBroadcast(name: string, peerName?: string): Promise<void> {
    const again = this.#isIn(DISCONNECTED) && this.#isViewer && this.#peer?.name === name;
    const peer = again ? this.#peer! : this.#beginToWatch(name, peerName);
    this.#signalling.open();
    this.#setState(CONNECTING);
    await this.#complete(peer, peer.join());
  }

  /**
   * Stops watching, or gives up a join that is under way. Whoever is carried is carried on for a
   * moment, until another parent has been found.
   *
   * @throws {TributaryError}
   */
  async leaveBroadcast(): Promise<void> {
    const peer = this.#peer;
    if (!peer?.isViewer && this.#state !== BROADCAST_ENDED) {
      throw wrongState(this.#state, "leave a broadcast");
    }
    const reason = new TributaryError("cancelled");
    peer?.halt(reason);
    try {
      if (peer) await this.#giveUp({ command: "LEAVE_BROADCAST" }, "not_watching");
    } finally {
      // Meanwhile the broadcast may have ended, and another one may have been joined.
      if (this.#peer === peer || this.#isIn(BROADCAST_ENDED)) {
        this.#retire(reason);
        this.#reset(READY);
      }
    }
  }

  /**
   * Has the tree of a broadcast sent, with the event `treestatechanged`, until the broadcast or the
   * connection is over.
   *
   * @param name by default the broadcast that is sent or watched
   * @throws {TributaryError}
   */
  async subscribeToTreeChanges(name: string | null = this.#broadcast): Promise<void> {
    if (name === null) throw wrongState(this.#state, "subscribe to a tree");
    await this.#subscriptions.add(name);
  }

  /**
   * Ends what `subscribeToTreeChanges` began.
   *
   * @throws {TributaryError}
   */
  async unsubscribeFromTreeChanges(name: string | null = this.#broadcast): Promise<void> {
    if (name !== null) await this.#subscriptions.remove(name);
  }

  /** Ends everything: links, connection and camera. What is under way rejects with `cancelled`. */
  close(): void {
    const peer = this.#peer;
    const reason = new TributaryError("cancelled");
    // The service would keep the place of someone who is only gone.
    if (peer?.isViewer) this.#signalling.send({ command: "LEAVE_BROADCAST" });
    else if (peer) this.#signalling.send({ command: "END_BROADCAST", name: peer.name });
    this.#reset(READY, reason);
    this.#retired.forEach((retired) => retired.close(reason));
    this.#subscriptions.clear();
    this.chat.clear();
    this.#signalling.close();
    this.#streams.stopCamera();
    this.#streams.setOwn(null);
  }

  #begin(what: string, name: string, peerName: string | undefined, token?: string): Peer {
    if (!this.#isIn(READY, BROADCAST_ENDED, DISCONNECTED)) throw wrongState(this.#state, what);
    this.#signalling.open(token);
    this.#reset(CONNECTING);
    this.#broadcast = name;
    this.#peerName = peerName;
    addEventListener("pagehide", this.#handlePageHide);
    const signalling = this.#signalling;
    const iceServers = this.#iceServers;
    const relayMode = this.#wantedRelayMode;
    const isRelaying = this.#isRelaying;
    return this.#peer = new Peer({ signalling, iceServers, name, peerName, relayMode, isRelaying });
  }

  async #start({ name }: Peer): Promise<void> {
    const message = { command: "START_BROADCAST", name } as const;
    const { title, visibility } = this.#options;
    await this.#signalling.request({ ...message, peerName: this.#peerName, title, visibility });
  }

  #beginToWatch(name: string, peerName: string | undefined): Peer {
    const peer = this.#begin("join a broadcast", name, peerName);
    this.#streams.watch(null);
    peer.on("joined", () => {
      this.chat.renew();
      if (this.#state === CONNECTING) this.#setState(LISTENING);
    });
    peer.on("stream", (stream) => {
      this.#streams.watch(stream);
      if (this.#state === RECONNECTING) this.#setState(LISTENING);
    });
    peer.on("reconnecting", () => this.#setState(RECONNECTING));
    peer.on("failed", (error) => {
      this.#reset(BROADCAST_ENDED);
      this.emit("error", error);
    });
    return peer;
  }

  async #complete(peer: Peer, work: Promise<unknown>): Promise<void> {
    const attempt = this.#attempt = Symbol();
    try {
      await work;
    } catch (thrown) {
      const isLatest = attempt === this.#attempt && peer === this.#peer;
      if (isLatest && !this.#isIn(DISCONNECTED)) this.#reset(READY);
      throw toTributaryError(thrown);
    }
  }

  /** Asks the service to end something; that it has already ended, or lost us, is as good. */
  async #giveUp(
    message: ClientMessageOf<"END_BROADCAST" | "LEAVE_BROADCAST">,
    fineCode: TributaryErrorCode,
  ): Promise<void> {
    if (this.#isIn(DISCONNECTED)) return;
    const asked = this.#signalling.request(message);
    // Until the service is back nobody need wait: it is told then.
    if (!this.#signalling.isReady) return void asked.catch(() => {});
    try {
      await asked;
    } catch (thrown) {
      const { code } = toTributaryError(thrown);
      if (code !== fineCode && code !== "connection_lost") throw thrown;
    }
  }

  #handleMessage(message: ServerMessage): void {
    switch (message.command) {
      case "BROADCAST_ENDED":
        this.#subscriptions.handleEnded(message.name);
        this.chat.handleEnded(message.name);
        if (message.name !== this.#peer?.name || this.#isEnding) return;
        return this.#reset(BROADCAST_ENDED, new TributaryError("broadcast_ended"));
      case "HEARTBEAT_RECEIVED":
        return void (message.viewers !== undefined && this.emit("viewers", message.viewers));
      case "TREE_STATE_CHANGED":
        return this.emit("treestatechanged", message.tree);
      case "CHAT_CHANGED":
        return this.chat.handleChanged(message);
      default:
        this.#peer?.handleMessage(message);
    }
  }

  /** Viewers need not know: what flows between peers flows on. */
  #handleInterrupted(): void {
    this.chat.handleInterrupted();
    if (this.#isIn(BROADCASTING)) this.#setState(RECONNECTING);
  }

  /** Goes by what the service says is left of the session. */
  #handleWelcome(welcome: Welcome): void {
    const peer = this.#peer;
    for (const message of giveUpLeftovers(welcome, peer)) {
      this.#signalling.request(message).catch(() => {});
    }
    peer?.handleWelcome(welcome);
    if (this.#isIn(RECONNECTING) && peer && !peer.isViewer && !this.#isEnding) {
      if (welcome.broadcasts.includes(peer.name)) this.#setState(BROADCASTING);
      else this.#startAgain(peer);
    }
    this.#subscriptions.renew();
    this.chat.renew();
  }

  /** The service has forgotten the broadcast; its name may still be free. */
  async #startAgain(peer: Peer): Promise<void> {
    try {
      await this.#start(peer);
      if (peer === this.#peer && this.#isIn(RECONNECTING)) this.#setState(BROADCASTING);
    } catch (thrown) {
      const error = toTributaryError(thrown);
      // Then the next welcome decides.
      if (peer !== this.#peer || error.code === "connection_lost") return;
      this.#reset(BROADCAST_ENDED, error);
      this.emit("error", error);
    }
  }

  #handleLost(error: TributaryError): void {
    this.chat.handleInterrupted();
    // Otherwise nothing is lost: the next start or join connects again.
    if (!this.#peer && this.#subscriptions.size === 0) return;
    this.#subscriptions.clear();
    if (this.#peer) {
      this.#peer.halt(error);
      this.#setState(DISCONNECTED);
    }
    this.emit("error", error);
  }

  /** Lets the peer, which has left, carry its children on. */
  async #retire(reason: TributaryError): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    this.#peer = null;
    this.#retired.add(peer);
    await peer.retire(reason);
    this.#retired.delete(peer);
  }

  /** Ends every link, and goes to `state`. */
  #reset(state: TributaryState, reason = new TributaryError("cancelled")): void {
    this.#signalling.abandonJoin(reason);
    this.#peer?.close(reason);
    this.#peer = null;
    removeEventListener("pagehide", this.#handlePageHide);
    if (state === READY) this.#broadcast = null;
    this.#setState(state);
    // A listener may have joined another broadcast by now.
    if (!this.#isViewer) this.#streams.endWatching();
  }

  #setState(state: TributaryState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit("statechanged", state);
  }

  get #isViewer(): boolean {
    return this.#peer?.isViewer ?? false;
  }

  #isIn(...states: TributaryState[]): boolean {
    return states.includes(this.#state);
  }
}
