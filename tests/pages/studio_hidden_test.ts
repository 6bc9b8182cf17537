/**
 * The studio in a tab that nobody looks at. Playwright shows every page as if it were seen, so this
 * one is opened with Puppeteer, and without the flags that spare hidden tabs.
 */
import { assert, assertEquals } from "@std/assert";
import puppeteer from "puppeteer-core";
import { browse } from "../support/browsing.ts";
import { findChromium } from "../support/chromium.ts";
import { coloursAt } from "../support/coloured_pictures.ts";
import { assertMovingPicture } from "../support/media.ts";

const SPARING = [
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

Deno.test("screen and camera are put together while the studio's tab is hidden", async () => {
  await browse({}, async ({ open, server }) => {
    const browser = await puppeteer.launch({
      executablePath: await findChromium(),
      ignoreDefaultArgs: SPARING,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        "--disable-features=WebRtcHideLocalIpsWithMdns",
      ],
    });
    try {
      const studio = await browser.newPage();
      await studio.goto(new URL("/studio", server.url).href);
      const press = (name: string, role: string) =>
        studio.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
      await press("Screen and camera", "radio");
      await studio.locator("::-p-aria([name='Name'][role='textbox'])").fill("hidden");
      await press("Go live", "button");
      await studio.locator("::-p-aria([name='End broadcast'][role='button'])").wait();
      const viewer = await open("/watch/hidden");
      await assertMovingPicture(viewer, "the viewer of a studio that is seen");

      const other = await browser.newPage();
      await other.bringToFront();
      assert(await studio.evaluate(() => document.hidden), "the studio is hidden");
      const framesIn = async (ms: number) => {
        const count = () =>
          viewer.evaluate(() =>
            document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames
          );
        const before = await count();
        await viewer.waitForTimeout(ms);
        return await count() - before;
      };
      // A timer would make one a second of it.
      const frames = await framesIn(4_000);
      assert(frames > 20, `${frames} frames in 4 s`);
      await assertMovingPicture(viewer, "the viewer of a studio that is hidden");
      assertEquals(await coloursAt(viewer, [{ x: 0.5, y: 0.2 }]), ["green"]);
    } finally {
      await browser.close();
    }
  });
});
