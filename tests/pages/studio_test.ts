/** What broadcasters do in the studio: sources, preview, sharing, recording and the end. */
import { assert, assertEquals } from "@std/assert";
import jsQR from "jsqr";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { colouredFilm, coloursAt, recordFilm } from "../support/coloured_pictures.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertGoodLooks, watchShifts } from "../support/looks.ts";
import { assertSound, beepingFile, tonesHeard } from "../support/media.ts";
import { endBroadcast, goLive, untilLive } from "../support/studio.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const radio = (page: Page, name: string) => page.getByRole("radio", { name, exact: true });
const select = (page: Page, name: string) => page.getByRole("combobox", { name });

const MIDDLE = { x: 0.2, y: 0.5 };
const BOTTOM_RIGHT = { x: 0.8, y: 0.85 };
const TOP_LEFT = { x: 0.2, y: 0.15 };

/** Asserts that a page's video comes to have a colour in some spot. */
const assertColour = (page: Page, spot: typeof MIDDLE, colour: string, message: string) =>
  assertEventually(async () => (await coloursAt(page, [spot]))[0], colour, message);

/** What the microphone gives, and what a screen does, in Hz. */
const VOICE = 800;
const SCREEN_SOUND = 2_000;

/**
 * Chromium says so now and then where a reader of pictures is closed while one is on its way to it;
 * those that have come are closed.
 */
const ON_ITS_WAY = /^A VideoFrame was garbage collected/;

/**
 * Runs with a camera that gives nothing but red, and a microphone that gives one tone; what Chromium
 * gives for a screen is green.
 */
async function withRedCamera(body: Parameters<typeof browse>[1]): Promise<void> {
  const film = await Deno.makeTempFile({ suffix: ".y4m" });
  const sound = await Deno.makeTempFile({ suffix: ".wav" });
  await Deno.writeFile(film, colouredFilm({ width: 640, height: 360 }, [81, 90, 240]));
  await Deno.writeFile(sound, beepingFile(VOICE));
  const flags = [
    `--use-file-for-fake-video-capture=${film}`,
    `--use-file-for-fake-audio-capture=${sound}`,
  ];
  try {
    await browse({ launch: { flags }, mayComplain: ON_ITS_WAY }, body);
  } finally {
    await Deno.remove(film);
    await Deno.remove(sound);
  }
}

/** Gives screens a tone, which Chromium's pretended one has not, and lets `unplug` end what was opened. */
const prepareDevices = (page: Page) =>
  page.evaluate((frequency) => {
    const opened: Record<string, MediaStreamTrack> = {};
    const { mediaDevices } = navigator;
    const [screen, camera] = [mediaDevices.getDisplayMedia, mediaDevices.getUserMedia];
    mediaDevices.getDisplayMedia = async (options) => {
      const [picture] = (await screen.call(mediaDevices, options)).getVideoTracks();
      opened.screen = picture!;
      const audio = new AudioContext();
      const tone = new OscillatorNode(audio, { frequency });
      const volume = new GainNode(audio, { gain: 0.4 });
      const out = audio.createMediaStreamDestination();
      tone.connect(volume).connect(out);
      tone.start();
      return new MediaStream([picture!, ...out.stream.getTracks()]);
    };
    mediaDevices.getUserMedia = async (options) => {
      const stream = await camera.call(mediaDevices, options);
      opened.camera = stream.getVideoTracks()[0] ?? opened.camera!;
      return stream;
    };
    // As the browser does it when a cable is pulled, or its own button pressed.
    const unplug = (what: string) => opened[what]!.dispatchEvent(new Event("ended"));
    Object.assign(globalThis, { unplug });
  }, SCREEN_SOUND);

const unplug = (page: Page, what: "camera" | "screen") =>
  page.evaluate((what) => {
    (globalThis as unknown as { unplug(what: string): void }).unplug(what);
  }, what);

