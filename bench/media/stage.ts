/**
 * What all runs share: the real server, a site with the measured page, and Chromium anew for each
 * run. Everything that is waited for has a limit, and everything that was started is ended.
 */
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../tests/support/chromium.ts";
import { type ForeignSite, serveForeignSite } from "../../tests/support/foreign_site.ts";
import { within } from "../program.ts";
import type { MeasuredServer } from "../server_process.ts";
import { signallingUrl, startTributary } from "../tributary.ts";
import { bundlePage } from "./bundle.ts";
import type { Measured } from "./page/main.ts";

/** A join that takes longer than this has failed; the service's own limits are shorter. */
const ANSWER_TIMEOUT_MS = 30_000;

/** A page in which `measured` is. */
export interface MeasuredPage {
  /** Calls a function of `measured` in the page. */
  ask<K extends keyof Measured>(
    name: K,
    ...args: Parameters<Measured[K]>
  ): Promise<Awaited<ReturnType<Measured[K]>>>;
}

/** A browser for one run. */
export interface Theatre extends AsyncDisposable {
  browser: Browser;
  open(): Promise<MeasuredPage>;
}

const runningBrowsers = new Set<Browser>();

/** See the module's paragraph. */
export class Stage implements AsyncDisposable {
  readonly #site: ForeignSite;
  readonly server: MeasuredServer;

  private constructor(server: MeasuredServer, site: ForeignSite) {
    this.server = server;
    this.#site = site;
  }

  /** Starts the server; a peer may have one child there, so that viewers make a chain. */
  static async open(): Promise<Stage> {
    const page = await bundlePage();
    const server = await startTributary({ jobs: 1, env: { MAX_LISTENERS: "1" } });
    return new Stage(server, serveForeignSite({ "/": page }));
  }

  /** Where clients connect. */
  get url(): string {
    return signallingUrl(this.server);
  }

  /** Starts a browser. */
  async openTheatre(): Promise<Theatre> {
    const browser = await launchChromium();
    runningBrowsers.add(browser);
    return {
      browser,
      open: () => openPage(browser, this.#site.url),
      [Symbol.asyncDispose]: () => close(browser),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#site[Symbol.asyncDispose]();
    await this.server.stop();
  }
}

/** Ends the browsers that still run, for when the benchmark is interrupted. */
export async function closeAllBrowsers(): Promise<void> {
  await Promise.all([...runningBrowsers].map(close));
}

async function openPage(browser: Browser, url: string): Promise<MeasuredPage> {
  const context = await browser.newContext({ viewport: { width: 1_000, height: 400 } });
  context.setDefaultTimeout(ANSWER_TIMEOUT_MS);
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`In a page: ${error}`));
  page.on("console", (message) => console.error(`In a page: ${message.text()}`));
  await page.goto(url);
  await page.waitForFunction(() => document.title === "ready");
  return { ask: (name, ...args) => ask(page, name, args) };
}

async function ask<K extends keyof Measured>(
  page: Page,
  name: K,
  args: Parameters<Measured[K]>,
): Promise<Awaited<ReturnType<Measured[K]>>> {
  const answer = page.evaluate(({ name, args }) => {
    const { measured } = globalThis as unknown as { measured: Measured };
    return (measured[name] as (...args: unknown[]) => unknown)(...args);
  }, { name, args: args as unknown[] });
  return await within(ANSWER_TIMEOUT_MS, name, answer) as Awaited<ReturnType<Measured[K]>>;
}

async function close(browser: Browser): Promise<void> {
  await browser.close();
  runningBrowsers.delete(browser);
}
