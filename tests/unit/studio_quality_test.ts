/** What the studio chooses for a device, and what it says of a quality. */
import { assertEquals } from "@std/assert";
import { defaultQuality } from "../../islands/studio/kept_quality.ts";
import { costOf, shortfallOf } from "../../islands/studio/quality_field.tsx";

Deno.test("defaultQuality() is 720p for computers that can, and 360p for what is small", () => {
  assertEquals(defaultQuality({ cores: 8, isTouched: false }), "720p");
  assertEquals(defaultQuality({ cores: undefined, isTouched: false }), "720p");
  assertEquals(defaultQuality({ cores: 2, isTouched: false }), "360p");
  assertEquals(defaultQuality({ cores: 8, isTouched: true }), "360p");
});

Deno.test("the studio says what a quality costs, and what a camera gives instead", () => {
  assertEquals(
    costOf("720p"),
    "Each viewer you carry yourself takes up to 2.5\u00a0Mbit/s of your upload.",
  );
  assertEquals(
    shortfallOf({ width: 640, height: 480 }),
    "Your camera gives 640x480, so that is what viewers get.",
  );
});
