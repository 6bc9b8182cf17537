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
  const same = (a: string, b: string) => isIdentical(compareTraces([...a], [...b]));
  assert(same("abcdef", "abcdef"));
  assert(same("abcdef", "cdefgh"), "the lower one began later and ended later");
  assert(same("cdef", "abcdefg"));
  assert(same("aabaab", "baabaa"), "sounds may be alike");
  assert(!same("abcdef", "abdef"), "one is missing");
  assert(!same("abcdef", "abXcdef"), "one came from nowhere");
  assert(!same("abcdef", "abcXef"), "one was changed");
  assert(!same("abcdef", "abdcef"), "two changed places");
  assert(!same("abcdef", "Xbcdef"), "the first was changed");
  assert(!same("abcdef", "uvwxyz"));
  assert(!same("abcdef", ""), "nothing is not the same");
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
    firstFrameMs: 300,
    freezes: 0,
    longestGapMs: 40,
    jitterBufferMs: 30,
    framesPerSecond: 30,
    width: 640,
    keyFrames: 1,
    toneDb: 0,
    frames: { video: { same: 9, different: 0 }, audio: { same: 9, different: 0 }, keyRequests: 0 },
    ...figures,
  };
}

function run(figures: Partial<RunFigures> = {}): RunFigures {
  return {
    shape: "pages",
    relayMode: "forward",
    // The broadcaster's own encoder is no relay's.
    depths: [depth(1, { encodeMs: 9 }), depth(2), depth(3)],
    lastFirstFramesMs: [300, 200, 900],
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
  const frames = { video: { same: 9, different: 1 }, audio: { same: 9, different: 0 } };
  assertEquals(missed({ frames: { ...frames, keyRequests: 0 } }), [1]);
  assertEquals(missed({ encodeMs: 0.12 }), [3]);
  assertEquals(missed({ latencyP50Ms: 101 }), [5]);
  assertEquals(missed({ toneDb: -Infinity }), [6]);
  assertEquals(checkTargets([reEncoding]), []);
  assertEquals(isByteIdentical(reEncoding), null);
});

Deno.test("checkLongRun() misses on one gap, or on one lane that is behind", () => {
  const lane = { carriers: 9, sent: 9, skipped: 0, overruns: 0, keysAsked: 0, kind: "video" };
  const check = (gapMs: number, backlog: number) =>
    checkLongRun({
      minutes: [{ minute: 1, latenciesP50Ms: [9], longestGapsMs: [40, gapMs], freezes: [0, 0] }],
      lanes: [{ ...lane, kind: "video", backlog }],
      browserCores: 1,
      othersShare: 0,
    }).map(({ isMet }) => isMet);
  assertEquals(check(250, 2), [true, true]);
  assertEquals(check(251, 3), [false, false]);
});

Deno.test("toTable() says which bytes came through, and keeps columns together", () => {
  const frames = { video: { same: 9, different: 2 }, audio: { same: 9, different: 0 } };
  const depths = [depth(1), depth(2, { frames: { ...frames, keyRequests: 1 } })];
  const table = toTable(run({ depths }));
  assertStringIncludes(table, "9+9");
  assertStringIncludes(table, "NO: 2+0 differ");
  const rows = table.split("\n").filter((line) => line.startsWith("|"));
  assertEquals(new Set(rows.map((row) => row.length)).size, 1);
});
