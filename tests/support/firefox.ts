/**
 * Finds Firefox for the tests that need it and drives it by WebDriver BiDi, with a pretended camera
 * and microphone: a picture that changes its colour and a steady tone. Where there is no Firefox those
 * tests are skipped.
 */
import { assertEquals } from "@std/assert";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import type { ScriptedPage } from "./scripted_page.ts";

const NAMES = ["firefox-esr", "firefox"];

/** For everything that is waited for in a page; two shared cores carry two browsers. */
const PAGE_TIMEOUT_MS = 20_000;

/** Longer than anything that a script in a page waits for. */
const CALL_TIMEOUT_MS = 30_000;

/** After this a browser that was asked to end is ended. */
const END_TIMEOUT_MS = 5_000;

const PREFERENCES = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.autoplay.default": 0,
  // Candidates with mDNS names cannot be resolved where there is no multicast, as in containers.
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  "media.peerconnection.ice.loopback": true,
};

/** Firefox, for one test. */
export interface Firefox {
  /** Opens an address in a tab of its own, in front of all others. */
  open(address: string): Promise<Page>;
}

/** Returns the path of Firefox: FIREFOX_PATH, or what is on PATH; null if there is none. */
export function findFirefox(): string | null {
  const named = Deno.env.get("FIREFOX_PATH");
  if (named) return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const paths = NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return paths.find(isFile) ?? null;
}

/** Takes a page of Firefox for one that scripts can be run in: both libraries do so in the same way. */
export const scripted = (page: Page) => page as unknown as ScriptedPage;

/**
 * Runs `body` with a Firefox, ends that, and fails when a page had an error that nobody caught.
 *
 * @param mayComplain what pages may say nevertheless
 */
export async function withFirefox(
  mayComplain: RegExp,
  body: (firefox: Firefox) => Promise<void>,
): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "tributary-firefox-" });
  const errors: string[] = [];
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: findFirefox()!,
    headless: true,
    userDataDir: profile,
    extraPrefsFirefox: PREFERENCES,
    protocolTimeout: CALL_TIMEOUT_MS,
    // Whoever interrupts the tests is to end them at once.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  try {
    await body({ open });
    assertEquals(errors, [], "pages in Firefox had errors");
  } finally {
    await end(browser);
    await Deno.remove(profile, { recursive: true });
  }

  async function open(address: string): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(PAGE_TIMEOUT_MS);
    page.on("pageerror", (error) => {
      if (!mayComplain.test(String(error))) errors.push(String(error));
    });
    await page.goto(address);
    return page;
  }
}

/** Ends a browser, by force when it takes too long. */
async function end(browser: Browser): Promise<void> {
  const child = browser.process();
  const timer = setTimeout(() => child?.kill("SIGKILL"), END_TIMEOUT_MS);
  await browser.close().catch(() => {});
  clearTimeout(timer);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
