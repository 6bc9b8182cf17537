/**
 * The relay that any browser can be: it hands the decoded tracks to its children's senders, which
 * encode them again for each child. Costs processor time and a little quality at every step.
 * This module is browser compatible.
 */
import { COMMON_CODECS } from "../codecs.ts";
import { bitrateFor, type Encoding, startBitrateFor } from "../quality.ts";
import { directToChild } from "./child_transceivers.ts";
import { Encoders } from "./encoders.ts";
import type { Pace, PassedFrame, PictureOnLink, Relay, RelaySource } from "./relay.ts";

/** How often the size of a picture is looked at that has no encoding of its own. It changes rarely. */
const LOOK_MS = 1_000;

/** Passes decoded tracks on; each child's sender encodes them again. */
export class ReEncodingRelay implements Relay {
  #tracks: readonly MediaStreamTrack[] = [];
  /** What the source asks for; null leaves it to the size of the picture. */
  #wanted: Encoding | null = null;
  readonly #encoders = new Encoders({ maxBitrate: bitrateFor({}) });
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #senders = new Map<string, Map<string, RTCRtpSender>>();
  readonly #group = new MediaStream();
  /** Browsers decode received sound only for someone who listens, and the page may not. */
  #listener: HTMLAudioElement | null = null;

  /** In the codec that everybody below can pass on. */
  picture(): Promise<PictureOnLink> {
    const startBitrate = startBitrateFor(this.#encoders.encoding);
    return Promise.resolve({ codec: COMMON_CODECS.video, startBitrate });
  }

  /** Does nothing: decoded tracks can be taken at any time. */
  prepare(): void {}

  /** Puts the tracks of another source into every child's senders. */
  setSource(source: RelaySource | null): void {
    this.#tracks = !source
      ? []
      : "stream" in source
      ? source.stream.getTracks()
      : source.receivers.map(({ track }) => track);
    this.#wanted = source && "stream" in source ? source.encoding : null;
    this.#updateEncoding();
    this.#listen(source && "receivers" in source ? this.#tracks : []);
    for (const senders of this.#senders.values()) {
      // A link that closes meanwhile needs no track any more.
      for (const [kind, sender] of senders) this.#fill(kind, sender).catch(() => {});
    }
  }

  /** Makes one sender for sound and one for picture; what else was offered stays unused. */
  async addChild(peer: string, transceivers: readonly RTCRtpTransceiver[]): Promise<void> {
    const sending = directToChild(transceivers, this.#group);
    const senders = new Map(sending.map(({ receiver, sender }) => [receiver.track.kind, sender]));
    this.#senders.set(peer, senders);
    this.#timer ??= setInterval(() => this.#updateEncoding(), LOOK_MS);
    this.#updateEncoding();
    const picture = senders.get("video");
    await Promise.all([
      picture && this.#encoders.add(picture),
      ...[...senders].map(([kind, sender]) => this.#fill(kind, sender)),
    ]);
  }

  /** Says that all is well: encoders make the picture fit the link. */
  pace(): Pace {
    return "well";
  }

  /** Says that frames do not come through as they are. */
  passed(): Promise<readonly PassedFrame[] | null> {
    return Promise.resolve(null);
  }

  /** Forgets a child's senders. */
  removeChild(peer: string): void {
    const picture = this.#senders.get(peer)?.get("video");
    if (picture) this.#encoders.remove(picture);
    this.#senders.delete(peer);
    if (this.#senders.size === 0) this.#stopLooking();
  }

  /** Forgets every track and sender. */
  close(): void {
    for (const peer of [...this.#senders.keys()]) this.removeChild(peer);
    this.#tracks = [];
    this.#listen([]);
  }

  /** A picture that is decoded and encoded again is worth no more than its size is. */
  #updateEncoding(): void {
    const picture = this.#tracks.find((track) => track.kind === "video");
    if (!this.#wanted && !picture) return;
    const encoding = this.#wanted ?? { maxBitrate: bitrateFor(picture!.getSettings()) };
    const { maxBitrate, maxFramerate } = this.#encoders.encoding;
    if (encoding.maxBitrate === maxBitrate && encoding.maxFramerate === maxFramerate) return;
    this.#encoders.set(encoding);
  }

  #stopLooking(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #listen(tracks: readonly MediaStreamTrack[]): void {
    const audioTracks = tracks.filter((track) => track.kind === "audio");
    if (this.#listener) this.#listener.srcObject = null;
    this.#listener = null;
    if (audioTracks.length === 0) return;
    this.#listener = new Audio();
    this.#listener.muted = true;
    this.#listener.srcObject = new MediaStream(audioTracks);
    // Muted playing is never refused; it is interrupted only by the next source.
    this.#listener.play().catch(() => {});
  }

  #fill(kind: string, sender: RTCRtpSender): Promise<void> {
    return sender.replaceTrack(this.#tracks.find((track) => track.kind === kind) ?? null);
  }
}
