/** The picture of the tree, with made-up viewers in a page of their own: what is drawn, and how smooth. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { bundleToPage } from "../support/bundled_page.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertGoodLooks } from "../support/looks.ts";
import type { Trees } from "../support/tree_page.tsx";

/** The panel of the studio, on a page of the real server, for its styles. */
async function withTrees(body: (page: Page) => Promise<void>): Promise<void> {
  const script = await bundleToPage("tests/support/tree_page.tsx", { title: "Tree" });
  const html = script.replace(
    "<script>",
    `<meta name="viewport" content="width=device-width">
    <link rel="stylesheet" href="/static/styles.css"><link rel="stylesheet" href="/static/parts.css">
    <h1 class="hidden">Tree</h1><main class="panel"></main><script>`,
  );
  await browse({}, async ({ server, open }) => {
    const page = await open("/");
    await page.route("**/tree", (route) => route.fulfill({ contentType: "text/html", body: html }));
    await page.goto(new URL("/tree", server.url).href);
    await page.waitForFunction(() => document.title === "ready");
    await body(page);
  });
}

function ask<K extends keyof Trees>(
  page: Page,
  name: K,
  ...args: Parameters<Trees[K]>
): Promise<Awaited<ReturnType<Trees[K]>>> {
  return page.evaluate(({ name, args }) => {
    const { trees } = globalThis as unknown as { trees: Trees };
    return (trees[name] as (...args: unknown[]) => unknown)(...args);
  }, { name, args: args as unknown[] }) as Promise<Awaited<ReturnType<Trees[K]>>>;
}

const picture = (page: Page) => page.getByRole("img", { name: /viewers?/ });

const scroller = (page: Page) => page.getByRole("group", { name: /Who carries whom/ });

Deno.test("the picture and the table look well with nobody, a few, 200 and 5,000 viewers", async () => {
  await withTrees(async (page) => {
    const styles = "**/static/tree.css";
    await page.route(styles, (route) => route.abort());
    await ask(page, "show", 0);
    await page.getByRole("alert").filter({ hasText: "could not be loaded" }).waitFor();
    await page.unroute(styles);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Nobody is watching yet").waitFor();
    await assertGoodLooks(page, "tree-empty");
    await ask(page, "show", 12);
    await picture(page).waitFor();
    await assertGoodLooks(page, "tree-small");
    await ask(page, "show", 200);
    await assertGoodLooks(page, "tree-200");
    await ask(page, "show", 5_000);
    await assertGoodLooks(page, "tree-folded");
    await page.getByText("Table", { exact: true }).click();
    await assertGoodLooks(page, "tree-table");
  });
});

