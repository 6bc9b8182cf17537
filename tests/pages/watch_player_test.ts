/** The player and the page around it, as people use them: by pointer, by keyboard, on a phone. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertGoodLooks, watchShifts } from "../support/looks.ts";
import { assertMovingPicture } from "../support/media.ts";
import { endBroadcast, goLive } from "../support/studio.ts";

/** What Core Web Vitals call good is 0.1; nothing of ours has a reason to move at all. */
const MAX_SHIFT = 0.01;

const says = (page: Page, text: RegExp) =>
  page.getByRole("status").filter({ hasText: text }).first().waitFor();

const control = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

const isPaused = (page: Page) =>
  page.locator("video").evaluate((video: HTMLVideoElement) => video.paused);
const soundOf = (page: Page) =>
  page.locator("video").evaluate(({ muted, volume }: HTMLVideoElement) =>
    muted ? "off" : volume.toFixed(1)
  );

Deno.test("where the browser allows no sound, there is one clear Unmute", async () => {
  const launch = {
    without: ["--autoplay-policy=no-user-gesture-required"],
    flags: ["--autoplay-policy=document-user-activation-required"],
  };
  await browse({ launch, mayComplain: /^plays$/ }, async ({ open, server }) => {
    await goLive(await open("/studio"), "quiet");
    const viewer = await open("about:blank");
    // Nothing may be asked of the page before it plays: to the browser that is a person's doing.
    await viewer.addInitScript(() =>
      addEventListener("playing", () => console.log("plays"), { capture: true, once: true })
    );
    const plays = viewer.waitForEvent("console");
    await viewer.goto(`${server.url}/watch/quiet`);
    await plays;
    await assertMovingPicture(viewer, "the viewer without sound");
    assertEquals(await soundOf(viewer), "off");
    await assertGoodLooks(viewer, "watch-muted");
    await control(viewer, "Unmute").click();
    await control(viewer, "Unmute").waitFor({ state: "detached" });
    await assertEventually(() => soundOf(viewer), "1.0");
  });
});

Deno.test("sound, pause, full screen, picture in picture, theatre and help, by pointer and by keys", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "show");
    const viewer = await open("/watch/show");
    const shifts = await watchShifts(viewer);
    await viewer.setViewportSize({ width: 1280, height: 800 });
    await says(viewer, /watching live/i);
    await control(viewer, "Pause").waitFor();
    await viewer.getByText("1 watching").waitFor();
    const player = viewer.locator(".player");

    // Out of the way of who only watches, and back at a movement.
    await viewer.mouse.move(5, 5);
    await viewer.locator('.player[data-idle="true"]').waitFor();
    await viewer.mouse.move(640, 300);
    await viewer.locator('.player[data-idle="false"]').waitFor();

    await viewer.keyboard.press("m");
    assertEquals(await soundOf(viewer), "off");
    await says(viewer, /^sound off$/i);
    assertEquals(await control(viewer, "Unmute").count(), 0, "nobody has to be told");
    await control(viewer, "Sound on").click();
    assertEquals(await soundOf(viewer), "1.0");
    // The button has the focus, which is in the player: there arrows are for the volume.
    for (let i = 0; i < 3; i++) await viewer.keyboard.press("ArrowDown");
    assertEquals(await soundOf(viewer), "0.7");
    await viewer.getByRole("slider", { name: "Volume" }).fill("40");
    assertEquals(await soundOf(viewer), "0.4");

    await viewer.keyboard.press("k");
    assertEquals(await isPaused(viewer), true);
    await control(viewer, "Back to live").waitFor();
    await assertGoodLooks(viewer, "watch-paused");
    await viewer.setViewportSize({ width: 1280, height: 800 });
    await control(viewer, "Back to live").click();
    await assertMovingPicture(viewer, "the viewer who went on");
    await player.click({ position: { x: 300, y: 200 } });
    assertEquals(await isPaused(viewer), true);
    await viewer.keyboard.press(" ");
    assertEquals(await isPaused(viewer), false);

    await viewer.keyboard.press("?");
    const help = viewer.getByRole("dialog", { name: "Keyboard shortcuts" });
    await help.waitFor();
    await assertGoodLooks(viewer, "watch-help");
    await viewer.setViewportSize({ width: 1280, height: 800 });
    await viewer.keyboard.press("m");
    assertEquals(await soundOf(viewer), "0.4", "keys are the dialog's while it is open");
    const anywhere = help.getByRole("switch", { name: /^Anywhere on this page/ });
    await anywhere.uncheck();
    await viewer.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });

    // Outside of the player single keys do nothing for who wants that (WCAG 2.1.4).
    await viewer.getByRole("button", { name: "Leave" }).focus();
    await viewer.keyboard.press("m");
    assertEquals(await soundOf(viewer), "0.4");
    await player.focus();
    await viewer.keyboard.press("m");
    assertEquals(await soundOf(viewer), "off");
    await viewer.keyboard.press("m");
    await viewer.keyboard.press("?");
    await anywhere.check();
    await viewer.keyboard.press("Escape");

    await viewer.getByText("You and this broadcast").click();
    await viewer.getByRole("textbox", { name: "Your name" }).pressSequentially("Kim Tomas");
    assertEquals([await isPaused(viewer), await soundOf(viewer)], [false, "0.4"]);
    await viewer.getByText("You and this broadcast").click();

    await control(viewer, "Full screen").click();
    await viewer.waitForFunction(() => document.fullscreenElement?.matches(".player"));
    await viewer.keyboard.press("f");
    await viewer.waitForFunction(() => document.fullscreenElement === null);

    if (await viewer.evaluate(() => document.pictureInPictureEnabled)) {
      await control(viewer, "Picture in picture").click();
      await viewer.waitForFunction(() => document.pictureInPictureElement !== null);
      await viewer.keyboard.press("i");
      await viewer.waitForFunction(() => document.pictureInPictureElement === null);
    } else {
      console.log("This browser has no picture in picture without a window: not tried");
      assertEquals(await control(viewer, "Picture in picture").count(), 0);
    }

    const usual = (await player.boundingBox())!;
    await viewer.keyboard.press("t");
    const wide = (await player.boundingBox())!;
    assert(wide.width > usual.width + 100, `${wide.width} is not wider than ${usual.width}`);
    await viewer.mouse.move(640, 310);
    await assertGoodLooks(viewer, "watch-theatre", { fullPage: true });
    await viewer.setViewportSize({ width: 1280, height: 800 });
    assert(await shifts() <= MAX_SHIFT, `the watch page moves by ${await shifts()}`);

    await viewer.reload();
    const reloaded = await watchShifts(viewer);
    await says(viewer, /watching live/i);
    await control(viewer, "Pause").waitFor();
    assertEquals((await player.boundingBox())!.width, wide.width, "theatre is remembered");
    assertEquals(await soundOf(viewer), "0.4", "the volume is remembered");
    assert(await reloaded() <= MAX_SHIFT, `the wide page moves by ${await reloaded()}`);
    await control(viewer, "Wide picture").click();
    assertEquals((await player.boundingBox())!.width, usual.width);

    await viewer.setViewportSize({ width: 320, height: 600 });
    for (const name of ["Pause", "Sound off", "Full screen"]) {
      const box = (await control(viewer, name).boundingBox())!;
      assert(box.x >= 0 && box.x + box.width <= 320, `${name} is cut off`);
      assert(box.width >= 44 && box.height >= 44, `${name} is ${box.width} x ${box.height}`);
    }
    await viewer.setViewportSize({ width: 1280, height: 800 });

    await endBroadcast(studio);
    await says(viewer, /has ended.*ended at .* and was \d+ (s|min) long/i);
    assertEquals(await control(viewer, "Pause").count(), 0);
  });
});

