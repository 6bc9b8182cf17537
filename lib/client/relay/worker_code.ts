/**
 * The worker's code as text, so that the SDK is one module on whatever page. Here it is empty: the
 * bundler puts the bundle of worker.ts in its place (tasks/build.ts).
 */

/** JavaScript of a classic worker. */
export const WORKER_CODE: string = "";
