/**
 * One RTCPeerConnection: one edge of the tree. The child offers and only receives, the parent
 * answers and only sends. A link keeps candidates back in both directions until the other side can
 * use them, and says how it is doing. Knows nothing of the service, and not what it carries.
 * This module is browser compatible.
 */
import { preferCommonCodec, withCodecFirst } from "./codecs.ts";
import { Emitter } from "./emitter.ts";
import { negotiateExtension } from "./header_extensions.ts";
import { countReceived, countSent, type MediaCounts } from "./media_counts.ts";
import type { PictureOnLink } from "./relay/relay.ts";
import { withStartBitrate } from "./start_bitrate.ts";
import { type Answer, type Answering, answerStatus, StatusChannel } from "./status_channel.ts";

/** How a link is doing. */
export type LinkState =
  /** Not up yet. */
  | "connecting"
  | "connected"
  /** Nothing comes at the moment; it may recover. */
  | "interrupted"
  /** The other side has closed it. */
  | "ended"
  | "failed";

/** What a Link emits. */
export interface LinkEvents {
  /** Candidates for the other side; only after `releaseCandidates()`. */
  candidates: RTCIceCandidateInit[];
  /** The state, whenever it has changed. */
  statechanged: LinkState;
  /** Sound or picture has begun to come in. */
  track: MediaStreamTrack;
  /** The parent has said how it is. */
  answer: Answer;
  /** Somebody has looked at what comes in, at the child's end. */
  reports: RTCStatsReport;
}

/** One edge of the tree, seen from one of its two ends. */
export class Link extends Emitter<LinkEvents> {
  /**
   * What comes in over this link, at the child's end. A track over which nothing comes is not in it,
   * because players wait for every track; it is added when something does.
   */
  readonly stream = new MediaStream();
  readonly #connection: RTCPeerConnection;
  #state: LinkState = "connecting";
  #isClosed = false;
  #hasEnded = false;
  #channel: StatusChannel | null = null;
  /** What came before there was a remote description to add it to; null once there is. */
  #incoming: RTCIceCandidateInit[] | null = [];
  /** What was gathered before it may be sent; null once it may. */
  #outgoing: RTCIceCandidateInit[] | null = [];

  constructor(configuration: RTCConfiguration) {
    super();
    this.#connection = new RTCPeerConnection(configuration);
    this.#connection.onicecandidate = ({ candidate }) => {
      // The end of candidates is not for older clients: they take each for a candidate.
      if (candidate?.candidate && !this.#isClosed) this.#handleGathered(candidate.toJSON());
    };
    this.#connection.onconnectionstatechange = () => this.#update();
  }

  /** How the link is doing. */
  get state(): LinkState {
    return this.#state;
  }

  /** What comes in over this link, at the child's end; there from `offer()` on. */
  get receivers(): RTCRtpReceiver[] {
    return this.#connection.getReceivers();
  }

  /** Takes other ICE servers; before the offer or the answer is made. */
  configure(configuration: RTCConfiguration): void {
    this.#connection.setConfiguration(configuration);
  }

  /**
   * Makes the child's offer: it wants to receive sound and picture.
   *
   * @param prepare is given the transceivers before they are offered: Chromium takes transforms of
   * receivers only then
   */
  async offer(
    prepare: (transceivers: RTCRtpTransceiver[]) => void,
  ): Promise<RTCSessionDescriptionInit> {
    for (const kind of ["audio", "video"]) {
      const transceiver = this.#connection.addTransceiver(kind, { direction: "recvonly" });
      const { receiver } = transceiver;
      preferCommonCodec(transceiver);
      if (kind === "video") negotiateExtension(transceiver, "captureTimes", "recvonly");
      receiver.track.addEventListener("unmute", () => this.#handleMedia(receiver.track), {
        once: true,
      });
    }
    prepare(this.#connection.getTransceivers());
    this.#channel = new StatusChannel(this.#connection, (answer) => this.emit("answer", answer));
    const { type, sdp } = await this.#connection.createOffer();
    await this.#connection.setLocalDescription({ type, sdp });
    return { type, sdp };
  }

