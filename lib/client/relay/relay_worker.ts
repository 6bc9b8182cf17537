/**
 * Starts the worker that frames pass through, one for a page. Where it cannot be had (a browser
 * without encoded transforms, a page that allows no workers of this kind) there is none, and a relay
 * has to do without. This module is browser compatible.
 */
import type { CarrierSource } from "./carrier_source.ts";
import { GeneratedCarriers } from "./generated_carriers.ts";
import { PageCarriers } from "./page_carriers.ts";
import type { PassedFrame } from "./relay.ts";
import { WORKER_CODE } from "./worker_code.ts";
import type { FromWorker, LaneReport, ToWorker, TransformOptions } from "./worker_messages.ts";

/** A worker that does not answer by then, in ms, is not waited for. */
const START_TIMEOUT_MS = 2_000;

/** Transforms of encoded frames, which not all libraries know. */
interface ScriptTransformConstructor {
  new (worker: Worker, options: TransformOptions, transfer?: Transferable[]): unknown;
}

/** Of what the worker says, what it was asked for. */
type Answer = Extract<FromWorker, { request: number }>;

const browser = globalThis as unknown as { RTCRtpScriptTransform?: ScriptTransformConstructor };

/** The page's worker; see the module's paragraph. */
export class RelayWorker {
  static #instance: Promise<RelayWorker | null> | null = null;

  readonly #worker: Worker;
  readonly #carriers: CarrierSource;
  /** What waits for an answer, by the number of the request. */
  readonly #requests = new Map<number, (answer: Answer) => void>();
  readonly #senders = new Map<string, RTCRtpSender>();
  #ids = 0;

  /** Returns the page's worker; null where there can be none. */
  static get(): Promise<RelayWorker | null> {
    return RelayWorker.#instance ??= RelayWorker.#start();
  }

  static async #start(): Promise<RelayWorker | null> {
    const carriers = findCarrierSource();
    if (!browser.RTCRtpScriptTransform || !carriers) return null;
    const url = URL.createObjectURL(new Blob([WORKER_CODE], { type: "text/javascript" }));
    try {
      const worker = new Worker(url);
      const isReady = await new Promise<boolean>((resolve) => {
        worker.onmessage = () => resolve(true);
        worker.onerror = () => resolve(false);
        setTimeout(() => resolve(false), START_TIMEOUT_MS);
      });
      if (isReady) return new RelayWorker(worker, carriers);
      worker.terminate();
    } catch {
      // The page does not allow it.
    } finally {
      URL.revokeObjectURL(url);
    }
    return null;
  }

  private constructor(worker: Worker, carriers: CarrierSource) {
    this.#worker = worker;
    this.#carriers = carriers;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "make") return carriers.make(data.lane);
      if (data.type === "pause") return carriers.pause(data.lane);
      if (data.type === "makeKey") return void makeKey(this.#senders.get(data.lane));
      if (!("request" in data)) return;
      this.#requests.get(data.request)?.(data);
      this.#requests.delete(data.request);
    };
  }

  /** Makes an id for a tap or a lane. */
  newId(): string {
    return String(++this.#ids);
  }

  /** Lets the frames of a receiver pass through the worker; before the first has come. */
  tap(receiver: RTCRtpReceiver, id: string): void {
    const kind = receiver.track.kind as "audio" | "video";
    setTransform(receiver, this.#transform({ role: "tap", id, kind }));
  }

  /** Makes a lane of a sender; returns the track that its carriers come from, if there is one yet. */
  lane(sender: RTCRtpSender, id: string, kind: "audio" | "video"): MediaStreamTrack | null {
    const { track, carriers } = this.#carriers.open({ id, kind, sender });
    this.#senders.set(id, sender);
    const transfer = carriers ? [carriers] : [];
    setTransform(sender, this.#transform({ role: "lane", id, kind, carriers }, transfer));
    return track;
  }

  /** Takes in what the page gets now. */
  setReceivers(receivers: readonly RTCRtpReceiver[]): void {
    this.#carriers.setReceivers(receivers);
  }

  /** Forgets lanes, and ends the tracks that were made for them. */
  end(lanes: string[]): void {
    this.send({ type: "end", lanes });
    for (const id of lanes) {
      this.#senders.delete(id);
      this.#carriers.end(id);
    }
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Asks what some lanes have done so far. */
  async tally(lanes: string[]): Promise<Record<string, LaneReport>> {
    return (await this.#ask<"tally">((request) => ({ type: "tally", request, lanes }))).lanes;
  }

  /** Asks which frames a lane has sent of late. */
  async passed(lane: string): Promise<PassedFrame[]> {
    return (await this.#ask<"passed">((request) => ({ type: "passed", request, lane }))).frames;
  }

  #ask<Type extends Answer["type"]>(
    message: (request: number) => ToWorker,
  ): Promise<Extract<Answer, { type: Type }>> {
    return new Promise((resolve) => {
      const request = ++this.#ids;
      // The worker answers in kind.
      this.#requests.set(request, (answer) => resolve(answer as Extract<Answer, { type: Type }>));
      this.send(message(request));
    });
  }

  #transform(options: TransformOptions, transfer: Transferable[] = []): unknown {
    return new browser.RTCRtpScriptTransform!(this.#worker, options, transfer);
  }
}

/** Returns the source of carriers that this browser has; null if it has none. */
function findCarrierSource(): CarrierSource | null {
  if (GeneratedCarriers.isSupported()) return new GeneratedCarriers();
  return PageCarriers.isSupported() ? new PageCarriers() : null;
}

function setTransform(end: RTCRtpReceiver | RTCRtpSender, transform: unknown): void {
  (end as unknown as { transform: unknown }).transform = transform;
}

/** Has an encoder make a key frame; without the options, which some browsers lack, nothing happens. */
async function makeKey(sender: RTCRtpSender | undefined): Promise<void> {
  const parameters = sender?.getParameters();
  const encodingOptions = parameters?.encodings.map(() => ({ keyFrame: true }));
  const setParameters = sender?.setParameters as (
    parameters: unknown,
    options: unknown,
  ) => Promise<void>;
  // A link that has gone meanwhile needs none.
  await setParameters?.call(sender, parameters, { encodingOptions }).catch(() => {});
}
