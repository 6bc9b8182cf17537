/** A broadcast on other sites, in a frame and as an element, with the page of docs/examples as it is. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Frame, Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { assertGoodLooks } from "../support/looks.ts";
import { assertMovingPicture } from "../support/media.ts";
import { recordFrames } from "../support/sdk_browsing.ts";

/** Where assertGoodLooks() keeps its pictures, too. */
const picture = (name: string) => `artefacts/screenshots/${name}.png`;

const EXAMPLE = new URL("../../docs/examples/embed.html", import.meta.url);

/** Broadcasts as `my-broadcast` for as long as it is there. */
const broadcasting = (server: string) => `
  <!doctype html>
  <script type="module">
    import { Tributary } from "${server}/tributary.js";
    const tributary = new Tributary();
    tributary.setStream(await tributary.startCamera());
    await tributary.startBroadcast("my-broadcast", "Ada", { title: "My broadcast" });
    addEventListener("pagehide", () => tributary.close());
    document.title = "live";
  </script>`;

const says = (page: Page | Frame, text: RegExp) =>
  page.getByRole("status").filter({ hasText: text }).first().waitFor({ state: "attached" });

/** The frame within a page, once it is there. */
async function frameOf(page: Page): Promise<Frame> {
  const element = await page.locator("iframe").elementHandle();
  return (await element!.contentFrame())!;
}

/** Keeps what the frame says, and tells it something. */
async function speaker(page: Page) {
  await page.evaluate(() => {
    const said: unknown[] = [];
    Object.assign(globalThis, { said });
    addEventListener("message", ({ data }) => said.push(data));
  });
  return {
    said: () => page.evaluate("said") as Promise<Record<string, unknown>[]>,
    tell: (message: unknown) =>
      page.evaluate(
        (message) => document.querySelector("iframe")!.contentWindow!.postMessage(message, "*"),
        message,
      ),
  };
}

Deno.test("the example shows a broadcast in a frame and as an element on another site", async () => {
  await browse({}, async ({ server, open }) => {
    const example = await Deno.readTextFile(EXAMPLE);
    await using site = serveForeignSite({
      "/": example.replace("https://tributary.example/", `${server.url}/`),
      "/broadcast": broadcasting(server.url),
    });
    assertNotEquals(new URL(site.url).origin, new URL(server.url).origin);
    const viewers = async () => {
      const list: { viewers: number }[] = await (await fetch(`${server.url}/api/broadcasts`))
        .json();
      return list.map(({ viewers }) => viewers);
    };

    const page = await open(site.url);
    const frame = await frameOf(page);
    await frame.getByRole("alert").filter({ hasText: /starts here by itself/ }).waitFor();
    const { said, tell } = await speaker(page);
    const broadcaster = await open(`${site.url}/broadcast`);
    await assertEventually(() => broadcaster.title(), "live");
    await assertMovingPicture(frame, "the frame");
    await assertMovingPicture(page, "the element", "tributary-player");
    await assertEventually(() => page.locator("output").allTextContents(), ["live", "live"]);
    await assertEventually(viewers, [2]);

    const muted = () => frame.evaluate(() => document.querySelector("video")!.muted);
    await tell({ target: "tributary", command: "mute" });
    await assertEventually(muted, true);
    for (const odd of [null, "unmute", { command: "unmute" }, { target: "tributary" }]) {
      await tell(odd);
    }
    await tell({ target: "tributary", command: "constructor" });
    // What the frame says to itself is not said by the page around it.
    await frame.evaluate(() => postMessage({ target: "tributary", command: "leave" }));
    await assertEventually(
      async () => (await said()).some(({ depth, viewers }) => depth === 1 && viewers === 2),
      true,
    );
    assertEquals(await muted(), true);
    await tell({ target: "tributary", command: "unmute" });
    await assertEventually(muted, false);
    await tell({ target: "tributary", command: "leave" });
    await frame.getByRole("button", { name: "Watch again" }).waitFor();
    await assertEventually(viewers, [1]);
    await tell({ target: "tributary", command: "play" });
    await assertMovingPicture(frame, "the frame that was told to play");
    const states = (await said()).filter(({ event }) => event === "state");
    assertEquals(states.map(({ state }) => state), [
      "connecting",
      "live",
      "idle",
      "connecting",
      "live",
    ]);
    assert(states.every(({ source, name }) => source === "tributary" && name === "my-broadcast"));

    // The service has still to answer the leave when it is told to play.
    await page.evaluate(() => {
      const { contentWindow } = document.querySelector("iframe")!;
      for (const command of ["leave", "play"]) {
        contentWindow!.postMessage({ target: "tributary", command }, "*");
      }
    });
    await assertMovingPicture(frame, "the frame that was told to play at once");

    await page.locator("iframe").evaluate((element) => element.remove());
    await assertEventually(viewers, [1]);
    await broadcaster.close();
    await says(page, /has ended/i);
  });
});

