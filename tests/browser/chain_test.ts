import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
import { readTree } from "../support/tree_table.ts";
import { endBroadcast, goLive } from "../support/studio.ts";

/** The broadcaster's tree, as the studio shows it: the depths of those who watch. */
async function depthsOf(studio: Page): Promise<number[]> {
  return (await readTree(studio)).map(({ depth }) => depth);
}

Deno.test("a broadcast flows through a chain of viewers, heals when one leaves, and ends", async () => {
  await browse({ maxListeners: 1 }, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "chain");

    const viewers: Page[] = [];
    for (const count of [1, 2, 3]) {
      const viewer = await open("/watch/chain");
      await assertMovingPicture(viewer, `viewer ${count}`);
      viewers.push(viewer);
      // One below the other.
      await assertEventually(() => depthsOf(studio), [1, 2, 3].slice(0, count));
    }
    const [first, middle, last] = viewers as [Page, Page, Page];
    await assertSound(last, "the last viewer");

    await middle.getByRole("button", { name: "Leave" }).click();
    await middle.getByRole("status").filter({ hasText: /left/i }).waitFor();
    await assertEventually(() => depthsOf(studio), [1, 2]);
    await assertMovingPicture(last, "the viewer below the one that left");
    await assertSound(last, "the viewer below the one that left");
    await assertMovingPicture(first, "the viewer above the one that left");

    await endBroadcast(studio);
    for (const viewer of [first, last]) {
      await viewer.getByRole("status").filter({ hasText: /broadcast has ended/i }).waitFor();
    }
    await studio.getByRole("status").filter({ hasText: /broadcast has ended/i }).waitFor();
  });
});
