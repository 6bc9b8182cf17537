/** Every page in each of its states, as people see it. The pictures are in artefacts/screenshots/. */
import { assert, assertEquals } from "@std/assert";
import { errorDocument } from "../../routes/pages.tsx";
import { browse } from "../support/browsing.ts";
import { assertGoodLooks, watchShifts } from "../support/looks.ts";
import { endBroadcast, untilLive } from "../support/studio.ts";

/** What Core Web Vitals call good is 0.1; nothing of ours has a reason to move at all. */
const MAX_SHIFT = 0.01;

Deno.test("home, when nothing is live, and a page that is not there", async () => {
  await browse({}, async ({ open }) => {
    const home = await open("/");
    const shifts = await watchShifts(home);
    await home.getByRole("heading", { name: "Live now" }).waitFor();
    await assertGoodLooks(home, "home-empty", { fullPage: true });
    assert(await shifts() <= MAX_SHIFT, `home moves by ${await shifts()}`);
    await assertGoodLooks(await open("/nowhere"), "not-found");

    await home.getByText("Tributary is live video from your browser to any number of viewers")
      .waitFor();
    for (const name of ["Go live", "Be the source"]) {
      await home.getByRole("main").getByRole("link", { name, exact: true }).click();
      await home.getByRole("textbox", { name: "Name", exact: true }).waitFor();
      assertEquals(new URL(home.url()).pathname, "/studio");
      await home.goBack();
    }

    // That the server says so when it fails is tested without a browser (routes_app_test.ts).
    const failing = "**/failing";
    await home.route(
      failing,
      (route) => route.fulfill({ status: 500, contentType: "text/html", body: errorDocument() }),
    );
    await home.goto(new URL("/failing", home.url()).href);
    await assertGoodLooks(home, "error");
    await home.unroute(failing);
    await home.getByRole("link", { name: "Try again" }).click();
    await home.getByRole("heading", { name: "This stream runs dry here" }).waitFor();
  });
});

Deno.test("studio and watch page, before, while and after somebody is live", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await studio.getByRole("textbox", { name: "Name", exact: true }).fill("looks");
    await assertGoodLooks(studio, "studio-setup", { fullPage: true });
    await studio.getByRole("button", { name: "Go live" }).click();
    await untilLive(studio);
    await assertGoodLooks(studio, "studio-live-alone", { fullPage: true });

    const viewer = await open("/watch/looks");
    const shifts = await watchShifts(viewer);
    await viewer.getByRole("status").filter({ hasText: /watching live/i }).first().waitFor();
    assert(await shifts() <= MAX_SHIFT, `the watch page moves by ${await shifts()}`);
    await viewer.locator(".player").getByText("Live", { exact: true }).waitFor();
    await assertGoodLooks(viewer, "watch-live", { fullPage: true });
    await assertGoodLooks(studio, "studio-live", { fullPage: true });

    await viewer.getByRole("button", { name: "Leave" }).click();
    await assertGoodLooks(viewer, "watch-left");
    await viewer.getByRole("button", { name: "Watch again" }).click();
    await viewer.getByRole("status").filter({ hasText: /watching live/i }).first().waitFor();

    // The tree's styles do not come, then late: it is not shown without them.
    const styles = "**/static/tree.css";
    await viewer.route(styles, (route) => route.abort());
    const treeButton = viewer.getByRole("button", { name: "Who carries whom" });
    const tree = viewer.getByRole("dialog", { name: "Who carries whom" });
    await treeButton.click();
    await tree.getByRole("alert").filter({ hasText: "cannot be shown now" }).waitFor();
    await assertGoodLooks(viewer, "watch-tree-failed");
    await tree.getByRole("button", { name: "Close" }).click();
    await viewer.unroute(styles);
    const late = Promise.withResolvers<void>();
    await viewer.route(styles, (route) => void late.promise.then(() => route.continue()));
    await treeButton.click();
    await tree.getByRole("button", { name: "Close" }).click();
    await treeButton.click();
    await viewer.evaluate(drawnTwice);
    assertEquals(await tree.getByRole("img").count(), 0, "the tree is shown without its styles");
    late.resolve();
    await tree.getByRole("img", { name: /^1 viewer/ }).waitFor();
    await assertGoodLooks(viewer, "watch-tree");

    // It is no picture of what is over, and does not cover what is said then.
    await endBroadcast(studio);
    await tree.waitFor({ state: "detached" });
    const focused = viewer.locator(":focus");
    assert(await focused.evaluate((element) => element.matches(".player")), "the keyboard is lost");
    await viewer.getByRole("status").filter({ hasText: /has ended/i }).first().waitFor();
    await assertGoodLooks(viewer, "watch-ended");
    await viewer.getByRole("link", { name: "See what is live" }).click();
    await viewer.getByRole("heading", { name: "Live now" }).waitFor();
    await assertGoodLooks(studio, "studio-ended", { fullPage: true });
    await assertGoodLooks(await open("/watch/nobody"), "watch-unknown");
  });
});

/** Resolves when the page has been drawn with all that is there by now; runs in the page. */
function drawnTwice(): Promise<unknown> {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
  return drawn().then(drawn);
}

Deno.test("on a 4K screen everything is larger, and takes its place", async () => {
  await browse({}, async ({ open }) => {
    const page = await open("/");
    await page.setViewportSize({ width: 3840, height: 2160 });
    for (const [path, name] of [["/", "home"], ["/studio", "studio"], ["/watch/nobody", "watch"]]) {
      await page.goto(new URL(path!, page.url()).href);
      await page.getByRole("main").waitFor();
      await page.screenshot({ path: `artefacts/screenshots/${name}-4k.png` });
      const { letterPx, shareOfWidth, spare } = await page.evaluate(() => {
        const boxes = [...document.querySelectorAll("main *")]
          .map((element) => element.getBoundingClientRect())
          .filter(({ width, height }) => width > 1 && height > 1);
        const left = Math.min(...boxes.map((box) => box.left));
        const right = Math.max(...boxes.map((box) => box.right));
        return {
          letterPx: parseFloat(getComputedStyle(document.body).fontSize),
          shareOfWidth: (right - left) / innerWidth,
          spare: document.documentElement.scrollWidth - innerWidth,
        };
      });
      assert(letterPx >= 22, `${name}: letters of ${letterPx} px`);
      assert(shareOfWidth >= 0.55, `${name} takes ${shareOfWidth} of the width`);
      assert(spare <= 0, `${name} is ${spare} px too wide`);
    }
  });
});

Deno.test("who wants no motion gets none", async () => {
  await browse({}, async ({ open }) => {
    const page = await open("/");
    const moving = () =>
      page.evaluate(() =>
        document.getAnimations().filter(({ playState }) => playState === "running").length
      );
    assert(await moving() > 0, "the river flows for everybody else");
    await page.emulateMedia({ reducedMotion: "reduce" });
    for (const path of ["/", "/studio", "/watch/nobody", "/embed/nobody", "/docs/embed"]) {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole("main").or(page.locator("video")).first().waitFor();
      assert(await moving() === 0, `something moves at ${path}`);
    }
  });
});