/** Asserts that of microphone and screen a viewer comes to hear these, and no other. */
const assertHears = (page: Page, tones: number[] | "silence", message: string) =>
  assertEventually(() => tonesHeard(page, [VOICE, SCREEN_SOUND]), tones, message);

Deno.test("before going live one chooses camera and microphone, sees oneself, and sees that one is heard", async () => {
  const launch = {
    without: ["--use-fake-device-for-media-stream"],
    flags: ["--use-fake-device-for-media-stream=device-count=2"],
  };
  await browse({ launch }, async ({ open, server }) => {
    const studio = await open("/studio");
    const name = studio.getByRole("textbox", { name: "Name", exact: true });
    await name.fill("my sho");
    await name.press("w");
    const { host } = new URL(server.url);
    await studio.getByText(`${host}/watch/my%20show`, { exact: true }).waitFor();

    await button(studio, "Try the camera").click();
    await select(studio, "Camera").selectOption({ label: "fake_device_1" });
    const cameraLabel = () =>
      studio.evaluate(() =>
        (document.querySelector("video")!.srcObject as MediaStream).getVideoTracks()[0]?.label
      );
    await assertEventually(cameraLabel, "fake_device_1");
    const meter = studio.getByRole("meter", { name: "Sound level" });
    const levels = new Set<string | null>();
    await assertEventually(
      async () => {
        levels.add(await meter.getAttribute("aria-valuenow"));
        return levels.size > 4;
      },
      true,
      "the meter moves",
    );
    await assertGoodLooks(studio, "studio-setup-camera", { fullPage: true });

    await select(studio, "Microphone").selectOption({ label: "No microphone" });
    await meter.waitFor({ state: "detached" });
    await select(studio, "Microphone").selectOption({ label: "Fake Audio Input 1" });
    await meter.waitFor();
    const microphoneLabel = () =>
      studio.evaluate(() =>
        (document.querySelector("video")!.srcObject as MediaStream).getAudioTracks()[0]?.label
      );
    await assertEventually(microphoneLabel, "Fake Audio Input 1");
    await radio(studio, "Unlisted").check();
    await studio.getByText("Only those with the link can watch").waitFor();

    await studio.reload();
    const shifts = await watchShifts(studio);
    await assertEventually(() => radio(studio, "Unlisted").isChecked(), true);
    assert(await shifts() <= 0.01, `the studio moves by ${await shifts()} when it opens`);
    await button(studio, "Try the camera").click();
    await assertEventually(cameraLabel, "fake_device_1", "the camera is remembered");
    await assertEventually(
      () => select(studio, "Microphone").locator("option:checked").textContent(),
      "Fake Audio Input 1",
    );
    await assertEventually(microphoneLabel, "Fake Audio Input 1", "the microphone is remembered");
    await goLive(studio, "my show");
    await studio.getByText("Only those with the link can watch").waitFor();

    // What went live afterwards is on the home page, and this is not.
    await using other = await VirtualPeer.connect(server.wsUrl);
    await other.startBroadcast("for-all", {});
    const home = await open("/");
    await home.getByRole("link", { name: "for-all", exact: true }).waitFor();
    assertEquals(await home.getByRole("article").count(), 1);
    const friend = await open("/watch/my%20show");
    await friend.getByRole("heading", { level: 1, name: "my show" }).waitFor();
  });
});

