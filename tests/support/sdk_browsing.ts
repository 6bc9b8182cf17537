/** The SDK on pages of another site, with the real server and Chromium, for tests of the SDK itself. */
import type { Browser, Page } from "playwright-core";
import type { ClientMessage, ServerMessage } from "../../lib/protocol/mod.ts";
import { browse, type BrowseOptions } from "./browsing.ts";
import { type ForeignSite, serveForeignSite } from "./foreign_site.ts";
import { sdkPage, type SdkPageGlobals, untilReady } from "./sdk_page.ts";

/** What a test of the SDK works with. */
export interface Sdk {
  /** Opens a page with the SDK; `/silent` plays nothing, `/re-encodes` does not forward. */
  page(path?: "/" | "/silent" | "/re-encodes"): Promise<Page>;
  /** Opens one in another browser. */
  pageOf(browser: Browser): Promise<Page>;
  /** The service's WebSocket. */
  service: string;
  /** Ends the service. */
  stop(): Promise<unknown>;
}

/** Runs `body` with a service and a site that has the SDK, and ends both. */
export async function withSdk(
  options: BrowseOptions,
  body: (sdk: Sdk) => Promise<void>,
): Promise<void> {
  await browse(options, async ({ server, open }) => {
    await using site: ForeignSite = serveForeignSite({
      "/": sdkPage(server.url),
      "/silent": sdkPage(server.url, { plays: false }),
      "/re-encodes": sdkPage(server.url, { relayMode: "re-encode" }),
    });
    await body({
      page: async (path = "/") => await untilReady(await open(site.url + path)),
      pageOf: async (browser) => await untilReady(await open(`${site.url}/`, browser)),
      service: server.wsUrl,
      stop: () => server.stop(),
    });
  });
}

/** Runs in the page with its globals; its text travels there, so it sees nothing else. */
export function within<T>(
  page: Page,
  body: (globals: SdkPageGlobals) => T | Promise<T>,
): Promise<T> {
  return page.evaluate(`(${body})(globalThis)`) as Promise<T>;
}

/** What a page and the service say to each other. */
export interface Frames {
  sent: ClientMessage[];
  received: ServerMessage[];
}

/** Records what a page and the service say over sockets that are opened from now on. */
export function recordFrames(page: Page): Frames {
  const frames: Frames = { sent: [], received: [] };
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => frames.sent.push(JSON.parse(String(payload))));
    socket.on("framereceived", ({ payload }) => frames.received.push(JSON.parse(String(payload))));
  });
  return frames;
}

/** Lists whom the joins of a page reported lost, and which parents it was given. */
export function joinsOf({ sent, received }: Frames): {
  lost: (string | undefined)[];
  parents: string[];
} {
  return {
    lost: sent.flatMap((message) => message.command === "JOIN_BROADCAST" ? [message.lost] : []),
    parents: received.flatMap((message) =>
      message.command === "JOIN_BROADCAST_RECEIVED" ? [message.peer] : []
    ),
  };
}

/** Closes the page's socket, and waits until it has closed. */
export function cut(page: Page): Promise<void> {
  return within(page, ({ sockets }) => {
    const socket = sockets.at(-1)!;
    socket.close();
    return new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  });
}

/** The state that a page is in. */
export const stateOf = (page: Page) => within(page, ({ tributary }) => tributary.state);

/** Every state that a page has been in. */
export const statesOf = (page: Page) => within(page, ({ states }) => states);

/** How many streams have come to a page. */
export const streamsOf = (page: Page) => within(page, ({ streams }) => streams);

/** The codes of the errors that a page was told of. */
export const errorsOf = (page: Page) => within(page, ({ errors }) => errors);

/** How many links a page has made. */
export const linksOf = (page: Page) => within(page, ({ connections }) => connections.length);

/** How many of a page's links are not closed. */
export const openLinksOf = (page: Page) =>
  within(
    page,
    ({ connections }) => connections.filter((one) => one.connectionState !== "closed").length,
  );
