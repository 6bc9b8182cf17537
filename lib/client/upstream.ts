/**
 * The link to a viewer's parent, and the search for another one when it goes. The new link is made
 * while the old one, if anything still comes over it, goes on: only when the new stream has a picture
 * is the old link closed. Knows nothing of children; the stream is handed out by events.
 * This module is browser compatible.
 */
import { Attachment } from "./attachment.ts";
import type { RelayMode } from "../protocol/mod.ts";
import { Emitter } from "./emitter.ts";
import type { IceServers } from "./ice_servers.ts";
import type { Flow } from "./link_status.ts";
import { hasPicture } from "./first_picture.ts";
import type { LatencyMeter } from "./latency/latency_meter.ts";
import type { LinkFigures } from "./links/figures.ts";
import { endsSearch, reconnectDelayMs } from "./reconnect_policy.ts";
import { replaceTracks } from "./replace_tracks.ts";
import type { SignallingClient } from "./signalling_client.ts";
import { SlowParents } from "./slow_parents.ts";
import { toTributaryError, TributaryError } from "./tributary_error.ts";

/** ICE reports an interruption after some 5 s of silence; radio links often recover soon after. */
const INTERRUPTED_GRACE_MS = 3_000;

/** Longer than ICE and DTLS need over a relayed path with lost packets; shorter than patience. */
const CONNECT_TIMEOUT_MS = 15_000;

/** The stream of a parent. */
export interface UpstreamMedia {
  /** The same one for all parents: its tracks are replaced. */
  stream: MediaStream;
  receivers: RTCRtpReceiver[];
}

/** What an Upstream emits. */
export interface UpstreamEvents {
  /** The transceivers of a new link, before they are offered. */
  offering: RTCRtpTransceiver[];
  /** A parent has been found: the service has passed its answer on. */
  joined: string;
  /** The stream of a new parent has come. */
  media: UpstreamMedia;
  /** The parent is gone, another one is being found. */
  reconnecting: void;
  /** No other parent can be found, for good. */
  failed: TributaryError;
  /** The parent wants to know how this link does, and those below (LINKS-1). */
  askedforfigures: LinkFigures;
}

/** What an Upstream needs from outside. */
export interface UpstreamOptions {
  signalling: SignallingClient;
  iceServers: IceServers;
  name: string;
  peerName: string | undefined;
  /** Resolves when what is to pass on what comes in is ready, and it is known how it does so. */
  relayReady: () => Promise<void>;
  relayMode: () => RelayMode | null;
}

/** Watches one broadcast. */
export class Upstream extends Emitter<UpstreamEvents> {
  readonly #options: UpstreamOptions;
  readonly #stream = new MediaStream();
  /** The attachment whose stream is shown. */
  #shown: Attachment | null = null;
  /** The attachment that is being made; its stream has not come. */
  #next: Attachment | null = null;
  #isJoining = false;
  /** The latest join; what an earlier one still comes to counts no more. */
  #attempt = Symbol();
  /** The parent that has just answered is gone before its answer was taken in. */
  #isOutdated = false;
  /** The parent from which nothing comes any more, to be told to the service. */
  #lost: string | undefined;
  readonly #slowParents = new SlowParents();
  /** Tries since a stream last came. */
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the service last turned out to have forgotten this session. */
  #forgottenAt = -Infinity;
  /** Rejects when closed: what waits for a closed RTCPeerConnection waits for ever. */
  readonly #closing = Promise.withResolvers<never>();
  #isClosed = false;
  /** Why no parent is looked for; null while one may be. */
  #halted: TributaryError | null = null;

  constructor(options: UpstreamOptions) {
    super();
    this.#options = options;
    this.#closing.promise.catch(() => {});
  }

  /** Measures how old the stream is that is shown; null while none is. */
  get latency(): LatencyMeter | null {
    return this.#shown?.latency ?? null;
  }

  /** The id of the parent whose stream is shown; null while none is. */
  get parent(): string | null {
    return this.#shown?.peer ?? null;
  }

