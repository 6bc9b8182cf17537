/** Buses between instances of one test, in virtual time. */
import { MemoryBusNetwork, type MemoryBusNetworkOptions } from "../../lib/bus/memory.ts";
import type { SimClock } from "./sim/sim_clock.ts";

/** Makes a network whose time is the clock's. */
export function virtualBusNetwork(
  clock: SimClock,
  options: Omit<MemoryBusNetworkOptions, "timers"> = {},
): MemoryBusNetwork {
  const timers = {
    nowMs: () => clock.now(),
    after: (ms: number, fn: () => void) => clock.after(ms, fn),
  };
  return new MemoryBusNetwork({ timers, ...options });
}
