/**
 * Starts the worker that frames pass through, one for a page. Where it cannot be had (a browser
 * without encoded transforms, a page that allows no workers of this kind) there is none, and a relay
 * has to do without. This module is browser compatible.
 */
import type { PassedFrame } from "./relay.ts";
import { WORKER_CODE } from "./worker_code.ts";
import type { FromWorker, LaneReport, ToWorker, TransformOptions } from "./worker_messages.ts";

/** A worker that does not answer by then, in ms, is not waited for. */
const START_TIMEOUT_MS = 2_000;

/** Transforms of encoded frames, which not all libraries know. */
interface ScriptTransformConstructor {
  new (worker: Worker, options: TransformOptions, transfer?: Transferable[]): unknown;
}

/** A track that shows or sounds what is written to it. */
interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream;
}

interface Browser {
  RTCRtpScriptTransform?: ScriptTransformConstructor;
  MediaStreamTrackGenerator?: new (init: { kind: "audio" | "video" }) => TrackGenerator;
}

const browser = globalThis as unknown as Browser;

/** The page's worker; see the module's paragraph. */
export class RelayWorker {
  static #instance: Promise<RelayWorker | null> | null = null;

  readonly #worker: Worker;
  readonly #tallies = new Map<number, (lanes: Record<string, LaneReport>) => void>();
  readonly #senders = new Map<string, RTCRtpSender>();
  readonly #passed = new Map<number, (frames: PassedFrame[]) => void>();
  #ids = 0;

  /** Returns the page's worker; null where there can be none. */
  static get(): Promise<RelayWorker | null> {
    return RelayWorker.#instance ??= RelayWorker.#start();
  }

  static async #start(): Promise<RelayWorker | null> {
    if (!browser.RTCRtpScriptTransform || !browser.MediaStreamTrackGenerator) return null;
    const url = URL.createObjectURL(new Blob([WORKER_CODE], { type: "text/javascript" }));
    try {
      const worker = new Worker(url);
      const isReady = await new Promise<boolean>((resolve) => {
        worker.onmessage = () => resolve(true);
        worker.onerror = () => resolve(false);
        setTimeout(() => resolve(false), START_TIMEOUT_MS);
      });
      if (isReady) return new RelayWorker(worker);
      worker.terminate();
    } catch {
      // The page does not allow it.
    } finally {
      URL.revokeObjectURL(url);
    }
    return null;
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "makeKey") return void makeKey(this.#senders.get(data.lane));
      if (data.type === "passed") {
        this.#passed.get(data.request)?.(data.frames);
        this.#passed.delete(data.request);
      }
      if (data.type !== "tally") return;
      this.#tallies.get(data.request)?.(data.lanes);
      this.#tallies.delete(data.request);
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

  /** Makes a lane of a sender; returns the track that its carriers come from. */
  lane(sender: RTCRtpSender, id: string, kind: "audio" | "video"): MediaStreamTrack {
    const track = new browser.MediaStreamTrackGenerator!({ kind });
    const carriers = track.writable;
    this.#senders.set(id, sender);
    setTransform(sender, this.#transform({ role: "lane", id, kind, carriers }, [carriers]));
    return track;
  }

  /** Forgets lanes. */
  end(lanes: string[]): void {
    for (const id of lanes) this.#senders.delete(id);
    this.send({ type: "end", lanes });
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Asks what some lanes have done so far. */
  tally(lanes: string[]): Promise<Record<string, LaneReport>> {
    return new Promise((resolve) => {
      const request = ++this.#ids;
      this.#tallies.set(request, resolve);
      this.send({ type: "tally", request, lanes });
    });
  }

  /** Asks which frames a lane has sent of late. */
  passed(lane: string): Promise<PassedFrame[]> {
    return new Promise((resolve) => {
      const request = ++this.#ids;
      this.#passed.set(request, resolve);
      this.send({ type: "passed", request, lane });
    });
  }

  #transform(options: TransformOptions, transfer: Transferable[] = []): unknown {
    return new browser.RTCRtpScriptTransform!(this.#worker, options, transfer);
  }
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
