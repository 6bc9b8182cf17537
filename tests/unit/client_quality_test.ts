/** What qualities can be chosen, and what follows from them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  bitrateFor,
  cameraConstraints,
  fallsShort,
  QUALITIES,
  QUALITY_LIMITS,
  type QualityChoice,
  screenConstraints,
  startBitrateFor,
  toQuality,
} from "../../lib/client/quality.ts";
import { TributaryError } from "../../lib/client/tributary_error.ts";

Deno.test("toQuality() knows the names", () => {
  assertEquals(toQuality("360p"), {
    width: 640,
    height: 360,
    frameRate: 30,
    maxBitrate: 700_000,
  });
  assertEquals([toQuality("720p").width, toQuality("720p").height], [1280, 720]);
  assertEquals([toQuality("1080p").width, toQuality("1080p").height], [1920, 1080]);
});

Deno.test("toQuality() makes up what is not said: 30 frames a second, and bits by the size", () => {
  assertEquals(toQuality({ width: 1280, height: 720 }), { ...QUALITIES["720p"] });
  const screen = { width: 1600, height: 900, frameRate: 10, contentHint: "text" } as const;
  assertEquals(toQuality(screen), { ...screen, maxBitrate: bitrateFor(screen) });
  const thrifty = { width: 640, height: 360, maxBitrate: 300_000 };
  assertEquals(toQuality(thrifty), { ...thrifty, frameRate: 30 });
});

Deno.test("toQuality() says what is wrong and what is allowed", () => {
  const size = { width: 1280, height: 720 };
  const wrong: [unknown, RegExp][] = [
    ["480p", /cannot have "480p"/],
    ["toString", /cannot have "toString"/],
    [720, /cannot have 720/],
    [undefined, /cannot have undefined/],
    [null, /cannot have null/],
    [{}, /width undefined/],
    [{ width: 1280 }, /height undefined/],
    [{ ...size, width: 0 }, /width 0/],
    [{ ...size, height: 4321 }, /height 4321/],
    [{ ...size, frameRate: 0 }, /frameRate 0/],
    [{ ...size, frameRate: NaN }, /frameRate null/],
    [{ ...size, frameRate: "30" }, /frameRate "30"/],
    [{ ...size, maxBitrate: 2_500 }, /maxBitrate 2500/],
    [{ ...size, maxBitrate: 9e9 }, /maxBitrate 9000000000/],
    [{ ...size, contentHint: "film" }, /contentHint "film"/],
  ];
  for (const [choice, what] of wrong) {
    const error = assertThrows(() => toQuality(choice as QualityChoice), TributaryError);
    const { code, message } = error as TributaryError;
    assertEquals(code, "bad_quality");
    assert(what.test(message), `${JSON.stringify(choice)}: ${message}`);
    assert(message.includes('"360p", "720p", "1080p"'), message);
    assert(message.includes("frameRate (1 to 60)"), message);
  }
});

Deno.test("bitrateFor() grows with the size, through the qualities that have names, up to the limit", () => {
  for (const quality of Object.values(QUALITIES)) {
    assertEquals(bitrateFor(quality), quality.maxBitrate);
  }
  const sizes = [[16, 16], [320, 180], [480, 270], [640, 480], [960, 540], [1600, 900], [
    3840,
    2160,
  ]];
  const bitrates = sizes.map(([width, height]) => bitrateFor({ width, height }));
  assertEquals(bitrates, bitrates.toSorted((a, b) => a - b));
  assertEquals(bitrates[0], 200_000);
  assertEquals(bitrates.at(-1), QUALITY_LIMITS.maxBitrate.max);
  assertEquals(bitrateFor({ width: 360, height: 640 }), bitrateFor({ width: 640, height: 360 }));
});

Deno.test("bitrateFor() takes a picture whose size is not known for one of 720p", () => {
  assertEquals(bitrateFor({}), QUALITIES["720p"].maxBitrate);
  assertEquals(bitrateFor({ width: 0, height: 0 }), QUALITIES["720p"].maxBitrate);
});

Deno.test("a link begins with half of what it may carry", () => {
  assertEquals(startBitrateFor({ maxBitrate: 2_500_000 }), 1_250_000);
});

Deno.test("a camera is asked for a size and may give another, a screen is never made larger", () => {
  assertEquals(cameraConstraints(QUALITIES["720p"]), {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30, max: 30 },
  });
  assertEquals(screenConstraints(QUALITIES["720p"]), {
    width: { max: 1280 },
    height: { max: 720 },
    frameRate: { max: 30 },
  });
});

Deno.test("fallsShort() goes by the shorter side: upright and almost square pictures are not smaller", () => {
  const short = (width?: number, height?: number) =>
    fallsShort({ width, height }, QUALITIES["720p"]);
  assertEquals([short(640, 480), short(1280, 718), short(480, 640)], [true, true, true]);
  assertEquals([short(1280, 720), short(720, 1280), short(960, 720)], [false, false, false]);
  assertEquals(short(), false);
});
