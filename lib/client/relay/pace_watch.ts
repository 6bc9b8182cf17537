/**
 * Watches whether one child's link takes the picture that it is sent, by what the sender counts; if
 * not, the lane skips to a key frame. This module is browser compatible.
 */
import { reportsOf } from "../reports_of.ts";
import { ChildPace, type SentSample } from "./child_pace.ts";
import type { Pace } from "./relay.ts";
import type { RelayWorker } from "./relay_worker.ts";

/** Twice a second: a link that is too slow is noticed before two seconds of pictures wait. */
const INTERVAL_MS = 500;

/** See the module's paragraph. */
export class PaceWatch {
  readonly #worker: RelayWorker;
  readonly #sender: RTCRtpSender;
  readonly #lane: string;
  readonly #pace = new ChildPace(performance.now());
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param lane the id of the picture's lane, which puts frames into this sender's */
  constructor(worker: RelayWorker, sender: RTCRtpSender, lane: string) {
    this.#worker = worker;
    this.#sender = sender;
    this.#lane = lane;
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  /** How the child does. */
  get pace(): Pace {
    return this.#pace.pace;
  }

  /** Ends the watch. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const [tallies, reports] = await Promise.all([
      this.#worker.tally([this.#lane]),
      reportsOf(this.#sender),
    ]);
    const { backlog = 0, isResting = false } = tallies[this.#lane] ?? {};
    const sample = toSample(reports, backlog, isResting);
    if (!sample || !this.#pace.note(sample)) return;
    this.#worker.send({ type: "skip", lanes: [this.#lane] });
  }
}

/** Reads what a sender counts; null while nothing has been sent. */
// deno-lint-ignore no-explicit-any -- the types of the statistics lack what is read here
function toSample(reports: any[], backlog: number, isResting: boolean): SentSample | null {
  const sent = reports.find(({ type }) => type === "outbound-rtp");
  if (!sent) return null;
  const got = reports.find(({ type }) => type === "remote-inbound-rtp");
  const pair = reports.find(({ type, nominated }) => type === "candidate-pair" && nominated);
  return {
    atMs: performance.now(),
    packets: sent.packetsSent ?? 0,
    bytes: sent.bytesSent ?? 0,
    sendDelayMs: 1_000 * (sent.totalPacketSendDelay ?? 0),
    loss: got?.fractionLost ?? null,
    availableBps: pair?.availableOutgoingBitrate ?? null,
    backlog,
    isResting,
  };
}
