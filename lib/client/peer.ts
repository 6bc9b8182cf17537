/**
 * This browser as one node of a broadcast's tree: the links to its children, the relay that feeds
 * them and, if it is a viewer, the link to its parent. It acts on what the service says about links.
 * One Peer lives as long as one broadcast is sent or watched. Knows nothing of the page's states.
 * This module is browser compatible.
 */
import type { RelayMode, ServerMessage, ServerMessageOf } from "../protocol/mod.ts";
import type { Welcome } from "./connection.ts";
import { Downstream } from "./downstream.ts";
import { Emitter } from "./emitter.ts";
import { Bitrate } from "./bitrate.ts";
import type { IceServers } from "./ice_servers.ts";
import type { OwnLatency } from "./latency/child_teller.ts";
import { FiguresOnDemand } from "./links/figures_on_demand.ts";
import type { TreeStats } from "./links/tree_figures.ts";
import { ReEncodingRelay } from "./relay/re_encoding_relay.ts";
import { makeRelay } from "./relay/relay_mode.ts";
import type { OwnSource, Relay } from "./relay/relay.ts";
import type { SignallingClient } from "./signalling_client.ts";
import { countSending, type SendingStats } from "./sending.ts";
import { SourceWatch } from "./source_watch.ts";
import {
  countRelayed,
  countWatched,
  NOT_WATCHING,
  type RelayingStats,
  type WatchingStats,
} from "./stats.ts";
import { toTributaryError, type TributaryError } from "./tributary_error.ts";
import { Upstream } from "./upstream.ts";

/** How long a peer that has left carries on: children have another parent long before, or never. */
const RETIREMENT_MS = 2_000;

/**
 * How long a peer that relays no more carries on: as long as the service waits for an orphan to join
 * again (LEAVE-6). Most have another parent within a second.
 */
const CARRYING_ON_MS = 15_000;

/** What a Peer emits; all of it concerns viewers only. */
export interface PeerEvents {
  /** A parent has been found. */
  joined: void;
  /** The stream of a parent has come. */
  stream: MediaStream;
  /** The parent is gone, another one is being found. */
  reconnecting: void;
  /** No other parent can be found, for good. */
  failed: TributaryError;
}

/** What a Peer needs from outside. */
export interface PeerOptions {
  signalling: SignallingClient;
  iceServers: IceServers;
  /** The broadcast. */
  name: string;
  peerName: string | undefined;
  /** How a viewer is to relay, if it can. */
  relayMode: RelayMode;
  /** Whether it is to relay at all. */
  isRelaying: boolean;
}

/** One node of a tree: the broadcaster, or a viewer. */
export class Peer extends Emitter<PeerEvents> {
  readonly #options: PeerOptions;
  /** What a broadcaster sends is encoded for each child; what a viewer gets is passed on. */
  #relay: Relay = new ReEncodingRelay();
  #relayChosen: Promise<void> | null = null;
  #relayMode: RelayMode | null = null;
  readonly #downstream: Downstream;
  #upstream: Upstream | null = null;
  readonly #bitrate = new Bitrate();
  readonly #figures = new FiguresOnDemand();
  readonly #empty = Promise.withResolvers<void>();
  #isRetired = false;
  #isRelaying: boolean;
  #carryingOn: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PeerOptions) {
    super();
    this.#options = options;
    this.#isRelaying = options.isRelaying;
    const { signalling, iceServers } = options;
    const source = new SourceWatch(() => this.#downstream.sent());
    this.#downstream = new Downstream({
      relay: () => this.#relay,
      iceServers,
      send: (message) => signalling.send(message),
      flow: () => (this.#upstream ?? source).flow(),
      latency: () => this.#latency,
      figures: this.#figures,
      onEmpty: () => {
        if (this.#isRetired) this.#empty.resolve();
      },
    });
  }

  /** The broadcast. */
  get name(): string {
    return this.#options.name;
  }

  /** True for a viewer, false for the broadcaster. */
  get isViewer(): boolean {
    return this.#upstream !== null;
  }

