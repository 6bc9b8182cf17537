/**
 * Measures what a viewer sees of a mishap: the longest time between two frames that were put on the
 * screen.
 */
import type { Page } from "playwright-core";
import { watchTimers } from "../support/late_timers.ts";

/** How often a gap is measured before it counts as too long. */
const ATTEMPTS = 3;

/**
 * A timer in a page, or here, that is so late, in ms, says that the machine is busy with something
 * else: links and decoders wait as long, one after the other. On a quiet one it is late by 50 at most.
 */
const BUSY_MS = 150;

/** The latest timer since the attempt began, in ms. */
let latestMs = 0;

interface GapRecord {
  longestMs: number;
  /** By how much the page's timers have been late. */
  latestMs: number;
  lastAt: number;
  frames: number;
}

interface Recording {
  gaps: GapRecord;
}

/** Begins to record, once frames follow one another. */
export async function recordGaps(page: Page): Promise<void> {
  await page.evaluate(() => {
    const video = document.querySelector("video")!;
    const gaps = { longestMs: 0, latestMs: 0, lastAt: 0, frames: 0 };
    (globalThis as unknown as Recording).gaps = gaps;
    let lookedAt = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      gaps.latestMs = Math.max(gaps.latestMs, now - lookedAt - 20);
      lookedAt = now;
      if ((globalThis as unknown as Recording).gaps !== gaps) clearInterval(timer);
    }, 20);
    const handleFrame = (now: number) => {
      // A record that was begun later takes the place of this one.
      if ((globalThis as unknown as Recording).gaps !== gaps) return;
      if (gaps.frames++ > 0) gaps.longestMs = Math.max(gaps.longestMs, now - gaps.lastAt);
      gaps.lastAt = now;
      video.requestVideoFrameCallback(handleFrame);
    };
    video.requestVideoFrameCallback(handleFrame);
  });
  await untilFrames(page, 30);
  await page.evaluate(() => {
    const { gaps } = globalThis as unknown as Recording;
    gaps.longestMs = gaps.latestMs = 0;
  });
}

/** Waits for so many more frames. */
export async function untilFrames(page: Page, count: number): Promise<void> {
  const before = await page.evaluate(() => (globalThis as unknown as Recording).gaps.frames);
  await page.waitForFunction(
    (wanted) => (globalThis as unknown as Recording).gaps.frames >= wanted,
    before + count,
  );
}

/** Waits until no frame has come for so long. */
export async function untilGap(page: Page, gapMs: number): Promise<void> {
  await page.waitForFunction(
    (gapMs) => performance.now() - (globalThis as unknown as Recording).gaps.lastAt > gapMs,
    gapMs,
  );
}

/** Returns the longest gap in ms since the record was begun; one that has not ended counts. */
export async function longestGap(page: Page): Promise<number> {
  const record = await page.evaluate(() => {
    const { longestMs, latestMs, lastAt } = (globalThis as unknown as Recording).gaps;
    return { gapMs: Math.round(Math.max(longestMs, performance.now() - lastAt)), latestMs };
  });
  latestMs = Math.max(latestMs, record.latestMs);
  return record.gapMs;
}

/** Prints what was measured, and returns the median. */
export function report(what: string, gapsMs: readonly number[]): number {
  const sorted = gapsMs.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
  console.log(`${what}: median ${median} ms, worst ${sorted.at(-1)} ms (${gapsMs.join(", ")})`);
  return median;
}

/** A gap that is longer than it may be, or a test that something else has disturbed. */
class TooLongError extends Error {
  override name = "TooLongError";
}

/** Says that a gap was too long, so that it is measured again. */
export function assertGap(gapMs: number, limitMs: number, what: string): void {
  if (!(gapMs < limitMs)) throw new TooLongError(`${what}: ${gapMs} ms, not below ${limitMs} ms`);
}

/** Says that what is to be measured did not come about, so that it is tried again. */
export function assertQuiet(condition: boolean, what: string): void {
  if (!condition) throw new TooLongError(what);
}

/**
 * Measures what a test asserts of gaps, and measures it anew when one was too long: what else the
 * machine does makes gaps longer, never shorter, and a fault of ours shows each time. When timers that
 * have nothing to do with us were late each time, too, nothing can be said, and that is said.
 */
export async function measured(body: () => Promise<void>): Promise<void> {
  let isQuiet = false;
  for (let attempt = 1;; attempt++) {
    latestMs = 0;
    const stop = watchTimers((lateMs) => latestMs = Math.max(latestMs, lateMs));
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof TooLongError)) throw error;
      console.log(`${error.message}; timers were late by ${latestMs.toFixed()} ms meanwhile`);
      isQuiet ||= latestMs < BUSY_MS;
      if (attempt < ATTEMPTS) continue;
      if (isQuiet) throw error;
      console.log(
        "THIS MACHINE IS TOO BUSY TO MEASURE THIS: run it again when it does nothing else",
      );
      return;
    } finally {
      stop();
    }
  }
}

/** A test of gaps; see `measured`. */
export function measuredTest(title: string, body: () => Promise<void>): void {
  Deno.test(title, () => measured(body));
}