  /** Takes the parent's answer to the offer. */
  async acceptAnswer(answer: RTCSessionDescriptionInit): Promise<void> {
    await this.#connection.setRemoteDescription(answer);
    this.#handleDescribed();
  }

  /**
   * Makes the parent's answer to a child's offer.
   *
   * @param prepare puts into the transceivers what the child is to get
   * @param answering is what the child is told when it asks
   * @param picture what the child's picture is to be like
   */
  async answer(
    offer: RTCSessionDescriptionInit,
    prepare: (transceivers: RTCRtpTransceiver[]) => Promise<void>,
    answering: Answering,
    { codec, startBitrate }: PictureOnLink,
  ): Promise<RTCSessionDescriptionInit> {
    answerStatus(this.#connection, answering);
    const sdp = withCodecFirst(withStartBitrate(offer.sdp ?? "", startBitrate), codec);
    await this.#connection.setRemoteDescription({ type: offer.type, sdp });
    await prepare(this.#connection.getTransceivers());
    const answer = await this.#connection.createAnswer();
    await this.#connection.setLocalDescription({ type: answer.type, sdp: answer.sdp });
    this.#handleDescribed();
    return { type: answer.type, sdp: answer.sdp };
  }

  /** Takes candidates of the other side, at any time; what is none is ignored. */
  addCandidates(candidates: readonly unknown[]): void {
    for (const candidate of candidates) {
      if (typeof candidate !== "object" || candidate === null) continue;
      if (this.#incoming) this.#incoming.push(candidate);
      // One that does not fit belongs to an earlier link with the same peer.
      else this.#connection.addIceCandidate(candidate).catch(() => {});
    }
  }

  /** Lets candidates out: the other side has the offer or answer that they belong to. */
  releaseCandidates(): void {
    const candidates = this.#outgoing;
    this.#outgoing = null;
    if (candidates?.length) this.emit("candidates", candidates);
  }

  /** Asks the parent how it is; it answers with the event `answer`, unless it is an older one. */
  askForStatus(): void {
    this.#channel?.ask();
  }

  /** Tells the parent something that it has asked for. */
  tell(text: string): void {
    this.#channel?.tell(text);
  }

  /** Counts what has come in, at the child's end. */
  async received(): Promise<MediaCounts> {
    return countReceived(await this.look());
  }

  /** What the browser counts of what comes in, at the child's end; whoever listens gets it, too. */
  async look(): Promise<RTCStatsReport> {
    const reports = await this.reports();
    this.emit("reports", reports);
    return reports;
  }

  /** What the browser counts of this link; nothing when it is closed. */
  async reports(): Promise<RTCStatsReport> {
    // A link that is closed meanwhile has nothing more to count.
    return await this.#connection.getStats().catch(() => new Map()) as RTCStatsReport;
  }

  /** Counts what the tracks that are passed on have given, at the parent's end. */
  sent(): Promise<MediaCounts> {
    return countSent(this.#connection.getSenders());
  }

  /** Closes the link at once and silently; the other side notices. */
  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  #handleGathered(candidate: RTCIceCandidateInit): void {
    if (this.#outgoing) this.#outgoing.push(candidate);
    else this.emit("candidates", [candidate]);
  }

  #handleDescribed(): void {
    const candidates = this.#incoming ?? [];
    this.#incoming = null;
    this.addCandidates(candidates);
    // A peer that goes in an orderly way says so on the transport, seconds before ICE would notice.
    const transport = this.#connection.getTransceivers()[0]?.receiver.transport;
    transport?.addEventListener("statechange", () => {
      if (transport.state === "closed") this.#hasEnded = true;
      this.#update();
    });
  }

  #handleMedia(track: MediaStreamTrack): void {
    if (this.#isClosed) return;
    this.stream.addTrack(track);
    this.emit("track", track);
  }

  #update(): void {
    const state = this.#hasEnded ? "ended" : STATES[this.#connection.connectionState];
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    this.emit("statechanged", state);
  }
}

const STATES: Record<RTCPeerConnectionState, LinkState> = {
  new: "connecting",
  connecting: "connecting",
  connected: "connected",
  disconnected: "interrupted",
  failed: "failed",
  closed: "ended",
};
