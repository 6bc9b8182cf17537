/** A page's own tracks, which are told what they come from, and the quality that was chosen. */
import { assertEquals, assertThrows } from "@std/assert";
import { OwnQuality } from "../../lib/client/own_quality.ts";
import { QUALITIES } from "../../lib/client/quality.ts";
import { TributaryError } from "../../lib/client/tributary_error.ts";

/** A track of the picture that notes what it is asked for. */
function track(settings: MediaTrackSettings, contentHint = "") {
  const asked: MediaTrackConstraints[] = [];
  return {
    contentHint,
    asked,
    getSettings: () => settings,
    applyConstraints(constraints: MediaTrackConstraints) {
      asked.push(constraints);
      return Promise.reject(new DOMException("It cannot", "OverconstrainedError"));
    },
  };
}

const stream = (...tracks: ReturnType<typeof track>[]) =>
  ({ getVideoTracks: () => tracks }) as unknown as MediaStream;

const CAMERA = { deviceId: "a", groupId: "b" };
const SCREEN = { deviceId: "a", displaySurface: "monitor" };
const CANVAS = { deviceId: "a" };

Deno.test("own quality: without a choice tracks stay as they are", async () => {
  const quality = new OwnQuality();
  const camera = track(CAMERA);
  await quality.apply(stream(camera));
  assertEquals([quality.current, quality.encoding, quality.constraints], [null, null, null]);
  assertEquals([camera.contentHint, camera.asked], ["", []]);
});

Deno.test("own quality: cameras and screens are brought to it, what scripts make keeps its size", async () => {
  const quality = new OwnQuality();
  quality.choose("720p");
  const [camera, screen, canvas] = [track(CAMERA), track(SCREEN), track(CANVAS)];
  await quality.apply(stream(camera, screen, canvas));
  assertEquals(camera.asked[0]!.width, { ideal: 1280 });
  assertEquals(screen.asked[0]!.width, { max: 1280 });
  assertEquals(canvas.asked, []);
  assertEquals([camera, screen, canvas].map(({ contentHint }) => contentHint), [
    "motion",
    "detail",
    "motion",
  ]);
  assertEquals(quality.encoding, { maxBitrate: 2_500_000, maxFramerate: 30 });
});

Deno.test("own quality: a track is brought to a quality once", async () => {
  const quality = new OwnQuality();
  quality.choose("720p");
  const [opened, other] = [track(CAMERA), track(CAMERA)];
  quality.noteOpened(stream(opened));
  for (let i = 0; i < 2; i++) await quality.apply(stream(opened, other));
  assertEquals([opened.asked.length, other.asked.length], [0, 1]);
  quality.choose("360p");
  await quality.apply(stream(opened, other));
  assertEquals([opened.asked.length, other.asked.length], [1, 2]);
});

Deno.test("own quality: the hint that is chosen counts, then the page's own, then ours", async () => {
  const quality = new OwnQuality();
  const [canvas, slides] = [track(CANVAS), track(CANVAS, "text")];
  const both = stream(canvas, slides);
  const hints = () => [canvas.contentHint, slides.contentHint];
  quality.choose("360p");
  await quality.apply(both);
  assertEquals(hints(), ["motion", "text"]);
  quality.choose({ ...QUALITIES["360p"], contentHint: "detail" });
  await quality.apply(both);
  assertEquals(hints(), ["detail", "detail"]);
  quality.choose("720p");
  await quality.apply(both);
  assertEquals(hints(), ["motion", "motion"]);
});

Deno.test("own quality: what cannot be chosen changes nothing", () => {
  const quality = new OwnQuality();
  quality.choose("360p");
  assertThrows(() => quality.choose("999p" as "360p"), TributaryError);
  assertEquals(quality.current, QUALITIES["360p"]);
});
