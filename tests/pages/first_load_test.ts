/**
 * What a viewer's browser has to load before the picture, on the real pages of a live broadcast: counted
 * by the browser itself.
 */
import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";

/** 45 KB, as 45 x 1,024 bytes, of scripts after gzip. */
const BUDGET_BYTES = 45 * 1024;

/** Parts that are for later, by the sources that they are made of; and what is for the service only. */
const FOR_LATER = /uplot|d3-hierarchy|islands\/tree\/|islands\/studio\/|node_modules\/.*zod/i;

interface Script {
  url: string;
  startMs: number;
  /** As it came over the wire. */
  wireBytes: number;
}

/** Notes the time of the first picture; runs before anything else in the page. */
function notePicture(): void {
  const look = () => {
    const video = document.querySelector("video");
    if (!video) return void setTimeout(look, 5);
    video.requestVideoFrameCallback(() => performance.mark("picture"));
  };
  look();
}

/** Opens a page, waits for its picture, and lists the scripts that were asked for until then. */
async function scriptsUntilPicture(page: Page, address: string): Promise<Script[]> {
  await page.addInitScript(notePicture);
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName("picture").length > 0);
  return await scriptsOf(page, "picture");
}

/** Lists the scripts that a page asked for, until a mark if one is named. */
function scriptsOf(page: Page, until = ""): Promise<Script[]> {
  return page.evaluate((until) => {
    const endMs = performance.getEntriesByName(until)[0]?.startTime ?? Infinity;
    const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    return entries
      .filter(({ name, startTime }) => new URL(name).pathname.endsWith(".js") && startTime < endMs)
      .map(({ name, startTime, encodedBodySize }) => ({
        url: name,
        startMs: startTime,
        wireBytes: encodedBodySize,
      }));
  }, until);
}

/** Lists the sources of all scripts that a page has loaded which are for later. */
async function forLater(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const { url } of await scriptsOf(page)) {
    const { sources } = await (await fetch(`${url}.map`)).json() as { sources: string[] };
    // A chunk may have none: it only passes on what is in others.
    found.push(...sources.filter((source) => FOR_LATER.test(source)));
  }
  return found;
}

const isTree = (source: string) => /d3-hierarchy/.test(source);
const isPlot = (source: string) => /uplot/i.test(source);

Deno.test("watch page and frame ship at most 45 KB of scripts before the picture", async () => {
  await browse({}, async ({ server, open }) => {
    await using site = serveForeignSite({
      "/": `<!doctype html>
        <script type="module">
          import { Tributary } from "${server.url}/tributary.js";
          const tributary = new Tributary();
          tributary.setStream(await tributary.startCamera());
          await tributary.startBroadcast("weighed");
          document.title = "live";
        </script>`,
    });
    const broadcaster = await open(site.url);
    await assertEventually(() => broadcaster.title(), "live");

    for (const path of ["/watch/weighed", "/embed/weighed"]) {
      const page = await open("/nowhere");
      const scripts = await scriptsUntilPicture(page, server.url + path);
      let zippedBytes = 0;
      const lines: string[] = [];
      for (const { url, startMs, wireBytes } of scripts) {
        const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
        const bytes = gzipSync(body, { level: 9 }).length;
        zippedBytes += bytes;
        lines.push(
          `  ${new URL(url).pathname}: ${bytes} bytes gzip, ${wireBytes} over the wire, ` +
            `asked for after ${Math.round(startMs)} ms`,
        );
        // What fits into one packet comes as it is.
        const mostBytes = Math.max(bytes, 1_000);
        assert(wireBytes > 0 && wireBytes <= mostBytes, `${url} came in ${wireBytes} bytes`);
      }
      console.log(`${path}: ${zippedBytes} of ${BUDGET_BYTES} bytes\n${lines.join("\n")}`);
      assert(scripts.length > 0, "no script was counted");
      assert(zippedBytes <= BUDGET_BYTES, `${path} ships ${zippedBytes} bytes before the picture`);

      // Also of what comes after it nothing is for panels that nobody has opened.
      await page.getByRole("button", { name: "Full screen" }).waitFor();
      await page.waitForLoadState("networkidle");
      assertEquals(await forLater(page), [], `${path} loads what is for later`);
      await page.getByRole("button", { name: "Statistics" }).click();
      await assertEventually(async () => (await forLater(page)).some(isPlot), true);
      if (!path.startsWith("/watch")) continue;
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Who carries whom" }).click();
      const tree = page.getByRole("dialog", { name: "Who carries whom" });
      await tree.getByRole("img", { name: /viewer/ }).waitFor();
      await assertEventually(async () => (await forLater(page)).some(isTree), true);
    }
  });
});
