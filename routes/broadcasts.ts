/**
 * /api/broadcasts: what is on air, as JSON and as streams of Server-Sent Events, and the still
 * pictures (rules LIST and STILL of docs/PROTOCOL.md).
 */
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { type BroadcastList, LIST_LENGTH } from "../lib/broadcast_summary.ts";
import type { LiveBroadcasts } from "../lib/live_broadcasts.ts";
import type { TreeStore } from "../lib/store/tree_store.ts";
import { ListEvents } from "./list_events.ts";

/** A comment now and then keeps proxies from closing a quiet stream; most allow a minute. */
const KEEP_ALIVE_MS = 25_000;

/** What an address with its version in it shows never changes; but nobody need keep it for long. */
const IMMUTABLE = "public, max-age=3600, immutable";

/** What the routes are made of. */
export interface BroadcastsDeps {
  live: LiveBroadcasts;
  stills: Pick<TreeStore, "still" | "broadcast">;
  /** The time in ms since the epoch. */
  now: () => number;
}

/** Routes below /api/broadcasts. */
export function broadcasts({ live, stills, now }: BroadcastsDeps): Hono {
  const routes = new Hono();
  const listEvents = new ListEvents();

  routes.get("/", async (c) => {
    const offset = wholeNumber(c.req.query("offset"), 0);
    const limit = wholeNumber(c.req.query("limit"), LIST_LENGTH);
    if (offset === null || limit === null) {
      return c.json({ error: "offset and limit have to be whole numbers" }, 400);
    }
    const { broadcasts, total } = await live.page(offset, limit);
    c.header("cache-control", "no-store");
    c.header("x-total-count", String(total));
    return c.json(broadcasts);
  });

  routes.get("/events", async (c) => {
    const wantsChanges = c.req.query("changes") !== undefined;
    const first = await live.list();
    let sent: BroadcastList | null = null;
    return events(c, first, (push) => live.listen(push, first), (list) => {
      const event = wantsChanges ? listEvents.next(sent, list) : listEvents.broadcasts(list);
      sent = list;
      return event;
    });
  });

  routes.get("/:name/events", async (c) => {
    const name = c.req.param("name");
    const first = await live.get(name);
    return events(c, first, (push) => live.follow(name, push), (broadcast) => {
      return { event: "broadcast", data: JSON.stringify(broadcast) };
    });
  });

  routes.get("/:name/still", async (c) => {
    const name = c.req.param("name");
    const [still, broadcast] = await Promise.all([stills.still(name), stills.broadcast(name)]);
    const isShown = still !== null && still.until > now() && broadcast?.state === "live" &&
      broadcast.still?.version === still.version;
    if (!isShown) {
      c.header("cache-control", "no-store");
      return c.json({ error: "There is no picture of a broadcast of this name" }, 404);
    }
    // Whoever asks for one that has just been replaced gets the latest, and asks again the next time.
    const isExact = c.req.query("v") === still.version;
    return c.body(still.bytes, 200, {
      "content-type": still.type,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'",
      "cache-control": isExact ? IMMUTABLE : "no-store",
    });
  });

  return routes;
}

/**
 * Sends what `listen` is told of as events, beginning with `first`. `toEvent` makes one of what is
 * the latest when it can be sent, or null when that is nothing new to this client.
 */
function events<T>(
  c: Context,
  first: T,
  listen: (push: (latest: T) => void) => () => void,
  toEvent: (latest: T) => { event: string; data: string } | null,
): Response {
  // Some proxies hold a stream back to fill their buffers unless told not to.
  c.header("x-accel-buffering", "no");
  return streamSSE(c, async (stream) => {
    let latest: { value: T } | null = { value: first };
    let wake = () => {};
    const unlisten = listen((value) => {
      latest = { value };
      wake();
    });
    stream.onAbort(() => {
      unlisten();
      wake();
    });
    while (!stream.aborted) {
      const next: { value: T } | null = latest;
      latest = null;
      // Only the latest is kept for a client that reads slowly.
      const event = next && toEvent(next.value);
      if (event) await stream.writeSSE(event);
      else if (!next) await stream.write(": still here\n\n");
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
}

/** Reads a whole number from a query; null for anything else. */
function wholeNumber(text: string | undefined, otherwise: number): number | null {
  if (text === undefined) return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