Deno.test("the frame's page fills every size, obeys its parameters, and says what is going on", async () => {
  await browse({}, async ({ server, open }) => {
    await using site = serveForeignSite({ "/broadcast": broadcasting(server.url) });
    const broadcaster = await open(`${site.url}/broadcast`);
    await assertEventually(() => broadcaster.title(), "live");

    const page = await open("/embed/my-broadcast?muted=1&controls=maybe&nonsense=1");
    await assertMovingPicture(page, "a viewer in a frame");
    assertEquals(await page.evaluate(() => document.querySelector("video")!.muted), true);
    const link = page.getByRole("link", { name: /^My broadcast/ });
    assertEquals(await link.getAttribute("href"), "/watch/my-broadcast");
    assertEquals(await link.getAttribute("target"), "_blank");
    await page.getByRole("button", { name: "Full screen" }).waitFor();
    assertEquals(await page.getByRole("banner").count() + await page.getByRole("form").count(), 0);
    for (const [width, height] of [[200, 112], [320, 180], [3840, 2160], [300, 600]]) {
      await page.setViewportSize({ width: width!, height: height! });
      const fits = await page.evaluate(() => {
        const { width, height } = document.querySelector("video")!.getBoundingClientRect();
        const { scrollWidth, scrollHeight } = document.documentElement;
        return { width, height, scrollWidth, scrollHeight };
      });
      assertEquals(fits, { width, height, scrollWidth: width, scrollHeight: height });
    }
    await assertGoodLooks(page, "embed-live");
    await page.setViewportSize({ width: 320, height: 180 });
    await page.mouse.move(100, 90);
    await page.screenshot({ path: picture("embed-live-320x180"), animations: "disabled" });

    const bare = await open("/nowhere");
    const { sent } = recordFrames(bare);
    await bare.goto(`${server.url}/embed/my-broadcast?controls=0&relay=0`);
    await assertMovingPicture(bare, "a viewer without controls");
    const joins = sent.filter(({ command }) => command === "JOIN_BROADCAST");
    assertEquals(joins.map((join) => "relay" in join && join.relay), ["none"]);
    const pressable = () =>
      bare.evaluate(() =>
        [...document.querySelectorAll("a, button, input")].filter((one) => one.checkVisibility())
          .map((one) => one.textContent)
      );
    assertEquals(await pressable(), []);

    await broadcaster.close();
    await says(page, /has ended/i);
    await assertGoodLooks(page, "embed-ended");
    await page.screenshot({ path: picture("embed-ended-320x180"), animations: "disabled" });
  });
});

Deno.test("the documentation shows both live, with code to copy", async () => {
  await browse({}, async ({ server, open }) => {
    await using site = serveForeignSite({ "/broadcast": broadcasting(server.url) });
    const broadcaster = await open(`${site.url}/broadcast`);
    await assertEventually(() => broadcaster.title(), "live");

    const page = await open("/");
    await page.getByRole("link", { name: "Show a broadcast on your own site" }).click();
    await page.getByRole("heading", { name: "Show a broadcast on your own site" }).waitFor();
    await assertGoodLooks(page, "docs-embed", { fullPage: true });
    await page.getByRole("combobox", { name: "Name of a broadcast" }).fill("my-broadcast");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await assertMovingPicture(await frameOf(page), "the frame in the documentation");
    await assertMovingPicture(page, "the element in the documentation", "tributary-player");
    await assertGoodLooks(page, "docs-embed-live", { fullPage: true });

    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).first().click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert(copied.includes(`src="${server.url}/embed/my-broadcast"`), copied);
  });
});
