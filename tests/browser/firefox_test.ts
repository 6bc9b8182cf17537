/**
 * Firefox in trees of Chromium: it watches, forwards, encodes again where it is told to or has to, and
 * broadcasts. Skipped where there is no Firefox.
 */
import { assert, assertEquals } from "@std/assert";
import type { Page as FirefoxPage } from "puppeteer-core";
import type { RelayMode } from "../../lib/client/mod.ts";
import { browse, type Browsing } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { findFirefox, type Firefox, scripted, withFirefox } from "../support/firefox.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
import type { ScriptedPage } from "../support/scripted_page.ts";
import {
  joinBroadcast,
  sdkPage,
  type SdkPageGlobals,
  startBroadcast,
  untilReady,
} from "../support/sdk_page.ts";

/** Runs a test with a server, Chromium and Firefox; says so where it cannot. */
function test(name: string, body: (browsing: Browsing, firefox: Firefox) => Promise<void>): void {
  const isThere = findFirefox() !== null;
  if (!isThere) console.log(`Skipped, because there is no Firefox: ${name}`);
  // What Firefox says of a page that forbids something.
  const mayComplain = /Content-Security-Policy: /;
  Deno.test({
    name,
    ignore: !isThere,
    fn: () =>
      browse(
        { maxListeners: 1 },
        (browsing) => withFirefox(mayComplain, (firefox) => body(browsing, firefox)),
      ),
  });
}

/** Makes pages with the SDK in either browser; a chain of viewers is made in the order of their joins. */
async function withPages(
  { server, open }: Browsing,
  firefox: Firefox,
  body: (pages: {
    chromium(): Promise<ScriptedPage & { close(): Promise<void> }>;
    firefox(path?: "/" | "/re-encodes" | "/forbids" | "/silent"): Promise<ScriptedPage>;
  }) => Promise<void>,
): Promise<void> {
  await using site = serveForeignSite({
    "/": sdkPage(server.url, { relayMode: "forward" }),
    "/re-encodes": sdkPage(server.url, { relayMode: "re-encode" }),
    "/forbids": sdkPage(server.url, { relayMode: "forward", allowsWorkers: false }),
    "/silent": sdkPage(server.url, { relayMode: "forward", plays: false }),
  });
  await body({
    chromium: async () => await untilReady(await open(`${site.url}/`)),
    firefox: async (path = "/") => await untilReady(scripted(await firefox.open(site.url + path))),
  });
}

/** The widths of the picture that a viewer gets, and of the one that its encoder knows of. */
function widthsOf(page: ScriptedPage): Promise<{ gets: number; encodes: number }> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as SdkPageGlobals;
    const widths = { gets: 0, encodes: 0 };
    for (const connection of connections.filter((one) => one.connectionState === "connected")) {
      for (const report of (await connection.getStats()).values()) {
        if (report.kind !== "video") continue;
        if (report.type === "inbound-rtp") widths.gets = report.frameWidth;
        if (report.type === "outbound-rtp") widths.encodes = report.frameWidth;
      }
    }
    return widths;
  });
}

const modeOf = (page: ScriptedPage): Promise<RelayMode | null> =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).tributary.relayMode);

const linksOf = (page: ScriptedPage): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).connections.length);

async function assertSeesAndHears(page: ScriptedPage, who: string): Promise<void> {
  await assertMovingPicture(page, who);
  await assertSound(page, who);
}

/**
 * As above, for an SDK page of Firefox, which runs no AudioContext where there is no loudspeaker: it is
 * asked for the loudness of what it decodes.
 */
async function assertFoxSeesAndHears(page: ScriptedPage, who: string): Promise<void> {
  await assertMovingPicture(page, who);
  const hears = () =>
    page.evaluate(async () => {
      const { connections } = globalThis as unknown as SdkPageGlobals;
      const reports = await Promise.all(
        connections.map(async (one) => [...(await one.getStats()).values()]),
      );
      const levels = reports.flat().filter(({ type, kind }) =>
        type === "inbound-rtp" && kind === "audio"
      ).map(({ audioLevel }) => audioLevel);
      return levels.some((level) => level > 0.02);
    });
  await assertEventually(hears, true, `${who} hears sound`);
}

