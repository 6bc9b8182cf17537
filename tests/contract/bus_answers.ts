/**
 * One end of a bus that is driven by requests, wherever it lives: in a worker (`bus_worker.ts`) or
 * in a process of its own (`bus_process.ts`). Over BroadcastChannel, or, given a KV, over that
 * alone, or over both.
 */
import { createBroadcastChannelBus } from "../../lib/bus/broadcast_channel.ts";
import type { Bus } from "../../lib/bus/bus.ts";
import { createInstanceBus } from "../../lib/bus/instance_bus.ts";
import { createKvBus } from "../../lib/bus/kv.ts";
import { openKv } from "../../lib/store/open_kv.ts";
import { type Command, LocalBusEnd } from "./bus_end.ts";

/** How a bus is opened. */
export interface OpenOptions {
  space: string;
  sharesMemory?: boolean;
  giveUpAfterMs?: number;
  kv?: { url: string; instances: string[]; alone: boolean };
}

/** What the test asks. */
export type Request =
  | { ask: "open"; instance: string; options: OpenOptions }
  | { ask: "run"; commands: Command[] }
  | { ask: "report" }
  | { ask: "near" };

let bus: Bus & { near?: () => string[] };
let end: LocalBusEnd;

/** Does what the test asks. */
export async function answer(request: Request): Promise<unknown> {
  switch (request.ask) {
    case "open": {
      bus = await openBus(request.instance, request.options);
      end = new LocalBusEnd(bus);
      return null;
    }
    case "run":
      return await end.run(...request.commands);
    case "report":
      return await end.report();
    case "near":
      return bus.near?.() ?? [];
  }
}

async function openBus(instance: string, options: OpenOptions): Promise<Bus> {
  if (!options.kv) return createBroadcastChannelBus(instance, options);
  const { url, instances, alone } = options.kv;
  const settings = { kv: await openKv(url), instances: () => instances, space: options.space };
  return alone ? createKvBus(instance, settings) : createInstanceBus(instance, settings);
}
