/**
 * The relay's worker, with a long way in front of it: each frame that comes in over a link comes later
 * than it did. On one machine all frames are much too young to tell whether their age is measured.
 * Runs in the worker.
 */
import "../../lib/client/relay/worker.ts";
import type { TransformOptions } from "../../lib/client/relay/worker_messages.ts";

const LATE_MS = 100;

interface Transformer {
  readonly readable: ReadableStream;
  readonly writable: WritableStream;
  readonly options: TransformOptions;
  sendKeyFrameRequest(): Promise<unknown>;
}

const scope = globalThis as unknown as {
  onrtctransform: (event: { transformer: Transformer }) => void;
};
const { onrtctransform } = scope;

scope.onrtctransform = ({ transformer }) => {
  const { readable, writable, options } = transformer;
  if (options.role !== "tap") return onrtctransform({ transformer });
  const late = new TransformStream({
    transform: (frame, controller) => void setTimeout(() => controller.enqueue(frame), LATE_MS),
  });
  const sendKeyFrameRequest = () => transformer.sendKeyFrameRequest();
  onrtctransform({
    transformer: { readable: readable.pipeThrough(late), writable, options, sendKeyFrameRequest },
  });
};
