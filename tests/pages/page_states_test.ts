import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { BroadcastSummary } from "../../lib/broadcast_summary.ts";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { assertGoodLooks, assertNoMotion, assertSteady } from "../support/looks.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
import { sdkPage, type SdkPageGlobals, startBroadcast, untilReady } from "../support/sdk_page.ts";
import { endBroadcast, pressGoLive as goLive, untilLive as isLive } from "../support/studio.ts";

const says = (page: Page, role: "alert" | "status", text: RegExp) =>
  page.getByRole(role).filter({ hasText: text }).first().waitFor();

Deno.test("the studio says so when the camera is refused", async () => {
  const launch = {
    without: ["--use-fake-ui-for-media-stream"],
    flags: ["--use-fake-ui-for-media-stream=deny"],
  };
  await browse({ launch }, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "refused");
    await says(studio, "alert", /does not let|refused|not allowed/i);
    await assertGoodLooks(studio, "studio-refused", { fullPage: true });
    await studio.getByRole("button", { name: "Go live" }).waitFor();
  });
});

Deno.test("the studio says so when there is no camera", async () => {
  const launch = {
    without: ["--use-fake-device-for-media-stream"],
    flags: ["--use-fake-device-for-media-stream=device-count=0"],
  };
  await browse({ launch }, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "missing");
    await says(studio, "alert", /no camera/i);
    await assertGoodLooks(studio, "studio-no-camera", { fullPage: true });
  });
});

Deno.test("whoever has no camera is heard, and stays muted with another microphone", async () => {
  const launch = {
    without: ["--use-fake-device-for-media-stream"],
    flags: ["--use-fake-device-for-media-stream=device-count=0"],
  };
  await browse({ launch }, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "heard");
    await isLive(studio);
    const viewer = await open("/watch/heard");
    await says(viewer, "status", /listening live/i);
    await assertSound(viewer, "the viewer of a broadcast without a picture");
    await assertGoodLooks(viewer, "watch-sound-only", { fullPage: true });
    await assertGoodLooks(studio, "studio-sound-only", { fullPage: true });

    await studio.getByRole("button", { name: "Mute microphone" }).click();
    const track = await studio.evaluateHandle(() =>
      (document.querySelector("video")!.srcObject as MediaStream).getAudioTracks()[0]!
    );
    await studio.getByRole("button", { name: "Turn the camera on" }).click();
    await says(studio, "alert", /no camera/i);
    await studio.getByRole("button", { name: "Source" }).click();
    await studio.getByRole("combobox", { name: "Microphone" })
      .selectOption({ label: "Fake Audio Input 2" });
    await studio.waitForFunction((former) => former.readyState === "ended", track);
    await studio.keyboard.press("Escape");
    const isHeard = () =>
      studio.evaluate(() =>
        (document.querySelector("video")!.srcObject as MediaStream).getAudioTracks()[0]!.enabled
      );
    assertEquals(await isHeard(), false);
    await studio.getByRole("button", { name: "Unmute microphone" }).click();
    assertEquals(await isHeard(), true);

    assertEquals(await studio.getByRole("button", { name: "Camera off" }).count(), 0);
    await studio.getByRole("button", { name: "Camera on", exact: true }).click();
    await says(studio, "alert", /everything else stays/i);
  });
});

Deno.test("the studio says so when the name is taken, and the watch page when nobody is live", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "mine");
    await isLive(studio);
    const second = await open("/studio");
    await goLive(second, "mine");
    await says(second, "alert", /name is (live|taken|in use)/i);
    await assertGoodLooks(second, "studio-name-taken", { fullPage: true });
    // What is wrong is said again, when it is wrong again.
    await goLive(second, "..");
    await says(second, "alert", /cannot be part of a link/i);
    const alert = await second.getByRole("alert").elementHandle();
    await second.getByRole("button", { name: "Go live" }).click();
    await second.waitForFunction((alert) => !alert!.isConnected, alert);
    await says(second, "alert", /cannot be part of a link/i);
    const selected = await second.getByRole("textbox", { name: "Name", exact: true })
      .evaluate((field: HTMLInputElement) =>
        field === document.activeElement && field.selectionEnd! - field.selectionStart!
      );
    assertEquals(selected, 2);

    // As when a browser makes a second tab of the first one.
    const kept = await studio.evaluate(() => {
      dispatchEvent(new Event("pagehide"));
      return Object.entries(sessionStorage);
    });
    await second.evaluate((kept) => {
      for (const [key, value] of kept) sessionStorage.setItem(key, value);
    }, kept);
    await second.reload();
    await isLive(second);
    await says(studio, "alert", /goes on in another tab/i);
    await assertGoodLooks(studio, "studio-taken-over", { fullPage: true });

    const viewer = await open("/watch/nobody");
    await says(viewer, "alert", /not live/i);
  });
});

Deno.test("the watch page says that a broadcast has ended, and starts when it is live again", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "series");
    await isLive(studio);
    const viewer = await open("/watch/series");
    await says(viewer, "status", /watching live/i);
    await endBroadcast(studio);
    await says(viewer, "status", /has ended/i);

    await studio.getByRole("button", { name: "Start another" }).click();
    await goLive(studio, "series");
    await says(viewer, "status", /watching live/i);
  });
});

