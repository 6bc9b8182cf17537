/**
 * This browser as one node of a broadcast's tree: the links to its children, the relay that feeds
 * them and, if it is a viewer, the link to its parent. It acts on what the service says about links.
 * One Peer lives as long as one broadcast is sent or watched. Knows nothing of the page's states.
 * This module is browser compatible.
 */
import type { ServerMessage, ServerMessageOf } from "../protocol/mod.ts";
import { Downstream } from "./downstream.ts";
import { Emitter } from "./emitter.ts";
import type { IceServers } from "./ice_servers.ts";
import { ReEncodingRelay } from "./re_encoding_relay.ts";
import type { Relay } from "./relay.ts";
import type { SignallingClient } from "./signalling_client.ts";
import type { TributaryError } from "./tributary_error.ts";
import { Upstream } from "./upstream.ts";

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
}

/** One node of a tree: the broadcaster, or a viewer. */
export class Peer extends Emitter<PeerEvents> {
  readonly #options: PeerOptions;
  readonly #relay: Relay = new ReEncodingRelay();
  readonly #downstream: Downstream;
  #upstream: Upstream | null = null;

  constructor(options: PeerOptions) {
    super();
    this.#options = options;
    const { signalling, iceServers } = options;
    this.#downstream = new Downstream({
      relay: this.#relay,
      iceServers,
      send: (message) => signalling.send(message),
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

  /** Passes on a stream of one's own; null: nothing for the time being. */
  setStream(stream: MediaStream | null): void {
    this.#relay.setSource(stream && { stream });
  }

  /**
   * Becomes a viewer, or finds a viewer another parent; resolves when a parent has been found.
   *
   * @throws {TributaryError}
   */
  join(): Promise<void> {
    this.#upstream ??= this.#createUpstream();
    return this.#upstream.join();
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

  /**
   * Looks for no other parent from now on; links stay as they are. A join that is under way rejects
   * with `reason`.
   */
  halt(reason: TributaryError): void {
    this.#upstream?.halt(reason);
  }

  /** Ends every link; a join that is under way rejects with `reason`. */
  close(reason: TributaryError): void {
    this.#upstream?.close(reason);
    this.#downstream.close();
    this.#relay.close();
  }

  #createUpstream(): Upstream {
    const upstream = new Upstream(this.#options);
    upstream.on("receivers", (receivers) => this.#relay.prepare(receivers));
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
