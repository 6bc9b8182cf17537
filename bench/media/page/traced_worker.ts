/**
 * The relay's worker, as it is, with an ear at its taps: when asked, it keeps a checksum of each frame
 * that a tap gets. Bundled in the place of the SDK's own worker for the benchmark only. Runs in the
 * worker.
 */
import "../../../lib/client/relay/worker.ts";
import type { TransformOptions } from "../../../lib/client/relay/worker_messages.ts";

/** Asks to begin a trace, or to end it and to send it to the port that comes with this. */
export interface TraceRequest {
  type: "trace";
  isOn: boolean;
}

/** What taps have got. */
export interface Trace {
  /** By the id of the tap: for each frame its checksum and length, in order. */
  frames: Record<string, string[]>;
  /** By the id of the tap: how often its parent was asked for a key frame, since the worker began. */
  keyRequests: Record<string, number>;
}

interface Frame {
  data: ArrayBuffer;
}

interface Transformer {
  readable: Pick<ReadableStream<Frame>, "getReader">;
  writable: WritableStream<Frame>;
  options: TransformOptions;
  sendKeyFrameRequest(): Promise<unknown>;
}

interface Scope {
  onrtctransform: (event: { transformer: Transformer }) => void;
  onmessage: (event: MessageEvent) => void;
}

const scope = globalThis as unknown as Scope;
const worker = { onrtctransform: scope.onrtctransform, onmessage: scope.onmessage };
const keyRequests: Record<string, number> = {};
let frames: Record<string, string[]> | null = null;

scope.onmessage = (event) => {
  const request: TraceRequest = event.data;
  if (request.type !== "trace") return worker.onmessage.call(scope, event);
  const trace: Trace = { frames: frames ?? {}, keyRequests };
  frames = request.isOn ? {} : null;
  event.ports[0]!.postMessage(trace);
};

scope.onrtctransform = ({ transformer }) => {
  const isTap = transformer.options.role === "tap";
  worker.onrtctransform.call(scope, { transformer: isTap ? listenTo(transformer) : transformer });
};

function listenTo(transformer: Transformer): Transformer {
  const { readable, writable, options } = transformer;
  const getReader = () => {
    const reader = readable.getReader() as ReadableStreamDefaultReader<Frame>;
    const read = reader.read.bind(reader);
    reader.read = async () => {
      const result = await read();
      if (frames && result.value) (frames[options.id] ??= []).push(checksum(result.value.data));
      return result;
    };
    return reader;
  };
  const sendKeyFrameRequest = () => {
    keyRequests[options.id] = (keyRequests[options.id] ?? 0) + 1;
    return transformer.sendKeyFrameRequest();
  };
  const watched = { getReader } as Pick<ReadableStream<Frame>, "getReader">;
  return { readable: watched, writable, options, sendKeyFrameRequest };
}

/** FNV-1a, with the length. */
function checksum(data: ArrayBuffer): string {
  let sum = 0x811c9dc5;
  for (const byte of new Uint8Array(data)) sum = Math.imul(sum ^ byte, 0x01000193);
  return `${(sum >>> 0).toString(16)}:${data.byteLength}`;
}
