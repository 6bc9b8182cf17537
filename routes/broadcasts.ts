/**
 * /api/broadcasts: what is on air, as JSON and as a stream of Server-Sent Events.
 */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { LiveBroadcasts } from "../lib/live_broadcasts.ts";

/** A comment now and then keeps proxies from closing a quiet stream; most allow a minute. */
const KEEP_ALIVE_MS = 25_000;

/** Routes below /api/broadcasts. */
export function broadcasts(live: LiveBroadcasts): Hono {
  const routes = new Hono();

  routes.get("/", async (c) => {
    c.header("cache-control", "no-store");
    return c.json(await live.list());
  });

  routes.get("/events", (c) => {
    // Some proxies hold a stream back to fill their buffers unless told not to.
    c.header("x-accel-buffering", "no");
    return streamSSE(c, async (stream) => {
      const first = await live.list();
      let latest: string | null = JSON.stringify(first);
      let wake = () => {};
      const unlisten = live.listen((list) => {
        latest = JSON.stringify(list);
        wake();
      }, first);
      stream.onAbort(() => {
        unlisten();
        wake();
      });
      while (!stream.aborted) {
        const data = latest;
        latest = null;
        // Only the latest list is kept for a client that reads slowly.
        if (data === null) await stream.write(": still here\n\n");
        else await stream.writeSSE({ event: "broadcasts", data });
        if (latest === null && !stream.aborted) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, KEEP_ALIVE_MS);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
      }
      unlisten();
    });
  });

  return routes;
}
