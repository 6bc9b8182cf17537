/**
 * A worker that holds one end of a bus over BroadcastChannel, for tests on several isolates.
 */
/// <reference lib="deno.worker" />
import { createBroadcastChannelBus } from "../../lib/bus/broadcast_channel.ts";
import { type Command, LocalBusEnd } from "./bus_end.ts";

/** How the worker opens its bus. */
export interface OpenOptions {
  space: string;
  sharesMemory?: boolean;
  giveUpAfterMs?: number;
}

/** What the test asks of the worker. */
export type Request =
  | { ask: "open"; instance: string; options: OpenOptions }
  | { ask: "run"; commands: Command[] }
  | { ask: "report" }
  | { ask: "near" };

let bus: ReturnType<typeof createBroadcastChannelBus>;
let end: LocalBusEnd;

async function answer(request: Request): Promise<unknown> {
  switch (request.ask) {
    case "open": {
      bus = createBroadcastChannelBus(request.instance, request.options);
      end = new LocalBusEnd(bus);
      return null;
    }
    case "run":
      return await end.run(...request.commands);
    case "report":
      return await end.report();
    case "near":
      return bus.near();
  }
}

self.onmessage = async ({ data }: MessageEvent<{ id: number; request: Request }>) => {
  self.postMessage({ id: data.id, reply: await answer(data.request) });
};
