/**
 * The HTTP application of one instance: which path is answered by whom.
 */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import type { Clock } from "../lib/clock.ts";
import type { LiveBroadcasts } from "../lib/live_broadcasts.ts";
import { errorFields, type Log } from "../lib/log.ts";
import type { SignallingService } from "../lib/signalling/service.ts";
import type { TreeStore } from "../lib/store/tree_store.ts";
import { assets, SDK_FILES } from "./assets.ts";
import { broadcasts } from "./broadcasts.ts";
import { health } from "./health.ts";
import type { OpenSockets } from "./open_sockets.ts";
import { errorDocument, notFoundDocument, pages } from "./pages.tsx";
import { signal } from "./signal.ts";

/** What browsers want to see when another site loads a script, also of one that they have already. */
const OF_OTHER_SITES = ["access-control-allow-origin", "cross-origin-resource-policy"];

/** What the application is made of. */
export interface AppOptions {
  service: SignallingService;
  sockets: OpenSockets;
  live: LiveBroadcasts;
  stills: Pick<TreeStore, "still" | "broadcast">;
  clock: Pick<Clock, "now">;
  kv: Pick<Deno.Kv, "get">;
  instance: string;
  log: Log;
  /** The repository's folder, for static files. */
  root: string;
}

/** Puts the application together. */
export function createApp(options: AppOptions): Hono {
  const { service, sockets, live, stills, clock, kv, instance, log, root } = options;
  const app = new Hono();
  app.onError((error, c) => {
    log("error", "request_failed", { path: c.req.path, ...errorFields(error) });
    const isForPeople = c.req.header("accept")?.includes("text/html");
    if (isForPeople) return c.html(errorDocument(), 500);
    return c.text("Something went wrong on our side. Try again in a moment.\n", 500);
  });
  // Players on other sites wait for a broadcast, too; all of this is for everybody, without a cookie.
  app.use("/api/broadcasts/*", cors());
  app.get("/api/ws", signal(service, sockets));
  app.get("/healthz", health({ kv, instance }));
  app.route("/api/broadcasts", broadcasts({ live, stills, now: () => clock.now() }));
  app.all("/api/*", (c) => c.json({ error: "There is nothing at this address" }, 404));
  app.use("/static/*", etag());
  for (const name of SDK_FILES) {
    app.use(`/${name}`, etag({ retainedHeaders: [...RETAINED_304_HEADERS, ...OF_OTHER_SITES] }));
  }
  app.route("/", assets(root));
  // Pages are made for each request; files were compressed when they were built.
  app.use(compress());
  app.route(
    "/",
    pages({
      broadcasts: (offset) => live.page(offset),
      broadcast: (name) => live.get(name),
    }),
  );
  app.notFound((c) => c.html(notFoundDocument(), 404));
  return app;
}
