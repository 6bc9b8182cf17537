/**
 * A bus that knows whom it reaches by itself, so that another bus can take everybody else.
 */
import type { InstanceId } from "../tree/types.ts";
import type { Bus } from "./bus.ts";

/** One instance's end of a bus that knows which instances it reaches. */
export interface NearBus extends Bus {
  /** Lists the other instances that have answered so far. */
  near(): InstanceId[];
  /** Tells whether an instance has answered. */
  isNear(instance: InstanceId): boolean;
}
