/** Links that never come up: what a viewer does whose parent cannot be reached at all. */
import { assert, assertEquals } from "@std/assert";
import type { Tributary } from "../../lib/client/mod.ts";
import { assertEventually } from "../support/eventually.ts";
import { joinsOf, recordFrames, stateOf, within, withSdk } from "../support/sdk_browsing.ts";
import { startBroadcast } from "../support/sdk_page.ts";

/** Below the 15 s that a link has; the machine's clock and the page's may differ a little. */
const CONNECT_TIMEOUT_MS = 14_500;

Deno.test("[JOIN-12] a viewer whose link never comes up reports its parent lost, and joins again", async () => {
  await withSdk({}, async ({ page }) => {
    await startBroadcast(await page(), "unreachable");
    const viewer = await page();
    const frames = recordFrames(viewer);
    await within(viewer, (globals) => {
      const Client = globals.tributary.constructor as new (options: object) => Tributary;
      // Without a TURN server there is not one candidate, so ICE never begins, nor fails.
      globals.tributary = new Client({ rtcConfiguration: { iceTransportPolicy: "relay" } });
      return globals.tributary.joinBroadcast("unreachable");
    });
    const joinedAt = performance.now();
    assertEquals(await stateOf(viewer), "LISTENING");
    await assertEventually(() => joinsOf(frames).lost.length, 2);
    const waitedMs = performance.now() - joinedAt;
    const { lost, parents } = joinsOf(frames);
    assertEquals(lost, [undefined, parents[0]]);
    assert(waitedMs > CONNECT_TIMEOUT_MS, `it waits long enough for slow links: ${waitedMs} ms`);
    assertEquals(await stateOf(viewer), "RECONNECTING");
  });
});
