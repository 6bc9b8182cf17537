/**
 * The bus of one instance of the product: BroadcastChannel and shared memory to the isolates of its
 * own process, KV to everybody else. What `main.ts` opens; nothing is configured.
 */
import type { InstanceId } from "../tree/types.ts";
import { createBroadcastChannelBus } from "./broadcast_channel.ts";
import { type CompositeBus, createCompositeBus } from "./composite.ts";
import { createKvBus } from "./kv.ts";
import type { BusKv } from "./kv_commit.ts";

/** Settings of an instance's bus. */
export interface InstanceBusOptions {
  kv: BusKv;
  /** Lists the instances that are alive, for hints; asked up to 20 times a second. */
  instances: () => InstanceId[] | Promise<InstanceId[]>;
  /** Is told of an instance with which something was lost, in either direction: read KV again. */
  onGap?: (instance: InstanceId) => void;
  /** Separates buses in one process that must not find each other. */
  space?: string;
}

/** Opens the bus of an instance. After `close()`, await `flushed()` before KV is closed. */
export function createInstanceBus(
  instance: InstanceId,
  { kv, instances, onGap, space }: InstanceBusOptions,
): CompositeBus {
  return createCompositeBus({
    near: (road) => createBroadcastChannelBus(instance, { ...road, space }),
    far: (road) => createKvBus(instance, { ...road, kv, instances }),
    onGap,
  });
}