  /** How the link does whose stream is shown; null while none is. */
  get figures(): LinkFigures | null {
    return this.#shown?.figures ?? null;
  }

  /** Tells the parent something that it has asked for. */
  tell(text: string): void {
    this.#shown?.link.tell(text);
  }

  /** What the browser counts of the link whose stream is shown; null while none is. */
  async reports(): Promise<RTCStatsReport | null> {
    return await this.#shown?.link.look() ?? null;
  }

  /** Says what there is to pass on. */
  async flow(): Promise<Flow> {
    const shown = await this.#shown?.watch.flow() ?? "stalled";
    // Before its first stream, a parent may still say that there is none to be had.
    return shown === "stalled" ? await this.#next?.watch.flow() ?? shown : shown;
  }

  /**
   * Joins once, and resolves when a parent has answered; its stream comes later. Also mends what
   * `halt` did.
   *
   * @throws {TributaryError}
   */
  async join(): Promise<void> {
    if (!this.#isClosed) this.#halted = null;
    const attempt = this.#attempt = Symbol();
    const isLatest = () => attempt === this.#attempt;
    this.#isJoining = true;
    this.#isOutdated = false;
    this.#replaceNext(null);
    try {
      await Promise.race([this.#attach(attempt), this.#closing.promise]);
    } catch (error) {
      if (isLatest()) this.#replaceNext(null);
      throw toTributaryError(error);
    } finally {
      if (isLatest()) {
        this.#isJoining = false;
        if (this.#isOutdated) this.reattach();
      }
    }
  }

  /**
   * Finds another parent, and does not rest before it has one. While a join waits for its answer
   * there is nothing to do: the service answers it with a parent that is there.
   */
  reattach(): void {
    if (this.#isJoining) this.#isOutdated = typeof this.#next?.peer === "string";
    if (this.#halted || this.#isJoining) return;
    this.#isJoining = true;
    this.emit("reconnecting", undefined);
    this.#schedule(() => this.#tryAgain(), reconnectDelayMs(this.#tries++, Math.random()));
  }

  /**
   * Goes by what the service says after the socket was lost: under another parent than that, or
   * under none, it joins again. A join that is under way is asked again as it is.
   *
   * @param parent whom the service takes for the parent; null: nobody
   * @param resumed whether the service still knew the session
   */
  handleWelcome(parent: string | null, resumed: boolean): void {
    if (!resumed) this.#forgottenAt = performance.now();
    const newest = this.#next ?? this.#shown;
    if (!this.#isJoining && (parent === null || newest?.peer !== parent)) this.reattach();
  }

  /**
   * Looks for no other parent from now on; what comes in goes on coming. A join that is under way
   * rejects with `reason`.
   */
  halt(reason: TributaryError): void {
    this.#halted = reason;
    clearTimeout(this.#timer);
  }

  /** Takes no more candidates from a former parent, which has become something else. */
  forget(peer: string): void {
    for (const attachment of [this.#next, this.#shown]) {
      if (attachment?.peer === peer) attachment.peer = null;
    }
  }

  /** Takes the candidates of a parent; false if `peer` is none. */
  handleCandidates(peer: string, candidates: readonly unknown[]): boolean {
    const from = [this.#next, this.#shown].find((attachment) => attachment?.peer === peer);
    from?.link.addCandidates(candidates);
    return from !== undefined;
  }

  /** Ends the link and any search for another one; a join that is under way rejects with `reason`. */
  close(reason: TributaryError): void {
    this.halt(reason);
    this.#isClosed = true;
    this.#closing.reject(reason);
    this.#replaceNext(null);
    this.#shown?.close();
    this.#shown = null;
  }

  async #attach(attempt: symbol): Promise<void> {
    const goOn = () => {
      if (this.#halted) throw this.#halted;
      if (attempt !== this.#attempt) throw new TributaryError("cancelled");
    };
    const { signalling, iceServers, name, peerName, relayReady, relayMode } = this.#options;
    const [configuration] = await Promise.all([iceServers.fresh(), relayReady()]);
    goOn();
    const next = new Attachment(configuration);
    this.#replaceNext(next);
    const offer = await next.link.offer((transceivers) => this.emit("offering", transceivers));
    goOn();
    const { peer, answer } = await signalling.request({
      command: "JOIN_BROADCAST",
      name,
      peerName,
      offer: { ...offer },
      lost: this.#lost,
      relay: relayMode() ?? undefined,
    });
    goOn();
    // It has been told once; what it gave instead is judged anew.
    this.#lost = undefined;
    next.peer = peer;
    this.emit("joined", peer);
    this.#follow(next);
    try {
      await next.link.acceptAnswer(answer as unknown as RTCSessionDescriptionInit);
      next.link.releaseCandidates();
    } catch {
      // A parent whose answer makes no sense is none; the place below it is given up for another.
      if (attempt === this.#attempt) this.#isOutdated = true;
    }
  }

  async #tryAgain(): Promise<void> {
    const joined = this.join();
    const attempt = this.#attempt;
    try {
      await joined;
    } catch (thrown) {
      const error = toTributaryError(thrown);
      if (this.#halted || attempt !== this.#attempt) return;
      const isFinal = endsSearch(error.code, performance.now() - this.#forgottenAt);
      if (isFinal) this.emit("failed", error);
      else this.reattach();
    }
  }

  /** The newest link decides: while another one is being made, the old one may do as it likes. */
  #follow(next: Attachment): void {
    const { link, watch } = next;
    const reattach = () => {
      if (link.state !== "connected") this.#lose(next);
    };
    this.#schedule(reattach, CONNECT_TIMEOUT_MS);
    link.on("candidates", (candidates) => {
      if (next.peer === null) return;
      this.#options.signalling.send({ command: "ICE_CANDIDATES", peer: next.peer, candidates });
    });
    link.on("statechanged", (state) => {
      if (!this.#isNewest(next) || this.#isJoining) return;
      if (state === "interrupted") this.#schedule(reattach, INTERRUPTED_GRACE_MS);
      else if (state === "ended" || state === "failed") reattach();
      else clearTimeout(this.#timer);
    });
    link.on("answer", ({ wantsFigures }) => {
      if (wantsFigures && next === this.#shown) this.emit("askedforfigures", next.figures);
    });
    watch.on("lost", () => this.#lose(next));
    watch.on("slow", () => {
      if (!this.#isNewest(next) || this.#isJoining) return;
      if (this.#slowParents.mayLeave(performance.now())) this.#lose(next);
    });
    link.on("track", (track) => {
      if (next === this.#shown) this.#stream.addTrack(track);
      else if (link.stream.getTracks().length === 1) this.#showWhenReady(next);
    });
  }

  #isNewest(attachment: Attachment): boolean {
    return attachment === (this.#next ?? this.#shown);
  }

  /** Finds another parent in the place of one from which nothing comes any more. */
  #lose(attachment: Attachment): void {
    if (!this.#isNewest(attachment) || this.#isJoining) return;
    this.#lost = attachment.peer ?? undefined;
    this.reattach();
  }

  async #showWhenReady(attachment: Attachment): Promise<void> {
    const isNext = () => attachment === this.#next;
    await hasPicture(attachment.link, this.#shown?.link ?? null, isNext);
    if (!isNext()) return;
    const former = this.#shown;
    this.#shown = attachment;
    this.#next = null;
    this.#tries = 0;
    const { stream, receivers } = attachment.link;
    replaceTracks(this.#stream, stream.getTracks(), receivers.map(({ track }) => track));
    this.emit("media", { stream: this.#stream, receivers });
    former?.close();
  }

  #replaceNext(next: Attachment | null): void {
    this.#next?.close();
    this.#next = next;
  }

  #schedule(action: () => void, delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, delayMs);
  }
}
