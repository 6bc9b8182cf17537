/**
 * One instance of the chaos test: an isolate of its own that serves the product's own main.ts on a
 * free port, on a bus that loses some of its posts. Tells its port and what it logs; it is ended from
 * outside, in the middle of whatever it does.
 */
import { seededRandom } from "../support/sim/random.ts";
import { type Counters, countStalls, LOST_POSTS, POSTS } from "./chaos_counters.ts";

/** What the test tells a new instance. */
export interface ChaosWorkerOptions {
  seed: number;
  /** Share of the posts between isolates that are lost, from 0 to 1. */
  loss: number;
  /** False: everything between isolates goes by channels, where posts are lost. */
  sharesMemory: boolean;
  counters: Counters;
}

/** What an instance tells the test: where it listens, why it does not, what it logs. */
export type ChaosWorkerNews = { port: number } | { error: string } | { logged: string };

const worker = globalThis as unknown as {
  onmessage: ((event: MessageEvent<ChaosWorkerOptions>) => void) | null;
  postMessage(news: ChaosWorkerNews): void;
};

worker.onmessage = async ({ data }) => {
  try {
    worker.postMessage({ port: await serve(data) });
  } catch (error) {
    worker.postMessage({ error: String(error instanceof Error ? error.stack : error) });
  }
};

async function serve({ seed, loss, sharesMemory, counters }: ChaosWorkerOptions): Promise<number> {
  const decoder = new TextDecoder();
  Deno.stdout.writeSync = (bytes) => {
    worker.postMessage({ logged: decoder.decode(bytes) });
    return bytes.length;
  };
  losePosts({ loss, counters, random: seededRandom(seed) });
  // What the bus asks for before it uses memory (lib/bus/shared_ring.ts).
  if (!sharesMemory) Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
  // Only now: main.ts opens its channels as it is loaded.
  const { default: app } = await import("../../main.ts");
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
  // Not before: loading the product is no stall.
  countStalls(counters);
  return server.addr.port;
}

/** Has a share of what this isolate posts to others vanish, whatever it is. */
function losePosts(
  { loss, counters, random }: {
    loss: number;
    counters: Counters;
    random: () => number;
  },
): void {
  const { postMessage } = BroadcastChannel.prototype;
  BroadcastChannel.prototype.postMessage = function (this: BroadcastChannel, data: unknown) {
    Atomics.add(counters, POSTS, 1);
    if (random() < loss) Atomics.add(counters, LOST_POSTS, 1);
    else postMessage.call(this, data);
  };
}
