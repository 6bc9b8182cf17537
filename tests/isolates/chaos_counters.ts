/**
 * What the isolates of the chaos test count together: the counters outlive the instances.
 */

/** Numbers that all isolates add to. */
export type Counters = Int32Array<SharedArrayBuffer>;

/** The places of the counters: posts to other isolates, and those of them that were lost. */
export const POSTS = 0;
export const LOST_POSTS = 1;

/** For how long isolates have got no turn, in ms. */
export const STALLED_MS = 2;

/** How often an isolate looks whether it gets its turns, in ms, and how late a look may be. */
const LOOK_MS = 20;
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
  let lastAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const lateMs = now - lastAt - LOOK_MS;
    lastAt = now;
    if (lateMs > LATE_MS) Atomics.add(counters, STALLED_MS, Math.round(lateMs));
  }, LOOK_MS);
  return () => clearInterval(timer);
}
