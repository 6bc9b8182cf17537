/**
 * Looks at a page as people have it: on a desk and on a phone, in light and in dark. Whoever breaks
 * WCAG AA by axe's rules, or makes a page scroll sideways, fails the test; the pictures stay in
 * artefacts/screenshots/ for whoever wants to see for themselves (tasks/test.ts empties it).
 */
import { assert, assertEquals } from "@std/assert";
import type { AxeResults } from "axe-core";
import axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * Axe judges each size and each scheme once: what it finds depends on the one or on the other, and it
 * takes most of the time. The order changes one of them at a time.
 */
const LOOKS = [
  { width: 1280, height: 800, colorScheme: "light", isJudged: true },
  { width: 1280, height: 800, colorScheme: "dark", isJudged: false },
  { width: 390, height: 844, colorScheme: "dark", isJudged: true },
  { width: 390, height: 844, colorScheme: "light", isJudged: false },
] as const;

/** What lies between a phone and a desk, and beyond: a tablet, a large screen, 4K. */
const OTHER_SIZES = [
  { width: 768, height: 1024 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
];

const FOLDER = "artefacts/screenshots";

/** What axe is to hold a page against. */
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Colours may take this long to begin to change, in ms. */
const SETTLE_MS = 100;

/** What `assertGoodLooks` can be told. */
export interface LookOptions {
  /** Takes the whole length of the page, and not only what is seen at first. */
  fullPage?: boolean;
}

/**
 * Checks a page in the state in which it is, at every size and in every scheme, and keeps a picture
 * of each as `name-WIDTHxHEIGHT-SCHEME.png`. Puts the size back as it was.
 */
export async function assertGoodLooks(
  page: Page,
  name: string,
  { fullPage = false }: LookOptions = {},
): Promise<void> {
  const before = page.viewportSize();
  for (const { width, height, colorScheme, isJudged } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await untilStill(page);
    const look = `${name}-${width}x${height}-${colorScheme}`;
    await page.screenshot({ path: await pictureOf(look), fullPage });
    if (isJudged) await assertNoViolations(page, look);
    await assertFits(page, look);
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

/**
 * As `assertGoodLooks`, for a page in which no scripts run: axe cannot judge it, which is one of those.
 */
export async function assertFitsWithoutScripts(page: Page, name: string): Promise<void> {
  for (const { width, height, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    const look = `${name}-${width}x${height}-${colorScheme}`;
    const path = await pictureOf(look);
    await page.screenshot({ path, fullPage: true, animations: "disabled" });
    await assertFits(page, look);
  }
}

/** Checks that a page fits into every other size, and keeps a picture of each. */
export async function assertFitsAllSizes(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const { width, height } of OTHER_SIZES) {
    await page.setViewportSize({ width, height });
    await untilStill(page);
    const look = `${name}-${width}x${height}`;
    await page.screenshot({ path: await pictureOf(look) });
    await assertFits(page, look);
  }
  if (before) await page.setViewportSize(before);
}

/** Where the picture of a look is kept. */
async function pictureOf(look: string): Promise<string> {
  await Deno.mkdir(FOLDER, { recursive: true });
  return `${FOLDER}/${look}.png`;
}

async function assertNoViolations(page: Page, look: string): Promise<void> {
  let violations = await findViolations(page);
  if (violations.length > 0) {
    // Controls may have begun to fade meanwhile: what is half gone is not to be judged.
    await untilStill(page);
    violations = await findViolations(page);
  }
  assertEquals(violations, [], `${look} breaks WCAG AA`);
}

async function assertFits(page: Page, look: string): Promise<void> {
  const spare = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
  assert(spare <= 0, `${look} is ${spare} px wider than the window`);
}

/**
 * Brings what fades or glides to its end; what goes round for ever goes on. It is not waited for: a
 * page that a busy browser does not draw gets to no end.
 */
async function untilStill(page: Page): Promise<void> {
  await page.waitForTimeout(SETTLE_MS);
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
  });
}

/** Returns what axe finds wrong with a page, a line for each element. */
async function findViolations(page: Page): Promise<string[]> {
  // The source is evaluated, because a page's policy may allow no other scripts; it is half a megabyte.
  if (!await page.evaluate("typeof axe !== 'undefined'")) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (values) => {
      const { axe } = globalThis as unknown as {
        axe: { run(options: object): Promise<AxeResults> };
      };
      // Sheets and films are what it would load once more, for two rules: ours lock no orientation,
      // and play nothing from a file.
      return axe.run({
        runOnly: { type: "tag", values },
        resultTypes: ["violations"],
        preload: false,
      });
    },
    STANDARDS,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)
  );
}

/** What Core Web Vitals call good is 0.1; nothing of ours has a reason to move at all. */
const MAX_SHIFT = 0.01;

/** Begins to note by how much what is in a page moves without anybody's doing, from its first paint on. */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(noteShifts);
  return () => page.evaluate(() => (globalThis as unknown as Shifts).shifted);
}

/** As `watchShifts`, for what moves next to nothing: returns what asserts that. */
export async function assertSteady(page: Page, what: string): Promise<() => Promise<void>> {
  await page.evaluate(noteShifts);
  return async () => {
    const { shifted, moved } = await page.evaluate(() => {
      const { shifted, moved } = globalThis as unknown as Shifts;
      return { shifted, moved: [...new Set(moved)].join(", ") };
    });
    assert(shifted <= MAX_SHIFT, `${what} moves by ${shifted}: ${moved}`);
  };
}

/** What has been noted in a page. */
interface Shifts {
  shifted: number;
  /** What was seen to move. */
  moved: string[];
}

/** Runs in the page. */
function noteShifts(): void {
  const shifts = Object.assign(globalThis as unknown as Shifts, { shifted: 0, moved: [] });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput, sources } = entry as unknown as {
        value: number;
        hadRecentInput: boolean;
        sources: { node: Node | null }[];
      };
      if (hadRecentInput) continue;
      shifts.shifted += value;
      for (const { node } of sources) {
        const element = node instanceof Element ? node : node?.parentElement;
        shifts.moved.push(element ? `${element.localName}.${element.className}` : "what has gone");
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Asserts that nothing moves for those who want no motion. */
export async function assertNoMotion(page: Page, what: string): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  assertEquals(await countMotions(page), 0, `something moves in ${what}`);
  await page.emulateMedia({ reducedMotion: null });
}

/** Counts what fades, glides or goes round. */
export function countMotions(page: Page): Promise<number> {
  return page.evaluate(() =>
    document.getAnimations().filter(({ playState }) => playState === "running").length
  );
}
