import { assertEquals } from "@std/assert";
import { isStillDue, stillSize } from "../../islands/studio/still_times.ts";

const LIVE = { liveAt: 10_000, source: "camera", last: null, notBefore: 0 };

Deno.test("stills: the first is sent some seconds after going live", () => {
  assertEquals([10_000, 12_900, 13_000].map((now) => isStillDue(now, LIVE)), [false, false, true]);
});

Deno.test("stills: one every half a minute, and one at once when the source changes", () => {
  const last = { at: 20_000, source: "camera" };
  const due = (now: number, source: string | null) => isStillDue(now, { ...LIVE, source, last });
  assertEquals([due(49_000, "camera"), due(50_000, "camera")], [false, true]);
  assertEquals(due(20_500, "screen"), true);
});

Deno.test("stills: none while there is no picture", () => {
  assertEquals(isStillDue(60_000, { ...LIVE, source: null }), false);
  const last = { at: 20_000, source: "camera" };
  assertEquals(isStillDue(90_000, { ...LIVE, source: null, last }), false);
});

Deno.test("stills: what the service found too often is tried again a little later", () => {
  const times = { ...LIVE, source: "screen", last: { at: 20_000, source: "camera" } };
  const due = (now: number) => isStillDue(now, { ...times, notBefore: 25_000 });
  assertEquals([due(24_900), due(25_000)], [false, true]);
});

Deno.test("stills: keep the shape of the picture, and are never larger than it", () => {
  assertEquals(stillSize(1280, 720), { width: 480, height: 270 });
  assertEquals(stillSize(720, 1280), { width: 270, height: 480 });
  assertEquals(stillSize(640, 480), { width: 416, height: 312 });
  assertEquals(stillSize(320, 180), { width: 320, height: 180 });
  // A very wide screen.
  assertEquals(stillSize(5120, 500), { width: 640, height: 63 });
  assertEquals(stillSize(10_000, 1), { width: 640, height: 1 });
});
