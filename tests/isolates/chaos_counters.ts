/**
 * What the isolates of the chaos test count together: the counters outlive the instances.
 */
import { watchTimers } from "../support/late_timers.ts";

/** Numbers that all isolates add to. */
export type Counters = Int32Array<SharedArrayBuffer>;

/** The places of the counters: posts to other isolates, and those of them that were lost. */
export const POSTS = 0;
export const LOST_POSTS = 1;

/** For how long isolates have got no turn, in ms. */
export const STALLED_MS = 2;

/** A timer that is later than this, in ms, says that the isolate has got no turn. */
const LATE_MS = 100;

/** Makes counters that can be handed to workers. */
export function newCounters(): Counters {
  return new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Counts for how long this isolate gets no turn, because the machine is busy with something else.
 * Ends with the returned function.
 */
export function countStalls(counters: Counters): () => void {
  return watchTimers((lateMs) => {
    if (lateMs > LATE_MS) Atomics.add(counters, STALLED_MS, Math.round(lateMs));
  });
}