Deno.test("a mark tells of its peer and opens its branch, the picture is enlarged, and the table sorted", async () => {
  await withTrees(async (page) => {
    await ask(page, "show", 40);
    await picture(page).waitFor();
    const mark = (await page.locator('[data-peer="peer-1"] rect').boundingBox())!;
    await page.mouse.move(mark.x + mark.width / 2, mark.y + mark.height / 2);
    await page.getByText("Depth 1, carried by you").waitFor();
    const fact = (name: string) =>
      page.getByRole("definition").locator(`xpath=self::*[preceding-sibling::dt='${name}']`)
        .innerText();
    const below = Number((await fact("Carries")).match(/^3, (\d+) in all$/)![1]);
    assertMatch(await fact("Behind"), /^0\.\d s$/);
    assertMatch(await fact("Passes on"), /^(as it is|encoded again)$/);
    const toBranch = page.getByRole("button", { name: "Open this branch" });
    assertEquals(await toBranch.count(), 0, "there is no way to it while it follows the pointer");
    await page.mouse.down();
    await page.mouse.up();
    await toBranch.waitFor();
    await page.mouse.move(0, 0);
    await assertGoodLooks(page, "tree-card");

    await toBranch.click();
    await page.getByText(/^Below /).waitFor();
    await page.getByText("Depth 1, carried by you").waitFor({ state: "detached" });
    await assertEventually(() => ask(page, "marks"), below + 1);
    await assertGoodLooks(page, "tree-branch");
    await page.getByRole("button", { name: "Back to all" }).click();
    await assertEventually(() => ask(page, "marks"), 41);

    const [larger, smaller] = ["Larger", "Smaller"].map((name) =>
      page.getByRole("button", { name, exact: true })
    );
    const height = async () => (await picture(page).boundingBox())!.height;
    const before = await height();
    assertEquals(await smaller!.isDisabled(), true);
    await larger!.click();
    await assertEventually(async () => await height() > 1.5 * before, true);
    await smaller!.click();
    await assertEventually(height, before);

    await page.getByText("Table", { exact: true }).click();
    const table = page.getByRole("table");
    const names = () => table.getByRole("rowheader").allInnerTexts();
    const sorted = (await names()).toSorted(
      new Intl.Collator("en", { sensitivity: "base" }).compare,
    );
    const byName = table.getByRole("columnheader", { name: "Name" });
    await byName.getByRole("button").click();
    assertEquals(await byName.getAttribute("aria-sort"), "ascending");
    assertEquals(await names(), sorted);
    await byName.getByRole("button").click();
    assertEquals(await byName.getAttribute("aria-sort"), "descending");
    assertEquals(await names(), sorted.toReversed());
  });
});

Deno.test("who finds another parent glides there, by the picture and by the keys, and thousands are folded", async () => {
  await withTrees(async (page) => {
    await ask(page, "show", 12);
    await page.getByRole("img", { name: "12 viewers, 2 levels, the longest way is 0.3 s behind." })
      .waitFor();
    assertEquals(await ask(page, "marks"), 13);

    // Its first viewer goes; those below are in no tree for a moment, and in the picture all the same.
    const before = await ask(page, "markOf", "peer-4");
    const orphans = await ask(page, "lose");
    assertEquals(orphans.map(({ id }) => id), ["peer-4", "peer-5", "peer-6"]);
    const meanwhile = (await ask(page, "markOf", "peer-4"))!;
    assertEquals([meanwhile.x, meanwhile.y], [before!.x, before!.y]);
    assert(meanwhile.opacity > 0 && meanwhile.opacity < 1, `${meanwhile.opacity}`);
    await ask(page, "findPlaces", orphans);
    await picture(page).and(page.getByRole("img", { name: /^11 viewers/ })).waitFor();
    const opacity = async () => (await ask(page, "markOf", "peer-4"))?.opacity;
    await assertEventually(opacity, 1);
    assertEquals(await ask(page, "markOf", "peer-1"), null);
    const after = (await ask(page, "markOf", "peer-4"))!;
    assert(after.x !== before!.x || after.y !== before!.y, "it has found another place");

    await page.emulateMedia({ reducedMotion: "reduce" });
    await ask(page, "change", 3);
    const [first, second] = await page.evaluate(async () => {
      const { trees } = globalThis as unknown as { trees: Trees };
      trees.change(3);
      const at = () =>
        [...document.querySelectorAll("[data-peer]")].map((mark) => mark.getAttribute("transform"))
          .join();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const first = at();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return [first, at()];
    });
    assertEquals(first, second, "nothing moves for who does not want it to");

    await ask(page, "show", 5_000);
    await page.getByRole("img", { name: /^5000 viewers/ }).waitFor();
    assert(await ask(page, "marks") <= 202);
    // Down the tree by the keys, as far as to what is folded.
    await scroller(page).focus();
    const said = () => page.getByRole("status").textContent();
    await page.keyboard.press("ArrowRight");
    await assertEventually(said, "You. The source, carries 3.");
    for (let i = 0; i < 20 && !/^And/.test(await said() ?? ""); i++) {
      await page.keyboard.press(i % 2 ? "ArrowDown" : "ArrowRight");
    }
    assertMatch(await said() ?? "", /^And \d+ more at depth/);
    await page.keyboard.press("Enter");
    await page.getByText(/^Below /).waitFor();
    assert(await ask(page, "marks") <= 202);
    await page.getByRole("button", { name: "Back to all" }).click();

    await page.getByText("Table", { exact: true }).click();
    const table = page.getByRole("table", { name: /^5000 viewers/ });
    assertEquals(await table.getByRole("row").count(), 51);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("51 to 100 of 5000").waitFor();
    await table.getByRole("button", { name: "Depth" }).click();
    await page.getByText("1 to 50 of 5000").waitFor();
    const depth = table.getByRole("columnheader", { name: "Depth" });
    assertEquals(await depth.getAttribute("aria-sort"), "descending");

    await page.getByRole("button", { name: "Fill the window" }).click();
    const dialog = page.getByRole("dialog", { name: "Who carries whom" });
    await dialog.getByText("Picture", { exact: true }).click();
    const box = await dialog.boundingBox();
    assert(box!.width > 700 && box!.height > 500, JSON.stringify(box));
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await picture(page).waitFor();
    const focused = page.locator(":focus");
    assertEquals(await focused.getAttribute("aria-label"), "Fill the window");
  });
});

