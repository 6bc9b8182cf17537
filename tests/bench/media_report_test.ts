/** The parts of the media benchmark that compute: a wrong verdict would be believed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  comparePictures,
  type DepthFigures,
  isByteIdentical,
  quantile,
  type RunFigures,
} from "../../bench/media/figures.ts";
import { toTable } from "../../bench/media/report.ts";
import { checkLongRun, checkTargets } from "../../bench/media/targets.ts";
import { compareTraces, isIdentical } from "../../bench/media/traces.ts";

Deno.test("compareTraces() overlooks what only one of two traces began with, or ended with", () => {
  const compare = (upper: string, lower: string) => {
    const { same, missing, changed } = compareTraces([...upper], [...lower]);
    return [same, missing, changed];
  };
  assertEquals(compare("abcdef", "abcdef"), [6, 0, 0]);
  assertEquals(compare("abcdef", "cdefgh"), [4, 0, 0], "the lower one began and ended later");
  assertEquals(compare("cdef", "abcdefg"), [4, 0, 0]);
  assertEquals(compare("aabaab", "baabaa")[2], 0, "sounds may be alike");
  assertEquals(compare("abcdef", "abdef"), [5, 1, 0], "one is missing");
  assertEquals(compare("abcdef", "abXcdef"), [6, 0, 1], "one came from nowhere");
  assertEquals(compare("abcdef", "abcXef"), [5, 1, 1], "one was changed");
  assertEquals(compare("abcdef", "abdcef")[2], 1, "two changed places");
  assertEquals(compare("abcdef", "Xbcdef")[2], 1, "the first was changed");
  assertEquals(compare("abcdef", "abcdeX")[2], 1, "the last was changed");
  assertEquals(compare("abcdef", "uvwxyz"), [0, 0, 6]);
  assert(!isIdentical(compareTraces(["a"], [])), "nothing is not the same");
});

Deno.test("comparePictures() compares the pictures that both have seen", () => {
  const picture = (number: number, psnrDb: number, checksum = number) => ({
    number,
    psnrDb,
    checksum,
  });
  assertEquals(
    comparePictures(
      [picture(10, 30), picture(20, 31), picture(30, 32)],
      [picture(20, 30.5, 7), picture(30, 32), picture(40, 99)],
    ),
    { psnrDb: 31.25, psnrOffDb: 0.5, comparedCount: 2, samePixelsCount: 1 },
  );
});

Deno.test("quantile() of few values", () => {
  assertEquals([quantile([3, 1, 2], 0.5), quantile([1, 2], 1), quantile([], 0.5)], [2, 2, NaN]);
});

const SAME = { same: 9, missing: 0, changed: 0 };

const waits = (firstFrameMs: number) => ({ joinedMs: 10, streamMs: 100, firstFrameMs });

function depth(depth: number, figures: Partial<DepthFigures> = {}): DepthFigures {
  return {
    depth,
    encodeMs: 0.1,
    psnrDb: 30,
    psnrOffDb: 0,
    comparedCount: 10,
    samePixelsCount: 10,
    latencyP50Ms: 100,
    latencyP90Ms: 120,
    saidP50Ms: 90,
    waits: waits(300),
    freezes: 0,
    longestGapMs: 40,
    jitterBufferMs: 30,
    soundBufferMs: 60,
    framesPerSecond: 30,
    width: 640,
    keyFrames: 1,
    toneDb: 0,
    frames: { video: SAME, audio: SAME, keyRequests: 0 },
    ...figures,
  };
}

function run(figures: Partial<RunFigures> = {}): RunFigures {
  return {
    shape: "pages",
    relayMode: "forward",
    // The broadcaster's own encoder is no relay's.
    depths: [depth(1, { encodeMs: 9 }), depth(2), depth(3)],
    lastWaits: [300, 200, 900].map(waits),
    movedCount: 0,
    lanes: [],
    browserCores: 1,
    othersShare: 0,
    ...figures,
  };
}

const reEncoding = run({
  relayMode: "re-encode",
  depths: [1, 2, 3].map((it) => depth(it, { encodeMs: 1, frames: null })),
});

Deno.test("checkTargets() sees what one depth does worse than the others", () => {
  const missed = (last: Partial<DepthFigures>) => {
    const ours = run({ depths: [depth(1), depth(2), depth(3, last)] });
    return checkTargets([ours, reEncoding]).flatMap(({ isMet }, i) => isMet ? [] : [i]);
  };
  assertEquals(missed({}), []);
  assertEquals(missed({ psnrOffDb: 0.06 }), [0]);
  assertEquals(missed({ comparedCount: 0 }), [0]);
  const frames = { video: { ...SAME, changed: 1 }, audio: SAME, keyRequests: 0 };
  assertEquals(missed({ frames }), [1]);
  assertEquals(missed({ frames: { ...frames, video: { ...SAME, missing: 1 } } }), [2]);
  assertEquals(missed({ encodeMs: 0.12 }), [4]);
  assertEquals(missed({ latencyP50Ms: 101 }), [6]);
  assertEquals(missed({ toneDb: -Infinity }), [7]);
  assertEquals(checkTargets([reEncoding]), []);
  assertEquals(isByteIdentical(reEncoding), null);
});

Deno.test("checkLongRun() misses on one gap, or on one lane that is behind", () => {
  const lane = {
    carriers: 9,
    sent: 9,
    dropped: 0,
    skipped: 0,
    overruns: 0,
    keysAsked: 0,
    kind: "video",
  };
  const check = (gapMs: number, backlog: number) =>
    checkLongRun({
      minutes: [{ minute: 1, latenciesP50Ms: [9], longestGapsMs: [40, gapMs], freezes: [0, 0] }],
      lanes: [{ ...lane, kind: "video", backlog, isResting: false }],
      browserCores: 1,
      othersShare: 0,
    }).map(({ isMet }) => isMet);
  assertEquals(check(250, 2), [true, true]);
  assertEquals(check(251, 3), [false, false]);
});

Deno.test("toTable() says which bytes came through, and keeps columns together", () => {
  const frames = { video: { same: 9, missing: 1, changed: 2 }, audio: SAME, keyRequests: 1 };
  const depths = [depth(1), depth(2, { frames })];
  const table = toTable(run({ depths }));
  assertStringIncludes(table, "9+9");
  assertStringIncludes(table, "NO: 2 of 9+9, 1 left out");
  const rows = table.split("\n").filter((line) => line.startsWith("|"));
  assertEquals(new Set(rows.map((row) => row.length)).size, 1);
});