Deno.test("viewers see one source after another without joining again", async () => {
  await withRedCamera(async ({ open }) => {
    const studio = await open("/studio");
    await radio(studio, "Screen and camera").check();
    await assertGoodLooks(studio, "studio-setup-both", { fullPage: true });
    await radio(studio, "Camera").check();
    await prepareDevices(studio);
    await goLive(studio, "sources");
    await studio.getByText("Anyone can watch, by the link or from the home page.").waitFor();
    const viewer = await open("/watch/sources");
    await assertColour(viewer, MIDDLE, "red", "the camera");
    await assertHears(viewer, [VOICE], "the microphone");
    const joined = await viewer.evaluateHandle(() => document.querySelector("video")!.srcObject);
    const isSameStream = () =>
      viewer.evaluate((stream) => document.querySelector("video")!.srcObject === stream, joined);

    await button(studio, "Share screen").click();
    await assertColour(viewer, MIDDLE, "green", "the screen");
    await assertHears(viewer, [VOICE, SCREEN_SOUND], "microphone and screen together");
    await button(studio, "Source").click();
    await select(studio, "Microphone").selectOption({ label: "No microphone" });
    await assertHears(viewer, [SCREEN_SOUND], "the screen alone");
    await select(studio, "Microphone").selectOption({ index: 0 });
    await assertHears(viewer, [VOICE, SCREEN_SOUND], "the microphone again");
    await radio(studio, "Screen and camera").check();
    await button(studio, "Share screen and camera").click();
    await studio.getByRole("dialog").waitFor({ state: "detached" });
    await assertColour(viewer, BOTTOM_RIGHT, "red", "the camera in the corner");
    assertEquals(await coloursAt(viewer, [MIDDLE, TOP_LEFT]), ["green", "green"]);

    await unplug(studio, "camera");
    await studio.getByRole("alert").filter({ hasText: "see your screen without it" }).waitFor();
    await assertColour(viewer, BOTTOM_RIGHT, "green", "the screen without its camera");
    await button(studio, "Turn the camera on").click();
    await assertColour(viewer, BOTTOM_RIGHT, "red", "the camera beside the same screen");
    await unplug(studio, "screen");
    await assertColour(viewer, MIDDLE, "dark", "a card after screen and camera");
    await button(studio, "Share screen again").click();
    await assertColour(viewer, BOTTOM_RIGHT, "red", "screen and camera again");
    await button(studio, "Source").click();
    await radio(studio, "Top left").check();
    await radio(studio, "Large").check();
    await assertGoodLooks(studio, "studio-source-dialog");
    await studio.keyboard.press("Escape");
    await assertColour(viewer, TOP_LEFT, "red", "the camera in another corner");
    assertEquals(await coloursAt(viewer, [BOTTOM_RIGHT]), ["green"]);
    assertEquals(await coloursAt(viewer, [{ x: 0.33, y: 0.3 }]), ["red"], "a large camera");

    await button(studio, "Camera off").click();
    await assertColour(viewer, TOP_LEFT, "green", "the screen without the camera");
    await button(studio, "Source").click();
    await radio(studio, "Camera").check();
    await button(studio, "Show camera").click();
    await assertColour(viewer, MIDDLE, "red", "the camera again");
    await button(studio, "Camera off").click();
    await assertColour(viewer, MIDDLE, "dark", "a card");
    await assertSound(viewer, "who sees a card");
    const cameras = () =>
      studio.evaluate(() =>
        (document.querySelector("video")!.srcObject as MediaStream).getVideoTracks()
          .filter(({ label }) => label.startsWith("fake")).length
      );
    assertEquals(await cameras(), 0);
    const late = await open("/watch/sources");
    await assertColour(late, MIDDLE, "dark", "who comes meanwhile");

    assert(await isSameStream(), "nobody has joined again");

    // What is off stays off when the page is loaded again.
    await button(studio, "Mute").click();
    studio.on("dialog", (dialog) => dialog.accept());
    await studio.reload();
    await untilLive(studio);
    await button(studio, "Camera on").waitFor();
    await button(studio, "Unmute").waitFor();
    await assertColour(viewer, MIDDLE, "dark", "a card after a reload");
    await assertHears(viewer, "silence", "who watches somebody muted");
    await assertGoodLooks(studio, "studio-camera-off-muted", { fullPage: true });
    await button(studio, "Unmute").click();
    await assertHears(viewer, [VOICE], "who watches somebody muted no more");
    await button(studio, "Camera on").click();
    await assertColour(viewer, MIDDLE, "red", "the camera is on again");

    await button(studio, "Share screen").click();
    await assertColour(viewer, MIDDLE, "green", "the screen");
    await studio.evaluate(() => {
      const [track] = (document.querySelector("video")!.srcObject as MediaStream).getVideoTracks();
      // As the browser's own button does it.
      track!.dispatchEvent(new Event("ended"));
    });
    await studio.getByRole("alert").filter({ hasText: "not shared any more" }).waitFor();
    await assertColour(viewer, MIDDLE, "dark", "a card after the screen");
    await studio.getByText("Poor", { exact: true }).waitFor();
    await assertGoodLooks(studio, "studio-screen-stopped", { fullPage: true });
    await button(studio, "Share screen again").click();
    await assertColour(viewer, MIDDLE, "green", "the screen again");
    await studio.getByText("Good", { exact: true }).waitFor();
  });
});

