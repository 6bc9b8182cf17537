/**
 * Runs the bus's contract on every implementation.
 */
import { createBroadcastChannelBus } from "../../lib/bus/broadcast_channel.ts";
import type { Bus } from "../../lib/bus/bus.ts";
import { createInstanceBus } from "../../lib/bus/instance_bus.ts";
import { createKvBus } from "../../lib/bus/kv.ts";
import { MemoryBusNetwork } from "../../lib/bus/memory.ts";
import { busContract } from "./bus_contract.ts";
import { type BusGroup, LocalBusEnd } from "./bus_end.ts";
import { openWorkerGroup } from "./bus_worker_end.ts";

busContract("MemoryBus", (instances) => {
  const network = new MemoryBusNetwork();
  return Promise.resolve(localGroup(instances.map((instance) => network.join(instance))));
});

busContract("BroadcastChannelBus in one isolate", (instances) => {
  const space = `test-${crypto.randomUUID()}`;
  const buses = instances.map((instance) => createBroadcastChannelBus(instance, { space }));
  return Promise.resolve(localGroup(buses));
});

busContract("BroadcastChannelBus across isolates", (instances) => openWorkerGroup(instances));

busContract(
  "BroadcastChannelBus across isolates without shared memory",
  (instances) => openWorkerGroup(instances, { sharesMemory: false }),
);

busContract("KvBus in one isolate", async (instances) => {
  const kv = await Deno.openKv(":memory:");
  const settings = { kv, instances: () => instances };
  const buses = instances.map((instance) => createKvBus(instance, settings));
  return localGroup(buses, () => closeKv(kv, buses));
});

busContract(
  "KvBus across isolates on one file",
  (instances) => openWorkerGroupOnFile(instances, { alone: true }),
);

busContract("CompositeBus in one isolate, one instance far from the others", async (instances) => {
  const kv = await Deno.openKv(":memory:");
  const id = crypto.randomUUID();
  const buses = instances.map((instance) => {
    const space = `test-${id}-${processOf(instance)}`;
    return createInstanceBus(instance, { kv, instances: () => instances, space });
  });
  return localGroup(buses, () => closeKv(kv, buses));
});

busContract(
  "CompositeBus across isolates, one instance far from the others",
  (instances) => openWorkerGroupOnFile(instances, { alone: false, processOf }),
);

function processOf(instance: string): string {
  return instance === "c" ? "another" : "one";
}

async function openWorkerGroupOnFile(
  instances: string[],
  { alone, processOf }: { alone: boolean; processOf?: (instance: string) => string },
): Promise<BusGroup> {
  const folder = await Deno.makeTempDir({ prefix: "tributary-test-" });
  const kv = { url: `${folder}/kv`, instances, alone };
  const group = await openWorkerGroup(instances, { kv, processOf });
  return {
    end: (instance) => group.end(instance),
    async stop() {
      await group.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function closeKv(kv: Deno.Kv, buses: { flushed(): Promise<void> }[]): Promise<void> {
  for (const bus of buses) await bus.flushed();
  kv.close();
}

function localGroup(buses: Bus[], stopped = () => Promise.resolve()): BusGroup {
  const ends = new Map(buses.map((bus) => [bus.instance, new LocalBusEnd(bus)]));
  return {
    end: (instance) => ends.get(instance)!,
    async stop() {
      for (const bus of buses) bus.close();
      await stopped();
      // The last post of a channel leaves, and the channel closes, after the current task.
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}
