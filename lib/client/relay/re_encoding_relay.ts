/**
 * The relay that any browser can be: it hands the decoded tracks to its children's senders, which
 * encode them again for each child. Costs processor time and a little quality at every step.
 * This module is browser compatible.
 */
import { directToChild } from "./child_transceivers.ts";
import type { PassedFrame, Relay, RelaySource } from "./relay.ts";

/** Passes decoded tracks on; each child's sender encodes them again. */
export class ReEncodingRelay implements Relay {
  #tracks: readonly MediaStreamTrack[] = [];
  readonly #senders = new Map<string, Map<string, RTCRtpSender>>();
  readonly #group = new MediaStream();
  /** Browsers decode received sound only for someone who listens, and the page may not. */
  #listener: HTMLAudioElement | null = null;

  /** Does nothing: decoded tracks can be taken at any time. */
  prepare(): void {}

  /** Puts the tracks of another source into every child's senders. */
  setSource(source: RelaySource | null): void {
    this.#tracks = !source
      ? []
      : "stream" in source
      ? source.stream.getTracks()
      : source.receivers.map(({ track }) => track);
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
    await Promise.all([...senders].map(([kind, sender]) => this.#fill(kind, sender)));
  }

  /** Returns false: encoders make the picture fit the link. */
  isSlow(): boolean {
    return false;
  }

  /** Says that frames do not come through as they are. */
  passed(): Promise<readonly PassedFrame[] | null> {
    return Promise.resolve(null);
  }

  /** Forgets a child's senders. */
  removeChild(peer: string): void {
    this.#senders.delete(peer);
  }

  /** Forgets every track and sender. */
  close(): void {
    this.#tracks = [];
    this.#senders.clear();
    this.#listen([]);
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
