/**
 * A bus that reaches every instance there is, but slowly and by way of something that outlives the
 * sender, so that it can say what has become of the mail.
 */
import type { InstanceId } from "../tree/types.ts";
import type { Bus } from "./bus.ts";

/** One instance's end of a bus that knows what has arrived. */
export interface FarBus extends Bus {
  /** Resolves when all that was sent to an instance so far has been delivered or is lost. */
  settled(to: InstanceId): Promise<void>;
  /** Resolves when nothing that was sent depends on this instance any more; also after `close()`. */
  flushed(): Promise<void>;
}
