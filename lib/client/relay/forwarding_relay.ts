/**
 * The relay that passes encoded frames on as they are: nothing is encoded again, so the picture is the
 * same at every depth, and a child costs next to nothing. The frames themselves pass through a worker;
 * this is the page's end, which puts taps on receivers and lanes under senders. A change of source is
 * a word to the worker: children keep their links and lanes. This module is browser compatible.
 */
import { bitrateFor, QUALITY_LIMITS } from "../quality.ts";
import { reportsOf } from "../reports_of.ts";
import { COMMON_CODECS } from "../codecs.ts";
import { negotiateExtension } from "../header_extensions.ts";
import { directToChild } from "./child_transceivers.ts";
import { PaceWatch } from "./pace_watch.ts";
import { lookAt, type PictureLook } from "./picture_look.ts";
import type { Pace, PassedFrame, PictureOnLink, Relay, RelaySource } from "./relay.ts";
import type { RelayWorker } from "./relay_worker.ts";
import type { MediaKind } from "./worker_messages.ts";

/**
 * Lets a sender's estimate of its link grow beyond what its tiny carriers ask for, in bit/s: to what a
 * broadcaster may send at most, and a third more for what is sent twice, sound, and catching up.
 */
const MAX_BITRATE = QUALITY_LIMITS.maxBitrate.max * 4 / 3;

/**
 * What links begin with at least, in bit/s. Senders spread a frame over time by what they believe their
 * link to carry, and every relay waits for all of it: with what 360p takes on the average, a key frame
 * in the first seconds was 0.3 s late after six links, with this it is hardly seen.
 */
const START_BITRATE = 4_000_000;

/** How often it is looked how the picture is to be shown, in ms: phones are turned. */
const LOOK_INTERVAL_MS = 1_000;

/** One kind of media on its way to one child. */
interface LaneEnd {
  id: string;
  kind: MediaKind;
  sender: RTCRtpSender;
}