  /** Which way a viewer relays; null for a broadcaster, and before that is known. */
  get relayMode(): RelayMode | null {
    if (this.#relayMode === null) return null;
    if (!this.#isRelaying) return "none";
    // Nothing was prepared for more than that.
    return this.#relayMode === "none" ? "re-encode" : this.#relayMode;
  }

  /**
   * Relays, or no more, and tells the service (RELAY-1). Its children get what they got until they
   * have another parent.
   *
   * @throws {TributaryError}
   */
  async setRelaying(on: boolean): Promise<void> {
    if (on === this.#isRelaying) return;
    this.#apply(on);
    // Before that is known, the next join says it.
    const relay = this.relayMode;
    if (relay === null) return;
    try {
      await this.#options.signalling.request({ command: "SET_RELAY", relay });
    } catch (thrown) {
      const { code } = toTributaryError(thrown);
      // Who watches nothing any more, or nothing yet, says it with its next join.
      if (code === "not_watching" || code === "connection_lost" || code === "cancelled") return;
      if (this.#isRelaying === on) this.#apply(!on);
      throw thrown;
    }
  }

  #apply(isRelaying: boolean): void {
    this.#isRelaying = isRelaying;
    clearTimeout(this.#carryingOn);
    if (isRelaying) return;
    this.#carryingOn = setTimeout(() => this.dropChildren(), CARRYING_ON_MS);
  }

  /** Counts what comes in and goes out at present. */
  async stats(): Promise<WatchingStats & RelayingStats & SendingStats> {
    const [watched, relayed] = await Promise.all([this.#watched(), this.#downstream.reports()]);
    return { ...watched, ...countRelayed(relayed), ...countSending(relayed) };
  }

  /** How the links below do, as far as their peers have told; has them tell for some seconds. */
  treeStats(): TreeStats {
    return this.#figures.look(this.#upstream?.figures ?? null);
  }

  /** Passes on a stream of one's own; null: nothing for the time being. */
  setOwn(source: OwnSource | null): void {
    this.#relay.setSource(source);
  }

  /**
   * Becomes a viewer, or finds a viewer another parent; resolves when a parent has been found.
   *
   * @throws {TributaryError}
   */
  async join(): Promise<void> {
    const upstream = this.#upstream ??= this.#createUpstream();
    await upstream.join();
  }

  /** Takes what the service says about links; the rest is not for a peer. */
  handleMessage(message: ServerMessage): void {
    switch (message.command) {
      case "RELAY_BROADCAST":
        // Whoever becomes a child is no parent any more.
        this.#upstream?.forget(message.peer);
        return void this.#downstream.handleRelayBroadcast(message);
      case "ICE_CANDIDATES":
        return this.#handleCandidates(message);
      case "RECONNECT_TO_BROADCAST":
        if (message.name === this.name) this.#upstream?.reattach();
    }
  }

  /** Goes by what the service says is left of its session. */
  handleWelcome({ resumed, watching, children }: Welcome): void {
    // Children of whom the service knows nothing any more keep their links until they have others.
    if (resumed) this.#downstream.keep(children);
    const parent = watching?.name === this.name ? watching.parent : null;
    this.#upstream?.handleWelcome(parent, resumed);
  }

  /**
   * Looks for no other parent from now on; links stay as they are. A join that is under way rejects
   * with `reason`.
   */
  halt(reason: TributaryError): void {
    this.#upstream?.halt(reason);
  }

  /** Has left: carries its children on until they have another parent, and ends every link then. */
  async retire(reason: TributaryError): Promise<void> {
    this.halt(reason);
    this.#isRetired = true;
    const timer = setTimeout(() => this.#empty.resolve(), RETIREMENT_MS);
    if (this.#downstream.size > 0) await this.#empty.promise;
    clearTimeout(timer);
    this.close(reason);
  }

  /** Ends the links to the children. */
  dropChildren(): void {
    this.#downstream.close();
  }

  /** Ends every link; a join that is under way rejects with `reason`. */
  close(reason: TributaryError): void {
    clearTimeout(this.#carryingOn);
    this.#upstream?.close(reason);
    this.#downstream.close();
    this.#relay.close();
  }

  /** What is one's own is captured here and now. */
  get #latency(): OwnLatency {
    if (!this.#upstream) return { depth: 0, latencyMs: 0, capturedAt: () => null };
    const { latency } = this.#upstream;
    return {
      depth: latency?.depth ?? null,
      latencyMs: latency?.latencyMs ?? null,
      capturedAt: (rtpTimestamp) => latency?.capturedAt(rtpTimestamp) ?? null,
    };
  }

  async #watched(): Promise<WatchingStats> {
    if (!this.#upstream) return { ...NOT_WATCHING, depth: 0 };
    const reports = await this.#upstream.reports();
    const { latency } = this.#upstream;
    if (!reports || !latency) return NOT_WATCHING;
    const { depth, latencyMs, bufferMs, roundTripMs } = latency;
    const counts = countWatched(reports);
    const bitrate = this.#bitrate.note(counts.bytesReceived, performance.now());
    const { parent } = this.#upstream;
    return { parent, depth, latencyMs, bufferMs, roundTripMs, ...counts, bitrate };
  }

  /** Before there are any children: they come when there is a parent. */
  async #chooseRelay(): Promise<void> {
    const { relay, mode } = await makeRelay(this.#options.relayMode);
    this.#relay = relay;
    this.#relayMode = mode;
  }

  #createUpstream(): Upstream {
    const upstream = new Upstream({
      ...this.#options,
      relayReady: () => this.#relayChosen ??= this.#chooseRelay(),
      relayMode: () => this.relayMode,
    });
    upstream.on("offering", (transceivers) => this.#relay.prepare(transceivers));
    upstream.on("joined", (parent) => {
      // Whoever is the parent now is no child any more.
      this.#downstream.remove(parent);
      this.emit("joined", undefined);
    });
    upstream.on("media", ({ stream, receivers }) => {
      this.#relay.setSource({ receivers });
      this.emit("stream", stream);
    });
    upstream.on("reconnecting", () => this.emit("reconnecting", undefined));
    upstream.on("askedforfigures", (own) => {
      this.#figures.takeTurn(own).forEach((text) => upstream.tell(text));
    });
    upstream.on("failed", (error) => this.emit("failed", error));
    return upstream;
  }

  #handleCandidates({ peer, candidates }: ServerMessageOf<"ICE_CANDIDATES">): void {
    if (this.#upstream?.handleCandidates(peer, candidates)) return;
    if (!this.#downstream.handleCandidates(peer, candidates)) return;
    // As the prototype does: parents acknowledge, children do not (ICE-2).
    this.#options.signalling.send({ command: "ICE_CANDIDATES_RECEIVED", peer });
  }
}
