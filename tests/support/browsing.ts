/**
 * What a browser test needs: the real server, Chromium, and a page for each person. Ends all of it,
 * and fails a test in which a page complained in its console.
 */
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { launchChromium, type LaunchOptions } from "./chromium.ts";
import { startTestServer, type TestServer } from "./server.ts";

/** For everything that is waited for in a page. */
const PAGE_TIMEOUT_MS = 20_000;

/** What browsers log by themselves about requests that a test means to fail. */
const EXPECTED = /^Failed to load resource|^WebSocket connection to /;

/** What `browse` can be told. */
export interface BrowseOptions {
  /** How many children a peer may have. */
  maxListeners?: number;
  /** Other variables of the server's environment. */
  env?: Record<string, string>;
  launch?: LaunchOptions;
  /** What pages may say in their consoles, besides. */
  mayComplain?: RegExp;
}

/** What a browser test works with. */
export interface Browsing {
  server: TestServer;
  browser: Browser;
  /** Opens an address, or a path of the server, as another person: nothing is shared but the network. */
  open(address: string, browser?: Browser): Promise<Page>;
}

/** Runs `body` with a server and a browser, and ends both. */
export async function browse(
  { launch, mayComplain, ...options }: BrowseOptions,
  body: (browsing: Browsing) => Promise<void>,
): Promise<void> {
  await using server = await startTestServer(options);
  const browser = await launchChromium(launch);
  const complaints: string[] = [];
  try {
    await body({ server, browser, open });
    assertEquals(complaints, [], "pages complained in their consoles");
  } finally {
    await browser.close();
  }

  async function open(address: string, within: Browser = browser): Promise<Page> {
    const context = await within.newContext({ viewport: { width: 800, height: 600 } });
    context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      const text = message.text();
      if (!EXPECTED.test(text) && !mayComplain?.test(text)) complaints.push(text);
    });
    await page.goto(new URL(address, server.url).href);
    return page;
  }
}