Deno.test("a video file plays into the broadcast, with its sound, and is paused, moved and looped", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    const film = await recordFilm(studio, 2_500);
    await radio(studio, "Video file").check();
    await button(studio, "Go live").click();
    await studio.getByRole("alert").filter({ hasText: "No video was chosen" }).waitFor();
    const choose = async (name: string, bytes: Uint8Array) => {
      const chooser = studio.waitForEvent("filechooser");
      await button(studio, "Choose a video").click();
      const file = { name, mimeType: "video/webm", buffer: Buffer.from(bytes) };
      await (await chooser).setFiles(file);
    };
    const player = studio.getByRole("group", { name: "Video file" });

    // Of a film that opens when something else was chosen, nothing is seen and nothing heard.
    const opening = await holdMicrophone(studio);
    await choose("late.webm", film);
    await opening.begun();
    await radio(studio, "Camera").check();
    await button(studio, "Try the camera").click();
    await studio.getByRole("meter", { name: "Sound level" }).waitFor();
    assertEquals(await opening.release(), { filmsPlayed: 0 });
    await radio(studio, "Video file").check();
    assertEquals(await player.count(), 0);
    await select(studio, "Microphone").selectOption({ label: "No microphone" });

    await choose("broken.webm", new Uint8Array([1, 2, 3]));
    await studio.getByRole("alert").filter({ hasText: "cannot play that file" }).waitFor();
    await choose("blue.webm", film);
    const loop = player.getByRole("switch", { name: "Loop" });
    await loop.check();
    await assertGoodLooks(studio, "studio-setup-file-playing", { fullPage: true });
    await goLive(studio, "film");
    const viewer = await open("/watch/film");
    await assertColour(viewer, MIDDLE, "blue", "the film");
    await assertSound(viewer, "the viewer of a film");

    const place = player.getByRole("slider", { name: "Place in the video" });
    const position = async () => Number(await place.inputValue());
    // It has been played for longer than it is.
    await player.getByRole("button", { name: "Pause video" }).click();
    await player.getByRole("button", { name: "Play video" }).waitFor();
    const late = await open("/watch/film");
    await assertColour(late, MIDDLE, "blue", "who comes while the film is paused");
    const length = Number(await place.getAttribute("max"));
    assert(length > 2 && length < 5, `${length} s`);
    await place.fill("1");
    await assertEventually(async () => Math.abs(await position() - 1) < 0.2, true, "it is moved");
    await loop.uncheck();
    await place.fill("2");
    await player.getByRole("button", { name: "Play video" }).click();
    await assertEventually(
      async () => await position() >= length - 0.5,
      true,
      "it plays to its end",
    );
    await player.getByRole("button", { name: "Play video" }).waitFor();

    studio.on("dialog", (dialog) => dialog.accept());
    await studio.reload();
    await studio.getByRole("alert").filter({ hasText: "Your video is closed" }).waitFor();
    await choose("blue.webm", film);
    await player.waitFor();
    await assertColour(viewer, MIDDLE, "blue", "the film that was chosen again");
  });
});

