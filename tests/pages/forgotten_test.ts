/** A service that has forgotten a session: what the SDK takes up again by itself all the same. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { assertEventually } from "../support/eventually.ts";
import { assertMovingPicture } from "../support/media.ts";
import {
  cut,
  errorsOf,
  recordFrames,
  stateOf,
  statesOf,
  within,
  withSdk,
} from "../support/sdk_browsing.ts";
import { joinBroadcast, startBroadcast } from "../support/sdk_page.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";

/** Whoever loses the socket has left. */
const NO_GRACE = { VIEWER_GRACE_S: "0", BROADCASTER_GRACE_S: "0" };

/** Has every socket that a page opens from now on fail, until `findRoute`. */
const loseRoute = (page: Page) =>
  within(page, () => {
    const { WebSocket } = globalThis;
    globalThis.WebSocket = class extends WebSocket {
      constructor() {
        // The port of "discard", where nothing listens.
        super("ws://localhost:9");
      }
    };
    Object.assign(globalThis, { findRoute: () => globalThis.WebSocket = WebSocket });
  });

const findRoute = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { findRoute(): void }).findRoute());

Deno.test("[RESUME-3] a viewer whose session is no more joins again by itself", async () => {
  await withSdk({ env: NO_GRACE }, async ({ page }) => {
    await startBroadcast(await page(), "short");
    const viewer = await page();
    await joinBroadcast(viewer, "short");
    const frames = recordFrames(viewer);
    await cut(viewer);
    await assertEventually(
      () => statesOf(viewer),
      ["CONNECTING", "LISTENING", "RECONNECTING", "LISTENING"],
    );
    await assertMovingPicture(viewer, "the viewer whose session was no more");
    const welcome = frames.received.find(({ command }) => command === "WELCOME");
    assertEquals(welcome?.command === "WELCOME" && welcome.resumed, false);
    assertEquals(await errorsOf(viewer), []);
  });
});

Deno.test("[RESUME-3] a broadcast that is no more is started again, and its viewers wait for it", async () => {
  await withSdk({ env: NO_GRACE }, async ({ page, service }) => {
    const [broadcaster, viewer] = [await page(), await page()];
    await startBroadcast(broadcaster, "forgotten");
    await joinBroadcast(viewer, "forgotten");
    const frames = recordFrames(viewer);
    for (const one of [viewer, broadcaster]) {
      await loseRoute(one);
      await cut(one);
    }
    await using onlooker = await VirtualPeer.connect(service);
    await assertEventually(
      () => onlooker.subscribe("forgotten").then(() => "live", (e) => e.code),
      "unknown_broadcast",
    );

    // Who is back first finds nothing, and sees all the same that the broadcast goes on.
    await findRoute(viewer);
    const codes = () => frames.received.flatMap((one) => one.command === "ERROR" ? [one.code] : []);
    await assertEventually(() => codes()[0], "unknown_broadcast");
    assertEquals([await stateOf(viewer), await stateOf(broadcaster)], [
      "RECONNECTING",
      "RECONNECTING",
    ]);
    await assertMovingPicture(viewer, "the viewer of a broadcast that the service does not know");

    await findRoute(broadcaster);
    await assertEventually(() => stateOf(broadcaster), "BROADCASTING");
    await assertEventually(() => stateOf(viewer), "LISTENING");
    await assertMovingPicture(viewer, "the viewer of a broadcast that was started again");
    for (const one of [broadcaster, viewer]) assertEquals(await errorsOf(one), []);
    const newcomer = await page();
    await joinBroadcast(newcomer, "forgotten");
    await assertMovingPicture(newcomer, "the viewer who came afterwards");
  });
});

Deno.test("[RESUME-3] nothing is taken up with a token that the service does not know", async () => {
  await withSdk({}, async ({ page }) => {
    const broadcaster = await page();
    const isLive = await within(
      broadcaster,
      ({ tributary }) => tributary.resumeBroadcast("no such token", "nothing", "Ada"),
    );
    assertEquals([isLive, await stateOf(broadcaster)], [false, "READY"]);
    assertEquals(await errorsOf(broadcaster), []);
    // And the page may go on as if it were new.
    await startBroadcast(broadcaster, "nothing");
    assertEquals(await stateOf(broadcaster), "BROADCASTING");
  });
});
