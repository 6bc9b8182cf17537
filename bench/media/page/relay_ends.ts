/**
 * Looks at the relay from outside: which of its worker's taps and lanes belong to which receivers and
 * senders, what the lanes have done, what came through the taps. Nothing of this is in the SDK's
 * interface: the benchmark's bundle shares the SDK's modules. Runs in pages.
 */
import { RelayWorker } from "../../../lib/client/relay/relay_worker.ts";
import type { LaneReport, MediaKind } from "../../../lib/client/relay/worker_messages.ts";
import type { Trace, TraceRequest } from "./traced_worker.ts";

const taps = new Map<RTCRtpReceiver, string>();
/** By the id of a lane. */
const kinds = new Map<string, MediaKind>();
const workers: Worker[] = [];

/** Begins to look; to be called before the SDK makes a relay. */
export function watchRelay(): void {
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL) {
      super(url);
      workers.push(this);
    }
  };
  const { tap, lane } = RelayWorker.prototype;
  RelayWorker.prototype.tap = function (receiver, id) {
    taps.set(receiver, id);
    tap.call(this, receiver, id);
  };
  RelayWorker.prototype.lane = function (sender, id, kind) {
    kinds.set(id, kind);
    return lane.call(this, sender, id, kind);
  };
}

/** A lane that is in use. */
export interface LaneFigures extends LaneReport {
  kind: MediaKind;
}

/** Asks what the lanes have done that still lead to somebody. */
export async function lookAtLanes(): Promise<LaneFigures[]> {
  if (workers.length === 0) return [];
  const relay = (await RelayWorker.get())!;
  const reports = await relay.tally([...kinds.keys()]);
  return Object.entries(reports).map(([id, report]) => ({ ...report, kind: kinds.get(id)! }));
}

/** What came over one link. */
export interface LinkTrace {
  video: string[];
  audio: string[];
  keyRequests: number;
}

/** Begins a trace, or ends it; returns what has come in over some links meanwhile. */
export async function trace(
  isOn: boolean,
  links: readonly (readonly RTCRtpReceiver[])[],
): Promise<LinkTrace[] | null> {
  const [worker] = workers;
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<Trace>((resolve) => port1.onmessage = ({ data }) => resolve(data));
  worker.postMessage({ type: "trace", isOn } satisfies TraceRequest, [port2]);
  const { frames, keyRequests } = await answer;
  return links.map((receivers) => {
    const idOf = (kind: string) => {
      const receiver = receivers.find(({ track }) => track.kind === kind);
      return (receiver && taps.get(receiver)) ?? "";
    };
    const [video, audio] = [idOf("video"), idOf("audio")];
    return {
      video: frames[video] ?? [],
      audio: frames[audio] ?? [],
      keyRequests: keyRequests[video] ?? 0,
    };
  });
}
