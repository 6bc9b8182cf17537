/** Every page in each of its states, as people see it. The pictures are in artefacts/screenshots/. */
import { assert, assertEquals } from "@std/assert";
import type { FrameLocator, Page } from "playwright-core";
import { errorDocument } from "../../routes/pages.tsx";
import { browse } from "../support/browsing.ts";
import {
  assertFitsAllSizes,
  assertGoodLooks,
  assertNoMotion,
  assertSteady,
  countMotions,
} from "../support/looks.ts";
import { endBroadcast, goLive, untilLive } from "../support/studio.ts";

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const says = (page: Page, text: RegExp) =>
  page.getByRole("status").filter({ hasText: text }).first().waitFor();

Deno.test("home, when nothing is live, and a page that is not there", async () => {
  await browse({}, async ({ open }) => {
    const home = await open("/");
    const isSteady = await assertSteady(home, "home");
    await home.getByRole("heading", { name: "Live now" }).waitFor();
    await assertGoodLooks(home, "home-empty", { fullPage: true });
    await isSteady();
    await assertGoodLooks(await open("/nowhere"), "not-found");
    await assertGoodLooks(await open("/embed/nobody"), "embed-waiting");

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
    await says(viewer, /watching live/i);
    await viewer.getByRole("textbox", { name: "Message" }).waitFor();
    await viewer.locator(".player").getByText("Live", { exact: true }).waitFor();
    await assertGoodLooks(viewer, "watch-live", { fullPage: true });
    await assertFitsAllSizes(viewer, "watch-live");
    await assertNoMotion(viewer, "the watch page");
    await assertGoodLooks(studio, "studio-live", { fullPage: true });
    await assertFitsAllSizes(studio, "studio-live");
    await assertNoMotion(studio, "the studio");
    await studio.getByRole("button", { name: "Share", exact: true }).click();
    await assertNoMotion(studio, "a dialog");
    await studio.keyboard.press("Escape");
    const home = await open("/");
    await home.getByRole("article").getByRole("img").waitFor();
    await assertFitsAllSizes(home, "home-live");

    await viewer.getByRole("button", { name: "Leave" }).click();
    await assertGoodLooks(viewer, "watch-idle");
    await viewer.getByRole("button", { name: "Watch again" }).click();
    await says(viewer, /watching live/i);

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
    await says(viewer, /has ended/i);
    await assertGoodLooks(viewer, "watch-ended");
    await viewer.getByRole("link", { name: "See what is live" }).click();
    await viewer.getByRole("heading", { name: "Live now" }).waitFor();
    await assertGoodLooks(studio, "studio-ended", { fullPage: true });
    await assertGoodLooks(await open("/watch/nobody"), "watch-waiting");
  });
});

/** Resolves when the page has been drawn with all that is there by now; runs in the page. */
function drawnTwice(): Promise<unknown> {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
  return drawn().then(drawn);
}

for (const size of [DESK, PHONE]) {
  Deno.test(`nothing moves while pages load and go live, at ${size.width} px`, async () => {
    await browse({}, async ({ server, open }) => {
      const look = async (path: string, body: (page: Page) => Promise<void>): Promise<Page> => {
        const page = await open("/healthz");
        await page.setViewportSize(size);
        await page.goto(server.url + path);
        const isSteady = await assertSteady(page, path);
        await body(page);
        await isSteady();
        return page;
      };
      const hasControls = (page: Page | FrameLocator) =>
        page.getByRole("button", { name: "Full screen" }).waitFor();

      const studio = await look("/studio", async (studio) => {
        await goLive(studio, "steady");
        await studio.getByRole("textbox", { name: "Message" }).waitFor();
        await studio.getByText("Nobody is watching yet").waitFor();
        await studio.getByText("Good", { exact: true }).waitFor();
        // As when its plug is pulled.
        await studio.evaluate(() => {
          const stream = document.querySelector("video")!.srcObject as MediaStream;
          stream.getVideoTracks()[0]!.dispatchEvent(new Event("ended"));
        });
        await studio.getByRole("alert").filter({ hasText: "camera" }).waitFor();
        await studio.getByText("Poor", { exact: true }).waitFor();
      });
      const viewer = await look("/watch/steady", async (viewer) => {
        await hasControls(viewer);
        await viewer.getByText(/Say hello/).waitFor();
      });
      await viewer.close();
      const frame = await look("/embed/steady", hasControls);
      await frame.close();
      const docs = await look("/docs/embed?name=steady", async (docs) => {
        await docs.getByRole("button", { name: "Copy" }).first().waitFor();
        await hasControls(docs.frameLocator("iframe"));
      });
      await docs.close();
      await look("/", async (home) => {
        const picture = home.getByRole("article").getByRole("img");
        await picture.evaluate((image) => (image as HTMLImageElement).decode());
      });
      const isSteady = await assertSteady(studio, "the studio without the service");
      await server.stop();
      await studio.getByRole("heading", { name: "Reconnecting" }).waitFor();
      await studio.getByText("Poor", { exact: true }).waitFor();
      await isSteady();
    });
  });
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
    assert(await countMotions(page) > 0, "the river flows for everybody else");
    for (const path of ["/", "/studio", "/watch/nobody", "/embed/nobody", "/docs/embed"]) {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole("main").or(page.locator("video")).first().waitFor();
      await assertNoMotion(page, path);
    }
  });
});