/** Has the next opening of a microphone wait until it is released; counts films that play meanwhile. */
async function holdMicrophone(page: Page) {
  await page.evaluate(() => {
    const state = { isHeld: false, filmsPlayed: 0, release: () => {} };
    Object.assign(globalThis, { held: state });
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      if (this.src !== "") state.filmsPlayed++;
      return play.call(this);
    };
    const { mediaDevices } = navigator;
    const { getUserMedia } = mediaDevices;
    mediaDevices.getUserMedia = async (options) => {
      mediaDevices.getUserMedia = getUserMedia;
      const { promise, resolve } = Promise.withResolvers<void>();
      Object.assign(state, { isHeld: true, release: resolve });
      await promise;
      return await getUserMedia.call(mediaDevices, options);
    };
  });
  type Held = { held: { isHeld: boolean; filmsPlayed: number; release: () => void } };
  return {
    begun: () =>
      page.waitForFunction(() => (globalThis as unknown as Held).held.isHeld).then(() => {}),
    release: () =>
      page.evaluate(() => {
        const { release, filmsPlayed } = (globalThis as unknown as Held).held;
        release();
        return { filmsPlayed };
      }),
  };
}

Deno.test("a broadcast is recorded to a file, across a change of source, and played again", async () => {
  await withRedCamera(async ({ open }) => {
    const studio = await open("/studio");
    // As in browsers that let no page write to the disk.
    await studio.addInitScript(() => {
      delete (globalThis as { showSaveFilePicker?: unknown }).showSaveFilePicker;
      const { click } = HTMLAnchorElement.prototype;
      HTMLAnchorElement.prototype.click = function () {
        const isLive = document.body.innerText.includes("You are live");
        if (this.download) Object.assign(globalThis, { savedWhile: isLive ? "live" : "over" });
        click.call(this);
      };
    });
    await studio.reload();
    await goLive(studio, "recorded");
    await button(studio, "Record").click();
    await studio.getByText(/0:02 · [\d.]+ [KM]B/).waitFor();
    await button(studio, "Share screen").click();
    await studio.getByText(/0:04 · [\d.]+ [KM]B/).waitFor();
    const downloading = studio.waitForEvent("download");
    await endBroadcast(studio);
    const download = await downloading;
    const savedWhile = await studio.evaluate(() =>
      (globalThis as unknown as { savedWhile: string }).savedWhile
    );
    assertEquals(savedWhile, "live", "it is saved before the end");
    assert(/^recorded \d{4}-\d\d-\d\d .*\.webm$/.test(download.suggestedFilename()));
    await studio.getByText("Your recording is saved.").waitFor();
    await button(studio, "Start another").waitFor();
    await assertGoodLooks(studio, "studio-ended-recording", { fullPage: true });
    const bytes = await Deno.readFile(await download.path());
    await assertIsRecording(await open("/studio"), bytes);

    // To the disk, as it comes: only the place is not asked for.
    await button(studio, "Start another").click();
    await studio.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const file = await folder.getFileHandle("kept.webm", { create: true });
      Object.assign(globalThis, { showSaveFilePicker: () => Promise.resolve(file) });
    });
    await goLive(studio, "recorded");
    await button(studio, "Record").click();
    await studio.getByText(/0:02 · [\d.]+ [KM]B/).waitFor();
    await assertGoodLooks(studio, "studio-recording", { fullPage: true });
    await button(studio, "Stop recording").click();
    await studio.getByText("Your recording is saved.").waitFor();
    const seconds = await studio.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const file = await (await folder.getFileHandle("kept.webm")).getFile();
      const video = document.createElement("video");
      video.src = URL.createObjectURL(file);
      video.currentTime = 1e6;
      await new Promise((resolve) => video.onseeked = resolve);
      return video.currentTime;
    });
    assert(seconds > 1.5, `${seconds} s`);

    // A disk that is full, and then is not.
    await studio.evaluate(() => {
      const kept = (globalThis as { showSaveFilePicker?: unknown }).showSaveFilePicker;
      const write = () => Promise.reject(new DOMException("no room", "QuotaExceededError"));
      const full = { createWritable: () => Promise.resolve(new WritableStream({ write })) };
      const showSaveFilePicker = () => {
        Object.assign(globalThis, { showSaveFilePicker: kept });
        return Promise.resolve({
          createWritable: async () => {
            const stream = await full.createWritable();
            const writer = stream.getWriter();
            return {
              write: (data: unknown) => writer.write(data),
              close: () => writer.close(),
              abort: () =>
                writer.abort().then(() => Object.assign(globalThis, { isAborted: true })),
            };
          },
        });
      };
      Object.assign(globalThis, { showSaveFilePicker });
    });
    await button(studio, "Record").click();
    await studio.getByRole("alert").filter({ hasText: "could not be written" }).waitFor();
    await assertGoodLooks(studio, "studio-recording-failed", { fullPage: true });
    assert(await studio.evaluate(() => "isAborted" in globalThis), "the file is given up");

    // A browser that cannot go on.
    await studio.evaluate(() => {
      const { start } = MediaRecorder.prototype;
      MediaRecorder.prototype.start = function (slice) {
        Object.assign(globalThis, { breakRecording: () => this.stop() });
        start.call(this, slice);
      };
    });
    await button(studio, "Record").click();
    await studio.getByText(/0:01 · [\d.]+ [KM]B/).waitFor();
    await studio.evaluate(() =>
      (globalThis as unknown as { breakRecording(): void }).breakRecording()
    );
    await studio.getByRole("alert").filter({ hasText: "stopped the recording" }).waitFor();
    await studio.getByText("Your recording is saved.").waitFor();
    await button(studio, "Record").waitFor();
  });
});