test(
  "Firefox forwards between Chromiums, and keeps its child when its own parent goes",
  async (browsing, firefox) => {
    await withPages(browsing, firefox, async (pages) => {
      await startBroadcast(await pages.chromium(), "chain");
      const above = await pages.chromium();
      await joinBroadcast(above, "chain");
      const fox = await pages.firefox();
      await joinBroadcast(fox, "chain");
      const below = await pages.chromium();
      await joinBroadcast(below, "chain");
      assertEquals(await modeOf(fox), "forward");
      await assertFoxSeesAndHears(fox, "Firefox");
      await assertSeesAndHears(below, "the viewer below Firefox");
      const source = await widthsOf(above);
      assertEquals(await widthsOf(fox), { gets: source.gets, encodes: 16 });
      assertEquals((await widthsOf(below)).gets, source.gets, "the very picture");

      await above.close();
      await assertEventually(() => linksOf(fox), 3);
      await assertFoxSeesAndHears(fox, "Firefox, with another parent");
      await assertSeesAndHears(below, "the viewer below Firefox, whose parent has another one");
      assertEquals(await linksOf(below), 1);
    });
  },
);

test("Firefox forwards from a page that is hidden and plays nothing", async (browsing, firefox) => {
  await withPages(browsing, firefox, async (pages) => {
    await startBroadcast(await pages.chromium(), "hidden");
    const fox = await pages.firefox("/silent");
    await joinBroadcast(fox, "hidden");
    await firefox.open("about:blank");
    await assertEventually(() => fox.evaluate(() => document.visibilityState), "hidden");
    const below = await pages.chromium();
    await joinBroadcast(below, "hidden");
    await assertSeesAndHears(below, "the viewer below a hidden page");
    assertEquals((await widthsOf(fox)).encodes, 16);
  });
});

test(
  "Firefox encodes again where it is told to, and where a page allows no workers",
  async (browsing, firefox) => {
    await withPages(browsing, firefox, async (pages) => {
      await startBroadcast(await pages.chromium(), "again");
      for (const path of ["/re-encodes", "/forbids"] as const) {
        const fox = await pages.firefox(path);
        await joinBroadcast(fox, "again");
        assertEquals(await modeOf(fox), "re-encode", path);
        const below = await pages.chromium();
        await joinBroadcast(below, "again");
        await assertSeesAndHears(below, `the viewer below ${path}`);
        assert((await widthsOf(fox)).encodes > 16, `${path} encodes the picture`);
        for (const page of [below, fox]) await leave(page);
      }
    });
  },
);

const leave = (page: ScriptedPage): Promise<void> =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).tributary.leaveBroadcast());

test(
  "people broadcast and watch with Firefox on our own pages",
  async ({ server, open }, firefox) => {
    const studio = await firefox.open(`${server.url}/studio`);
    await control(studio, "Name", "textbox").fill("fox");
    await control(studio, "Go live", "button").click();
    await control(studio, "End broadcast", "button").wait();
    const viewer = await open("/watch/fox");
    await assertSeesAndHears(viewer, "Chromium below Firefox");
    const fox = await firefox.open(`${server.url}/watch/fox`);
    await assertMovingPicture(scripted(fox), "Firefox below Chromium");
    await studio.bringToFront();
    await control(studio, "End broadcast", "button").click();
    await control(studio, "End for everyone", "button").click();
    for (
      const says of [() => textOf(fox), () => viewer.getByRole("status").first().textContent()]
    ) {
      await assertEventually(async () => /broadcast has ended/i.test(await says() ?? ""), true);
    }
  },
);

/** Finds what people find by its name and role. */
const control = (page: FirefoxPage, name: string, role: string) =>
  page.locator(`::-p-aria([name="${name}"][role="${role}"])`);

const textOf = (page: FirefoxPage): Promise<string> => page.evaluate(() => document.body.innerText);
