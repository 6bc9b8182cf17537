/**
 * Who leaves carries its children on until they have another parent, or 2 s have passed: then, and
 * not before, its links are closed.
 */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { assertGap, measured } from "../resilience/gaps.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertMovingPicture } from "../support/media.ts";
import { stateOf, statesOf, within, withSdk } from "../support/sdk_browsing.ts";
import { joinBroadcast, startBroadcast } from "../support/sdk_page.ts";

/** For how long children are carried on at most. */
const CAP_MS = 2_000;

/** A frame's time and what a busy machine adds to it. */
const SOON_MS = 1_000;

/** Leaves, and resolves with how long it took until the last link of the page was closed. */
function leave(page: Page): Promise<{ leftAt: number; closedMs: number }> {
  return within(page, async ({ tributary, connections }) => {
    const now = () => performance.timeOrigin + performance.now();
    const leftAt = now();
    await tributary.leaveBroadcast();
    while (connections.some((one) => one.connectionState !== "closed")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { leftAt, closedMs: now() - leftAt };
  });
}

/** Takes down from now on when the last frame was shown, on a clock that all pages share. */
async function watchFrames(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const video = document.querySelector("video")!;
    const handleFrame = (now: number) => {
      Object.assign(globalThis, { frameAt: performance.timeOrigin + now });
      video.requestVideoFrameCallback(handleFrame);
    };
    video.requestVideoFrameCallback(handleFrame);
  });
  return () => page.evaluate(() => (globalThis as unknown as { frameAt: number }).frameAt);
}

Deno.test("who leaves is done as soon as its children have another parent", async () => {
  await measured(() =>
    withSdk({ maxListeners: 1 }, async ({ page }) => {
      await startBroadcast(await page(), "early");
      const [leaver, child] = [await page(), await page()];
      for (const viewer of [leaver, child]) await joinBroadcast(viewer, "early");
      await assertMovingPicture(child, "the child");
      const { closedMs } = await leave(leaver);
      // Nothing but a machine that is slow makes a child's new link take as long as that.
      assertGap(closedMs, CAP_MS - 100, "the links are open until the time is up");
      await assertEventually(() => stateOf(child), "LISTENING");
      await assertMovingPicture(child, "the child that has another parent");
    })
  );
});

Deno.test("who leaves carries children that find no other parent on for 2 s, and no longer", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page, stop }) => {
    await startBroadcast(await page(), "capped");
    const [leaver, child] = [await page(), await page()];
    for (const viewer of [leaver, child]) await joinBroadcast(viewer, "capped");
    await assertMovingPicture(child, "the child");
    const lastFrameAt = await watchFrames(child);
    // Nobody tells the child, and nobody could give it another parent.
    await stop();
    const { leftAt, closedMs } = await leave(leaver);
    assert(closedMs > CAP_MS - 100 && closedMs < CAP_MS + SOON_MS, `closed after ${closedMs} ms`);
    const carriedMs = await lastFrameAt() - leftAt;
    assert(carriedMs > CAP_MS - SOON_MS, `the child got frames for ${carriedMs} ms`);
    await assertEventually(
      () => statesOf(child),
      ["CONNECTING", "LISTENING", "RECONNECTING"],
    );
    assertEquals(await stateOf(leaver), "READY");
  });
});