/** Asserts that a file is a few seconds of film, the camera first and then the screen, with sound. */
async function assertIsRecording(page: Page, bytes: Uint8Array): Promise<void> {
  const text = Buffer.from(bytes).toString("base64");
  const { length, size } = await page.evaluate(async (text) => {
    const video = document.querySelector("video")!;
    video.hidden = false;
    video.src = `data:video/webm;base64,${text}`;
    await new Promise((resolve) => video.onloadeddata = resolve);
    if (!Number.isFinite(video.duration)) {
      const known = new Promise((resolve) => video.ondurationchange = resolve);
      video.currentTime = 1e6;
      await known;
    }
    return { length: video.duration, size: `${video.videoWidth}x${video.videoHeight}` };
  }, text);
  assert(length > 3, `${length} s`);
  assertEquals(size, "640x360");
  for (const [at, colour] of [[0.5, "red"], [length - 0.5, "green"]] as const) {
    await page.evaluate(async (at) => {
      const video = document.querySelector("video")!;
      const there = new Promise((resolve) => video.onseeked = resolve);
      video.currentTime = at;
      await there;
    }, at);
    await assertColour(page, MIDDLE, colour, `at ${at} of ${length} s`);
  }
  const heard = await page.evaluate(async () => {
    const video = document.querySelector("video")!;
    const { promise, resolve } = Promise.withResolvers<void>();
    video.onended = () => resolve();
    video.currentTime = 0;
    video.playbackRate = 4;
    await video.play();
    await promise;
    const { webkitAudioDecodedByteCount: sound } = video as unknown as {
      webkitAudioDecodedByteCount: number;
    };
    return { frames: video.getVideoPlaybackQuality().totalVideoFrames, sound };
  });
  assert(heard.frames > 20 && heard.sound > 1000, JSON.stringify(heard));
}

