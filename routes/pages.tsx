/**
 * The pages people open: home, studio, watch. Each is rendered on the server and woken in the browser
 * by one island. Knows the live broadcasts only through `deps`, and nothing of how they are kept.
 */
import { Hono } from "hono";
import { getCookie } from "hono/cookie";
import { readParameters } from "../islands/embed/parameters.ts";
import { watchPath } from "../islands/parts/links.ts";
import { suggestName } from "../islands/studio/suggest_name.ts";
import { documentTitle } from "../islands/watch/phases.ts";
import { THEATRE_COOKIE } from "../islands/watch/use_theatre.ts";
import { type BroadcastList, LIST_LENGTH, stillPath } from "../lib/broadcast_summary.ts";
import type { LiveBroadcast } from "../lib/live_broadcasts.ts";
import { EmbedDocsPage, readEmbedDocs } from "./pages/embed_docs_page.tsx";
import { renderEmbed } from "./pages/embed_document.tsx";
import { renderDocument } from "./pages/document.tsx";
import { ErrorPage } from "./pages/error_page.tsx";
import { HomePage } from "./pages/home_page.tsx";
import { NotFoundPage } from "./pages/not_found_page.tsx";
import { StudioPage } from "./pages/studio_page.tsx";
import { WatchPage } from "./pages/watch_page.tsx";

/** What the pages need to know. */
export interface PagesDeps {
  /** Lists the public ones from `offset` on, the most watched first. */
  broadcasts: (offset: number) => Promise<BroadcastList>;
  /** Resolves with null for a name that is not live. */
  broadcast: (name: string) => Promise<LiveBroadcast | null>;
}

const WHAT_IT_IS =
  "Broadcast live from your browser to any number of viewers, who pass the stream on to each other. " +
  "No media server, nothing to install.";

/** Makes the pages. */
export function pages(deps: PagesDeps): Hono {
  const app = new Hono();

  app.get("/", async (c) => {
    const page = pageNumber(c.req.query("page"));
    const list = await deps.broadcasts((page - 1) * LIST_LENGTH);
    const props = { list, page, now: Date.now() };
    return c.html(renderDocument({
      title: "Tributary: live from your browser, carried by your viewers",
      description: WHAT_IT_IS,
      styles: "home",
      island: "home",
      url: new URL("/", c.req.url).href,
      // What is on the further pages has changed by the time that somebody comes from a search.
      isPrivate: page > 1,
    }, <HomePage {...props} origin={new URL(c.req.url).origin} />));
  });

  app.get("/studio", (c) =>
    c.html(renderDocument({
      title: "Studio · Tributary",
      description: "Name your broadcast, allow the camera and go live from this page.",
      styles: ["studio", "chat"],
      island: "studio",
    }, <StudioPage suggestedName={suggestName(Math.random)} />)));

  app.get("/watch/:name", async (c) => {
    const name = c.req.param("name");
    const broadcast = await deps.broadcast(name);
    const title = broadcast?.title || name;
    const still = stillOf(broadcast);
    const props = {
      name,
      title,
      broadcaster: broadcast?.broadcaster ?? null,
      startedAt: broadcast?.startedAt ?? null,
      viewers: broadcast?.viewers ?? null,
      still,
      now: Date.now(),
      isTheatre: getCookie(c, THEATRE_COOKIE) === "1",
    };
    const head = {
      title: documentTitle(title, broadcast !== null),
      description: broadcast
        ? `${broadcast.broadcaster} is live. Open the link to watch in your browser.`
        : "This broadcast is not live at the moment. Open the page to wait for it.",
      styles: ["player", "watch", "chat"],
      island: "watch",
      url: new URL(watchPath(name), c.req.url).href,
      image: still === null ? undefined : { path: still, text: `What ${title} shows` },
      isPrivate: broadcast?.visibility !== "public",
    };
    return c.html(renderDocument(head, <WatchPage {...props} />), broadcast ? 200 : 404);
  });

  // 200 also when nobody is live: it is a player that waits, and sites check what they frame.
  app.get("/embed/:name", async (c) => {
    const name = c.req.param("name");
    const broadcast = await deps.broadcast(name);
    return c.html(renderEmbed({
      name,
      title: broadcast?.title || name,
      startedAt: broadcast?.startedAt ?? null,
      still: stillOf(broadcast),
      ...readParameters(new URL(c.req.url).searchParams),
    }));
  });

  app.get("/docs/embed", async (c) => {
    const url = new URL(c.req.url);
    const props = {
      text: await readEmbedDocs(),
      service: url.origin,
      name: url.searchParams.get("name")?.trim() ?? "",
      live: (await deps.broadcasts(0)).broadcasts.map(({ name }) => name),
    };
    return c.html(renderDocument({
      title: "Show a broadcast on your own site · Tributary",
      description: "A frame to paste or an element to style: a live broadcast on any page.",
      styles: "docs",
      island: "docs",
      url: new URL("/docs/embed", url).href,
    }, <EmbedDocsPage {...props} />));
  });

  return app;
}

/** Says where the still picture of a broadcast is; those that are not listed have none. */
function stillOf(broadcast: LiveBroadcast | null): string | null {
  if (broadcast?.visibility !== "public" || broadcast.still === null) return null;
  return stillPath(broadcast.name, broadcast.still);
}

/** Reads which page of the list is asked for; the first one for anything that is no number. */
function pageNumber(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 1;
}

/** Renders the page for an address where there is nothing; to be sent with status 404. */
export function notFoundDocument(): string {
  return renderDocument({
    title: "Nothing here · Tributary",
    description: "There is no page at this address.",
    isPrivate: true,
  }, <NotFoundPage />);
}

/** Renders the page for a request that failed; to be sent with status 500. */
export function errorDocument(): string {
  return renderDocument({
    title: "Something went wrong · Tributary",
    description: "This page could not be made. Try again in a moment.",
    isPrivate: true,
  }, <ErrorPage />);
}