Deno.test("statistics show plausible figures, and plots of them", async () => {
  await browse({ maxListeners: 1 }, async ({ open }) => {
    await goLive(await open("/studio"), "figures");
    const viewer = await open("/watch/figures");
    await viewer.setViewportSize({ width: 1280, height: 800 });
    await assertMovingPicture(viewer, "the viewer");
    const child = await open("/watch/figures");
    await assertMovingPicture(child, "its child");
    await viewer.mouse.move(640, 300);
    await control(viewer, "Statistics").click();
    const overlay = viewer.getByRole("region", { name: "Statistics" });
    await overlay.waitFor();

    const value = async (name: string) => {
      const row = overlay.locator("div", { has: viewer.getByText(name, { exact: true }) }).last();
      return Number.parseFloat(await row.locator("dd, strong").first().innerText());
    };
    await assertEventually(() => value("Viewers carried"), 1);
    await assertEventually(async () => await value("Given") > 10, true);
    assertEquals(await value("Links to the broadcaster"), 1);
    await overlay.getByText("The broadcaster", { exact: true }).waitFor();
    await overlay.getByText("640 × 360").waitFor();
    const [fps, latency, loss] = [
      await value("Frame rate"),
      await value("Behind live"),
      await value("Loss"),
    ];
    assert(fps > 0 && fps <= 31, `${fps} fps`);
    assert(latency > 0 && latency < 5_000, `${latency} ms`);
    assert(loss >= 0 && loss <= 100, `${loss} %`);
    await assertEventually(async () => await value("In") > 0.01, true);
    const out = overlay.getByText(/^Out \d+\.\d\d Mbit\/s$/);
    await assertEventually(async () => parseFloat((await out.innerText()).slice(4)) > 0.01, true);

    const drawn = () =>
      overlay.locator("canvas").evaluateAll((all) =>
        (all as HTMLCanvasElement[]).map((canvas) =>
          canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data
            .some((value) => value > 0)
        )
      );
    await assertEventually(drawn, [true, true, true, true]);
    assertEquals(await overlay.locator("[aria-hidden] canvas").count(), 4);
    await assertGoodLooks(viewer, "watch-stats");

    await viewer.keyboard.press("Escape");
    await overlay.waitFor({ state: "detached" });
    await viewer.keyboard.press("s");
    await overlay.waitFor();
  });
});