Deno.test("the studio says that the service is away, and the picture goes on", async () => {
  await browse({}, async ({ open, server }) => {
    const studio = await open("/studio");
    await goLive(studio, "lost");
    await isLive(studio);
    const viewer = await open("/watch/lost");
    await says(viewer, "status", /watching live/i);
    await server.stop();
    await says(studio, "status", /reconnecting/i);
    await assertMovingPicture(viewer, "the viewer without the service");
    await says(viewer, "status", /watching live/i);
    await assertGoodLooks(studio, "studio-reconnecting", { fullPage: true });

    await studio.close({ runBeforeUnload: false });
    await says(viewer, "status", /^finding another way/i);
    // Whoever looks for another way is one who watches.
    await viewer.getByText("1 watching").waitFor();
    await says(viewer, "status", /^still looking for another way/i);
    await assertGoodLooks(viewer, "watch-reconnecting-long", { fullPage: true });
  });
});

Deno.test("who finds no room is told so, and comes in when there is some", async () => {
  await browse({ maxListeners: 1 }, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "full");
    await isLive(studio);
    const first = await open("/watch/full");
    await says(first, "status", /watching live/i);
    await first.getByText("You and this broadcast").click();
    const relaying = first.getByRole("switch", { name: "Pass the stream on to others" });
    await relaying.click();

    const second = await open("/watch/full");
    await says(second, "alert", /no room/i);
    await assertGoodLooks(second, "watch-full", { fullPage: true });
    await relaying.click();
    await says(second, "status", /watching live/i);
  });
});

Deno.test("pages say that they are connecting, cut off or at fault, or that a browser cannot do it", async () => {
  await browse({}, async ({ browser, server, open }) => {
    await using site = serveForeignSite({ "/": sdkPage(server.url) });
    const broadcaster = await untilReady(await open(site.url));
    await startBroadcast(broadcaster, "slow");
    await broadcaster.evaluate(sendStill);
    const stills = async () => {
      const list: BroadcastSummary[] = await (await fetch(`${server.url}/api/broadcasts`)).json();
      return list.map(({ still }) => still !== null);
    };
    await assertEventually(stills, [true]);

    const viewer = await open("/nowhere");
    /** What the service does: it never answers, takes no joins, or does as it should. */
    let service: "silent" | "failing" | "well" = "silent";
    let cutOff = () => Promise.resolve();
    await viewer.routeWebSocket(/\/api\/ws/, (socket) => {
      cutOff = () => socket.close();
      if (service === "silent") return;
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        const isJoin = String(frame).includes('"JOIN_BROADCAST"');
        if (service === "failing" && isJoin) socket.send(JSON.stringify(FAULT));
        else server.send(frame);
      });
    });
    for (const path of ["/embed/slow", "/watch/slow"]) {
      await viewer.goto(server.url + path);
      await says(viewer, "status", /connecting you/i);
      await assertEventually(() => stillOf(viewer), "seen, 480 x 270");
      await assertGoodLooks(viewer, `${path.split("/")[1]}-connecting`, { fullPage: true });
      await assertNoMotion(viewer, "a page that is connecting");
    }
    assertEquals(await viewer.getByText(/\d watching/).count(), 0);
    const isSteady = await assertSteady(viewer, "the watch page");

    await cutOff();
    await says(viewer, "alert", /the connection was lost/i);
    await assertEventually(() => stillOf(viewer), "not seen");
    await assertGoodLooks(viewer, "watch-lost", { fullPage: true });
    service = "failing";
    await cutOff();
    await viewer.getByRole("button", { name: "Try again" }).click();
    await says(viewer, "alert", /the fault is ours/i);
    await assertGoodLooks(viewer, "watch-failed", { fullPage: true });
    service = "well";
    await viewer.getByRole("button", { name: "Try again" }).click();
    await says(viewer, "status", /watching live/i);
    await assertEventually(() => stillOf(viewer), "not seen");
    await viewer.getByText("1 watching").waitFor();
    await isSteady();

    await using old = await browser.newContext();
    await old.addInitScript(() => Reflect.deleteProperty(globalThis, "RTCPeerConnection"));
    const page = await old.newPage();
    await page.goto(`${server.url}/watch/slow`);
    await says(page, "alert", /cannot watch/i);
    await assertGoodLooks(page, "watch-unsupported", { fullPage: true });
    await page.goto(`${server.url}/studio`);
    await says(page, "alert", /cannot broadcast/i);
    await assertGoodLooks(page, "studio-unsupported", { fullPage: true });
  });
});

/** What the service says when it is its own fault. */
const FAULT = { command: "ERROR", message: "Oh", code: "internal", answers: "JOIN_BROADCAST" };

/** Sends a picture for the list, of the size that the studio's have; runs in the page. */
async function sendStill(): Promise<void> {
  const { tributary } = globalThis as unknown as SdkPageGlobals;
  const canvas = new OffscreenCanvas(480, 270);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "orange";
  context.fillRect(0, 0, 480, 270);
  context.fillStyle = "white";
  context.fillRect(120, 60, 240, 150);
  await tributary.sendStill(await canvas.convertToBlob({ type: "image/webp" }));
}

/** How the picture that is shown until there is more is seen: it says nothing, and has no role. */
function stillOf(page: Page): Promise<string> {
  return page.locator(".player img").evaluate((image: HTMLImageElement) => {
    const { naturalWidth, naturalHeight } = image;
    if (!image.checkVisibility({ visibilityProperty: true })) return "not seen";
    return `seen, ${naturalWidth} x ${naturalHeight}`;
  });
}
