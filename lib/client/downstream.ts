/**
 * The links to a peer's children: answers those whom the service sends, hands them to the relay and
 * clears away those that are gone. Knows nothing of where the stream comes from.
 * This module is browser compatible.
 */
import type { ClientMessage, ServerMessageOf } from "../protocol/mod.ts";
import type { IceServers } from "./ice_servers.ts";
import { ChildTeller, type OwnLatency } from "./latency/child_teller.ts";
import { Link, type LinkState } from "./link.ts";
import type { Flow } from "./link_status.ts";
import type { FiguresOnDemand } from "./links/figures_on_demand.ts";
import type { MediaCounts } from "./media_counts.ts";
import type { Relay } from "./relay/relay.ts";

/**
 * A child that has not connected after this will not: the service or the child itself has found it
 * another parent long before.
 */
const CONNECT_TIMEOUT_MS = 30_000;

/** What a Downstream needs from outside. */
export interface DownstreamOptions {
  /** What feeds the children; asked for each child. */
  relay: () => Relay;
  iceServers: IceServers;
  send: (message: ClientMessage) => void;
  /** Says what there is to pass on. */
  flow: () => Promise<Flow>;
  /** What is known of one's own stream and time. */
  latency: () => OwnLatency;
  /** Takes in what the children tell of the links below. */
  figures: FiguresOnDemand;
  /** Is called when the last child has gone. */
  onEmpty: () => void;
}

type Timer = ReturnType<typeof setTimeout>;

interface Child {
  link: Link;
  timer: Timer;
  /** The offer as it came, to recognise it when it comes again. */
  offer: string;
  /** The answer to it; null while it is being made. */
  answer: ClientMessage | null;
}

/** Carries the children of one peer. */
export class Downstream {
  readonly #options: DownstreamOptions;
  readonly #children = new Map<string, Child>();

  constructor(options: DownstreamOptions) {
    this.#options = options;
  }

  /** The number of children. */
  get size(): number {
    return this.#children.size;
  }

  /**
   * Takes a child, in the place of an earlier link to the same peer. An offer that comes again,
   * because the service cannot know whether it was answered, is answered as before (RESUME-8).
   */
  async handleRelayBroadcast({ peer, offer }: ServerMessageOf<"RELAY_BROADCAST">): Promise<void> {
    const { iceServers, send, flow, latency, figures } = this.#options;
    const relay = this.#options.relay();
    const text = JSON.stringify(offer);
    const known = this.#children.get(peer);
    if (known?.offer === text) {
      if (known.answer) send(known.answer);
      return;
    }
    this.remove(peer);
    let link: Link | undefined;
    const isCurrent = () => link !== undefined && this.#children.get(peer)?.link === link;
    try {
      link = new Link(iceServers.latest);
      // Before anything is awaited: its candidates may already be on their way.
      const child: Child = { link, timer: this.#watch(peer, link), offer: text, answer: null };
      this.#children.set(peer, child);
      link.configure(await iceServers.fresh());
      const picture = await relay.picture();
      if (!isCurrent()) return;
      const teller = new ChildTeller({ link, own: latency, passed: () => relay.passed(peer) });
      const answer = await link.answer(
        offer as unknown as RTCSessionDescriptionInit,
        (transceivers) => relay.addChild(peer, transceivers),
        {
          flow,
          pace: () => relay.pace(peer),
          tell: (inFull) => teller.tell(inFull),
          wantsFigures: () => figures.isWanted,
          onTold: (data) => {
            if (isCurrent()) figures.handleMessage(peer, data);
          },
        },
        picture,
      );
      if (!isCurrent()) return;
      child.answer = { command: "RELAY_BROADCAST_RECEIVED", peer, answer: { ...answer } };
      send(child.answer);
      link.releaseCandidates();
    } catch {
      // An offer that cannot be answered, or no connection to be had: the service gives the child to
      // another parent.
      if (isCurrent()) this.remove(peer);
    }
  }

  /** Takes the candidates of a child; false if `peer` is none. */
  handleCandidates(peer: string, candidates: readonly unknown[]): boolean {
    const child = this.#children.get(peer);
    child?.link.addCandidates(candidates);
    return child !== undefined;
  }

  /** Counts what the source has given, over all links: any of them may not be up yet. */
  async sent(): Promise<MediaCounts> {
    const counts = await Promise.all([...this.#children.values()].map(({ link }) => link.sent()));
    return {
      frames: counts.reduce((sum, { frames }) => sum + frames, 0),
      sounds: counts.reduce((sum, { sounds }) => sum + sounds, 0),
    };
  }

  /** What browsers count of the links to all children, one by one. */
  async reports(): Promise<RTCStatsReport[]> {
    return await Promise.all([...this.#children.values()].map(({ link }) => link.reports()));
  }

  /** Ends the link to a child, if there is one. */
  remove(peer: string): void {
    const child = this.#children.get(peer);
    if (!child) return;
    this.#children.delete(peer);
    clearTimeout(child.timer);
    this.#options.relay().removeChild(peer);
    this.#options.figures.forget(peer);
    child.link.close();
    if (this.size === 0) this.#options.onEmpty();
  }

  /** Ends the links to all children but these. */
  keep(peers: readonly string[]): void {
    for (const peer of [...this.#children.keys()]) {
      if (!peers.includes(peer)) this.remove(peer);
    }
  }

  /** Ends the links to all children. */
  close(): void {
    this.keep([]);
  }

  /** Returns the timer after which a child that has not connected is given up. */
  #watch(peer: string, link: Link): Timer {
    const isGone = (state: LinkState) => state === "failed" || state === "ended";
    const removeIt = () => {
      if (this.#children.get(peer)?.link === link) this.remove(peer);
    };
    const timer = setTimeout(removeIt, CONNECT_TIMEOUT_MS);
    link.on("candidates", (candidates) => {
      this.#options.send({ command: "ICE_CANDIDATES", peer, candidates });
    });
    link.on("statechanged", (state) => {
      clearTimeout(timer);
      if (isGone(state)) removeIt();
    });
    return timer;
  }
}
