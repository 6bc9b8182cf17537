/**
 * Looks at a page as people have it: on a desk and on a phone, in light and in dark. Whoever breaks
 * WCAG AA by axe's rules, or makes a page scroll sideways, fails the test; the pictures stay in
 * artefacts/screenshots/ for whoever wants to see for themselves.
 */
import { assert, assertEquals } from "@std/assert";
import type { AxeResults } from "axe-core";
import axe from "axe-core";
import type { Page } from "playwright-core";

const SIZES = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
const SCHEMES = ["light", "dark"] as const;
const FOLDER = "artefacts/screenshots";

/** What axe is to hold a page against. */
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Colours may take this long to begin to change, in ms; until they are done is waited for. */
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
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const { width, height } of SIZES) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await untilStill(page);
      const look = `${name}-${width}x${height}-${colorScheme}`;
      await page.screenshot({ path: `${FOLDER}/${look}.png`, fullPage });
      let violations = await findViolations(page);
      if (violations.length > 0) {
        // Controls may have begun to fade meanwhile: what is half gone is not to be judged.
        await untilStill(page);
        violations = await findViolations(page);
      }
      assertEquals(violations, [], `${look} breaks WCAG AA`);
      const spare = await page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth
      );
      assert(spare <= 0, `${look} is ${spare} px wider than the window`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

/** Resolves when nothing fades or glides any more; what goes round for ever does not count. */
async function untilStill(page: Page): Promise<void> {
  await page.waitForTimeout(SETTLE_MS);
  await page.evaluate(async () => {
    const ends = document.getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
      .map(({ finished }) => finished.catch(() => {}));
    await Promise.all(ends);
  });
}

/** Returns what axe finds wrong with a page, a line for each element. */
export async function findViolations(page: Page): Promise<string[]> {
  // The source is evaluated, because a page's policy may allow no other scripts.
  await page.evaluate(`typeof axe === "undefined" && (() => { ${axe.source} })()`);
  const { violations } = await page.evaluate(
    (values) => {
      const { axe } = globalThis as unknown as {
        axe: { run(options: object): Promise<AxeResults> };
      };
      return axe.run({ runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    },
    STANDARDS,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)
  );
}

/** Begins to note by how much what is in a page moves without anybody's doing. */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const state = globalThis as unknown as { shifted: number };
    state.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as unknown as {
          value: number;
          hadRecentInput: boolean;
        };
        if (!hadRecentInput) state.shifted += value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted);
}