/** Passes encoded frames on, through the page's worker. */
export class ForwardingRelay implements Relay {
  readonly #worker: RelayWorker;
  readonly #taps = new WeakMap<RTCRtpReceiver, string>();
  #source: readonly RTCRtpReceiver[] = [];
  readonly #lanes = new Map<string, LaneEnd[]>();
  readonly #group = new MediaStream();
  readonly #paces = new Map<string, PaceWatch>();
  #look: PictureLook | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(worker: RelayWorker) {
    this.#worker = worker;
  }

  /**
   * As it comes in: it can be passed on in that codec only, and waits where the link is not as wide
   * yet.
   */
  async picture(): Promise<PictureOnLink> {
    const receiver = this.#picture;
    const startBitrate = Math.max(bitrateFor(receiver?.track.getSettings() ?? {}), START_BITRATE);
    return { codec: await codecOf(receiver) ?? COMMON_CODECS.video, startBitrate };
  }

  /** Puts taps on receivers, before anything has come in over them. */
  prepare(transceivers: readonly RTCRtpTransceiver[]): void {
    for (const transceiver of transceivers) {
      const { receiver } = transceiver;
      if (this.#taps.has(receiver)) continue;
      const id = this.#worker.newId();
      negotiateExtension(transceiver, "frameNumbers", "sendrecv");
      this.#taps.set(receiver, id);
      this.#worker.tap(receiver, id);
    }
  }

  /** Feeds all lanes from other receivers. */
  setSource(source: RelaySource | null): void {
    if (source && "stream" in source) throw new TypeError("Only what comes in can be forwarded");
    this.#source = source?.receivers ?? [];
    this.#worker.setReceivers(this.#source);
    this.#feed([...this.#lanes.values()].flat());
    void this.#learnLook();
    void this.#checkCodec();
  }

  /** Makes a lane for sound and one for picture; what else was offered stays unused. */
  async addChild(peer: string, transceivers: readonly RTCRtpTransceiver[]): Promise<void> {
    const lanes: LaneEnd[] = [];
    const ready: Promise<unknown>[] = [];
    for (const transceiver of directToChild(transceivers, this.#group)) {
      const { sender, receiver } = transceiver;
      const kind = receiver.track.kind as MediaKind;
      const id = this.#worker.newId();
      lanes.push({ id, kind, sender });
      ready.push(sender.replaceTrack(this.#worker.lane(sender, id, kind)));
      ready.push(widen(sender));
    }
    this.#lanes.set(peer, lanes);
    const picture = lanes.find(({ kind }) => kind === "video");
    if (picture) this.#paces.set(peer, new PaceWatch(this.#worker, picture.sender, picture.id));
    this.#feed(lanes);
    this.#tellLook(lanes);
    this.#timer ??= setInterval(() => this.#learnLook(), LOOK_INTERVAL_MS);
    await Promise.all(ready);
  }

  /** Says whether a child's link takes what it is sent. */
  pace(peer: string): Pace {
    return this.#paces.get(peer)?.pace ?? "well";
  }

  /** The frames that a child was sent of late. */
  async passed(peer: string): Promise<readonly PassedFrame[] | null> {
    const lane = this.#lanes.get(peer)?.find(({ kind }) => kind === "video");
    return lane ? await this.#worker.passed(lane.id) : [];
  }

  /** Forgets a child's lanes. */
  removeChild(peer: string): void {
    const lanes = this.#lanes.get(peer);
    if (!lanes) return;
    this.#lanes.delete(peer);
    this.#paces.get(peer)?.stop();
    this.#paces.delete(peer);
    this.#worker.end(lanes.map(({ id }) => id));
    if (this.#lanes.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Forgets every child, and the source. */
  close(): void {
    for (const peer of [...this.#lanes.keys()]) this.removeChild(peer);
    this.#source = [];
  }

  #feed(lanes: readonly LaneEnd[]): void {
    for (const { id, kind } of lanes) {
      const receiver = this.#source.find(({ track }) => track.kind === kind);
      const tap = receiver && this.#taps.get(receiver);
      this.#worker.send({ type: "source", lanes: [id], tap: tap ?? null });
    }
  }

  /**
   * Sends nothing more to children whose lanes are for another codec than that of a new source: they
   * join again when they notice.
   */
  async #checkCodec(): Promise<void> {
    const receiver = this.#picture;
    const codec = await codecOf(receiver);
    if (codec === null || receiver !== this.#picture) return;
    for (const { id, kind, sender } of [...this.#lanes.values()].flat()) {
      if (kind !== "video") continue;
      const sent = await codecOf(sender);
      if (sent === null || sent === codec) continue;
      this.#worker.send({ type: "source", lanes: [id], tap: null });
    }
  }

  #tellLook(lanes: readonly LaneEnd[]): void {
    if (!this.#look) return;
    const ids = lanes.filter(({ kind }) => kind === "video").map(({ id }) => id);
    this.#worker.send({ type: "look", lanes: ids, look: this.#look });
  }

  /** Finds out how the picture is to be shown. */
  async #learnLook(): Promise<void> {
    const receiver = this.#picture;
    if (!receiver) return;
    const look = await lookAt(receiver.track);
    if (!look || receiver !== this.#picture) return;
    if (JSON.stringify(look) === JSON.stringify(this.#look)) return;
    this.#look = look;
    this.#tellLook([...this.#lanes.values()].flat());
  }

  get #picture(): RTCRtpReceiver | undefined {
    return this.#source.find(({ track }) => track.kind === "video");
  }
}

/** Reads the MIME type of what comes in or goes out; null while nothing does. */
async function codecOf(
  end: RTCRtpReceiver | RTCRtpSender | undefined,
): Promise<string | null> {
  const reports = end ? await reportsOf(end) : [];
  const stream = reports.find(({ type }) => type === "inbound-rtp" || type === "outbound-rtp");
  return reports.find(({ id }) => id === stream?.codecId)?.mimeType ?? null;
}

async function widen(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  const encodings = parameters.encodings?.length ? parameters.encodings : [{}];
  for (const encoding of encodings) encoding.maxBitrate = MAX_BITRATE;
  // Some browsers want this only after negotiation; it only helps.
  await sender.setParameters({ ...parameters, encodings }).catch(() => {});
}
