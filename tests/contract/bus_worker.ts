/**
 * A worker that holds one end of a bus, for tests on several isolates.
 */
/// <reference lib="deno.worker" />
import { answer, type Request } from "./bus_answers.ts";

self.onmessage = async ({ data }: MessageEvent<{ id: number; request: Request }>) => {
  self.postMessage({ id: data.id, reply: await answer(data.request) });
};
