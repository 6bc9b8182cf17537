/** What viewers do on the watch page besides watching. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertMovingPicture } from "../support/media.ts";
import { readTree } from "../support/tree_table.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import { endBroadcast, goLive } from "../support/studio.ts";

const says = (page: Page, text: RegExp) =>
  page.getByRole("status").filter({ hasText: text }).first().waitFor();

/** Leaves a page and comes back to it as the back/forward cache does it. */
function hideAndShow(page: Page): Promise<void> {
  return page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
}

Deno.test("a viewer needs no name, and one that is given is seen at once and the next time", async () => {
  await browse({ maxListeners: 1 }, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "named");
    const names = async () => (await readTree(studio)).map(({ name }) => name);
    const viewer = await open("/watch/named");
    await assertMovingPicture(viewer, "the viewer without a name");
    await assertEventually(names, ["Anonymous"]);

    await viewer.getByText("You and this broadcast").click();
    await viewer.getByRole("textbox", { name: "Your name" }).fill(" Grace Hopper ");
    await viewer.keyboard.press("Enter");
    await assertEventually(names, ["Grace Hopper"]);
    await assertMovingPicture(viewer, "the viewer with a name");

    await viewer.reload();
    await assertMovingPicture(viewer, "the viewer who came again");
    await assertEventually(names, ["Grace Hopper"]);
  });
});

Deno.test("names of every kind lead from the list to the broadcast, and fit a phone", async () => {
  const names = [
    "100%25",
    "a/b\\c?d#e&f",
    "...",
    "日本語 👩‍👩‍👧",
    `${"Donaudampfschiff".repeat(12)}fahrt`,
  ];
  await browse({}, async ({ open, server }) => {
    await using broadcaster = await VirtualPeer.connect(server.wsUrl);
    for (const name of names) await broadcaster.startBroadcast(name);
    const viewer = await open("/");
    await viewer.setViewportSize({ width: 390, height: 844 });
    const isTooWide = () =>
      viewer.evaluate(() =>
        document.documentElement.scrollWidth > document.documentElement.clientWidth
      );
    for (const name of names) {
      await viewer.goto(server.url);
      assertEquals(await isTooWide(), false, "the list");
      await viewer.getByRole("link", { name, exact: true }).click();
      await viewer.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
      await says(viewer, /finding another way|waiting for the picture/i);
      assertEquals(await isTooWide(), false, name);
    }
  });
});

Deno.test("a viewer sees how far the picture has come, and readers do not read that out", async () => {
  await browse({ maxListeners: 1 }, async ({ open }) => {
    await goLive(await open("/studio"), "far");
    await assertMovingPicture(await open("/watch/far"), "the one in between");
    const viewer = await open("/watch/far");
    await viewer.setViewportSize({ width: 390, height: 844 });
    const distance = viewer.getByText(/^\d+(\.\d)? s behind, through 1 viewer$/);
    await distance.waitFor();
    const isAnnounced = (element: Element) =>
      element.closest("[aria-live], [role=status], [role=alert]") !== null;
    assertEquals(await distance.evaluate(isAnnounced), false);
    const isTooWide = () => document.documentElement.scrollWidth > innerWidth;
    assertEquals(await viewer.evaluate(isTooWide), false);

    await viewer.getByRole("button", { name: "Leave" }).click();
    await distance.waitFor({ state: "detached" });
  });
});

Deno.test("the tab says whether the broadcast is live, also when that changes", async () => {
  await browse({}, async ({ open, server }) => {
    await using broadcaster = await VirtualPeer.connect(server.wsUrl);
    const viewer = await open("/watch/later");
    assertEquals(await viewer.title(), "later is not live · Tributary");
    await broadcaster.startBroadcast("later");
    await assertEventually(() => viewer.title(), "later · live on Tributary");
    await broadcaster.endBroadcast("later");
    await assertEventually(() => viewer.title(), "later is not live · Tributary");
  });
});