/** How often it is measured before it counts: a busy machine drops frames of any page. */
const ATTEMPTS = 3;
const MEASURING_MS = 2_000;

/** How much of the time of a core the picture may take, so that the page and the stream have the rest. */
const MAX_SHARE = 0.7;

/** Ticks of a still page that come this much later than most say that the machine has no time. */
const QUIET = 1.5;

Deno.test("200 viewers come and go as smoothly as a page stands still, and 5,000 cost no more", async () => {
  await withTrees(async (page) => {
    const cpu = await page.context().newCDPSession(page);
    await cpu.send("Performance.enable", { timeDomain: "threadTicks" });
    const busyMs = async () => {
      const { metrics } = await cpu.send("Performance.getMetrics");
      return 1_000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
    };
    /** Frames of a page in ms, and which part of the time a core worked for it. */
    const measure = async (viewers: number, changed: number) => {
      await ask(page, "show", viewers);
      await picture(page).waitFor();
      const before = await busyMs();
      const frames = await ask(page, "frames", changed, MEASURING_MS);
      const sorted = frames.toSorted((a, b) => a - b);
      return {
        medianMs: sorted[Math.floor(sorted.length / 2)]!,
        lateMs: sorted[Math.floor(0.95 * sorted.length)]!,
        share: (await busyMs() - before) / frames.reduce((sum, ms) => sum + ms, 0),
      };
    };
    let wasQuiet = false;
    for (let attempt = 1;; attempt++) {
      const still = await measure(200, 0);
      const lively = await measure(200, 10);
      const thousands = await measure(5_000, 10);
      const lines = Object.entries({ still, lively, thousands }).map(([name, seen]) =>
        `${name}: median frame ${seen.medianMs.toFixed(1)} ms, 95 of 100 within ` +
        `${seen.lateMs.toFixed(1)} ms, ${(100 * seen.share).toFixed()} % of a core`
      ).join("\n");
      console.log(lines);
      // Work is counted in a core's own time: others cannot add to it.
      const isLight = lively.share <= MAX_SHARE;
      // A tree of 25 times as many, which has to be read and folded.
      const isFolded = thousands.share <= 4 * lively.share;
      const isSmooth = lively.medianMs <= 1.5 * still.medianMs;
      if (isLight && isFolded && isSmooth) return;
      wasQuiet ||= still.lateMs < QUIET * still.medianMs;
      if (attempt < ATTEMPTS) continue;
      assert(isLight && isFolded && !wasQuiet, lines);
      console.log("THIS MACHINE IS TOO BUSY TO SEE FRAMES: run it again when it does nothing else");
      return;
    }
  });
});
