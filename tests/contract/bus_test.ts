/**
 * Runs the bus's contract on every implementation.
 */
import { createBroadcastChannelBus } from "../../lib/bus/broadcast_channel.ts";
import type { Bus } from "../../lib/bus/bus.ts";
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

function localGroup(buses: Bus[]): BusGroup {
  const ends = new Map(buses.map((bus) => [bus.instance, new LocalBusEnd(bus)]));
  return {
    end: (instance) => ends.get(instance)!,
    async stop() {
      for (const bus of buses) bus.close();
      // The last post of a channel leaves, and the channel closes, after the current task.
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}
