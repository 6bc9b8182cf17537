/** Notices when an isolate gets no turn, because the machine is busy with something else. */

const INTERVAL_MS = 20;

/** Tells by how many ms a timer of 20 ms was late, each time; ends with the returned function. */
export function watchTimers(onLook: (lateMs: number) => void): () => void {
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    onLook(now - lookedAt - INTERVAL_MS);
    lookedAt = now;
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}