Deno.test("a live broadcast is shared by link, code and embedding, and ends when that was meant", async () => {
  await browse({}, async ({ open, server }) => {
    const studio = await open("/studio");
    await studio.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await studio.getByRole("textbox", { name: "Title" }).fill("All about rivers");
    await goLive(studio, "shared/one");
    const fact = (name: string) =>
      studio.locator("dl > div").filter({ hasText: name }).getByRole("definition").textContent();
    const liveFor = await fact("Live for");
    const href = `${server.url.replace(/\/$/, "")}/watch/shared%2Fone`;
    await button(studio, /^Share$/).click();
    const dialog = studio.getByRole("dialog", { name: "Share" });
    const code = dialog.getByRole("img", { name: "QR code of the link" });
    await code.waitFor();
    assertEquals(await readCode(studio, await code.screenshot()), href);
    await dialog.getByText("Show it on another page").click();
    await assertGoodLooks(studio, "studio-share");
    const pasted = async (label: string) => {
      await dialog.getByRole("button", { name: `Copy ${label}` }).click();
      return await studio.evaluate(() => navigator.clipboard.readText());
    };
    assertEquals(await pasted("Link"), href);
    assert((await pasted("As a frame")).includes(href.replace("/watch/", "/embed/")));
    assert((await pasted("As an element")).includes(`<tributary-player name="shared/one">`));
    await studio.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const focused = () => studio.evaluate(() => document.activeElement?.textContent?.trim());
    assertEquals(await focused(), "Share", "the focus is back");

    // Where a browser has a way to send things, it is offered.
    await button(studio, /^Share$/).click();
    assertEquals(await dialog.getByRole("button", { name: "Send to…" }).count(), 0);
    await studio.keyboard.press("Escape");
    await studio.evaluate(() => {
      const share = (data: ShareData) => {
        Object.assign(globalThis, { handedOver: data });
        return Promise.reject(new DOMException("changed my mind", "AbortError"));
      };
      Object.assign(navigator, { share });
    });
    await button(studio, /^Share$/).click();
    await dialog.getByRole("button", { name: "Send to…" }).click();
    assertEquals(
      await studio.evaluate(() => (globalThis as unknown as { handedOver: ShareData }).handedOver),
      { title: "All about rivers", url: href },
    );
    await studio.keyboard.press("Escape");

    const viewer = await open("/watch/shared%2Fone");
    await viewer.getByRole("status").filter({ hasText: /watching live/i }).first().waitFor();
    await viewer.getByRole("heading", { level: 1, name: "All about rivers" }).waitFor();
    assert((await viewer.title()).startsWith("All about rivers"), await viewer.title());
    const second = await open("/");
    await second.getByRole("link", { name: "All about rivers", exact: true }).click();
    await second.getByRole("heading", { level: 1, name: "All about rivers" }).waitFor();
    await studio.getByRole("heading", { name: "2 viewers" }).waitFor();
    await second.close();
    await studio.getByRole("heading", { name: "1 viewer" }).waitFor();
    assertEquals([await fact("Viewers now"), await fact("Peak")], ["1", "2"]);
    assert(await fact("Live for") !== liveFor, "the clock goes on");
    await studio.getByText("Your viewers get all you send.").waitFor();
    await button(studio, "End broadcast").click();
    await studio.getByText("One viewer is watching").waitFor();
    await assertGoodLooks(studio, "studio-end");
    await button(studio, "Stay live").click();
    await viewer.getByRole("status").filter({ hasText: /watching live/i }).first().waitFor();
    const asked = studio.waitForEvent("dialog");
    studio.reload().catch(() => {});
    const leaving = await asked;
    assertEquals(leaving.type(), "beforeunload");
    await leaving.dismiss();

    await endBroadcast(studio);
    await viewer.getByRole("status").filter({ hasText: /has ended/i }).first().waitFor();
    assertEquals(await fact("Most viewers"), "2");
    await assertEventually(focused, "Your broadcast has ended");
    await button(studio, "Start another").click();
    assertEquals(
      await studio.getByRole("textbox", { name: "Title" }).inputValue(),
      "All about rivers",
    );
  });
});

/** Reads a QR code from a picture of it. */
async function readCode(page: Page, png: Uint8Array): Promise<string | undefined> {
  const { pixels, width, height } = await page.evaluate(async (text) => {
    const image = await createImageBitmap(
      await (await fetch(`data:image/png;base64,${text}`)).blob(),
    );
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
    return { pixels: [...data], width, height };
  }, Buffer.from(png).toString("base64"));
  const decode = jsQR as unknown as typeof jsQR.default;
  return decode(new Uint8ClampedArray(pixels), width, height)?.data;
}
