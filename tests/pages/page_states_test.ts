import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
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
  });
});