Deno.test("pages that the browser brings back watch again, or go on with their broadcast", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "back");
    const viewer = await open("/watch/back");
    await says(viewer, /watching live/i);
    await hideAndShow(viewer);
    await assertMovingPicture(viewer, "the viewer who came back");
    await says(viewer, /watching live/i);
    await hideAndShow(studio);
    await assertMovingPicture(viewer, "the viewer of a page that came back");
    await says(viewer, /watching live/i);
    await studio.getByRole("heading", { name: "1 viewer" }).waitFor();
    await endBroadcast(studio);
    await says(viewer, /broadcast has ended/i);
  });
});

Deno.test("a picture that was paused, as by a headset, goes on when the viewer presses Play", async () => {
  await browse({}, async ({ open }) => {
    await goLive(await open("/studio"), "paused");
    const viewer = await open("/watch/paused");
    await says(viewer, /watching live/i);
    await viewer.evaluate(() => document.querySelector("video")!.pause());
    await viewer.getByRole("button", { name: "Play" }).click();
    await assertMovingPicture(viewer, "the viewer who pressed Play");
    await viewer.getByRole("button", { name: "Play" }).waitFor({ state: "detached" });
  });
});

Deno.test("leaving and watching again at once works while the service is still to hear of the leave", async () => {
  await browse({}, async ({ open, server }) => {
    await goLive(await open("/studio"), "hasty");
    const viewer = await open("/");
    const held = Promise.withResolvers<void>();
    await viewer.routeWebSocket(/\/api\/ws$/, (socket) => {
      const service = socket.connectToServer();
      let order = Promise.resolve();
      socket.onMessage((frame) => {
        if (String(frame).includes("LEAVE_BROADCAST")) order = held.promise;
        order = order.then(() => service.send(frame));
      });
    });
    await viewer.goto(`${server.url}/watch/hasty`);
    await says(viewer, /watching live/i);
    await viewer.getByRole("button", { name: "Leave" }).click();
    await viewer.getByRole("button", { name: "Watch again" }).click();
    await says(viewer, /connecting you/i);
    held.resolve();
    await assertMovingPicture(viewer, "the viewer who watches again");
    await says(viewer, /watching live/i);
  });
});

Deno.test("in the middle of a join a viewer may leave, take another name, or go away and come back", async () => {
  await browse({}, async ({ open, server }) => {
    const studio = await open("/studio");
    await goLive(studio, "midway");
    const names = async () => (await readTree(studio)).map(({ name }) => name);
    const viewer = await open("/");
    let held = Promise.withResolvers<void>();
    await viewer.routeWebSocket(/\/api\/ws$/, (socket) => {
      const service = socket.connectToServer();
      let order = Promise.resolve();
      socket.onMessage((frame) => {
        if (String(frame).includes("JOIN_BROADCAST")) order = held.promise;
        order = order.then(() => service.send(frame));
      });
    });
    await viewer.goto(`${server.url}/watch/midway`);
    await says(viewer, /connecting you/i);
    await viewer.getByRole("button", { name: "Leave" }).click();
    await says(viewer, /you left/i);
    held.resolve();

    held = Promise.withResolvers();
    await viewer.getByRole("button", { name: "Watch again" }).click();
    await says(viewer, /connecting you/i);
    await viewer.getByText("You and this broadcast").click();
    await viewer.getByRole("textbox", { name: "Your name" }).fill("Grace Hopper");
    await viewer.keyboard.press("Enter");
    held.resolve();
    await assertMovingPicture(viewer, "the viewer with another name");
    await says(viewer, /watching live/i);
    await assertEventually(names, ["Grace Hopper"]);

    held = Promise.withResolvers();
    await viewer.reload();
    await says(viewer, /connecting you/i);
    await hideAndShow(viewer);
    held.resolve();
    await assertMovingPicture(viewer, "the viewer who was away during the join");
    await says(viewer, /watching live/i);
    await assertEventually(names, ["Grace Hopper"]);
  });
});
