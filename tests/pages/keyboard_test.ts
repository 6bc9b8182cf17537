/** Every page by nothing but the keyboard. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertReachable, hasFocus, tabTo } from "../support/keyboard.ts";
import { untilLive } from "../support/studio.ts";

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const message = (page: Page, text: string) =>
  page.getByRole("log", { name: "Chat messages" }).getByRole("listitem").filter({ hasText: text });

Deno.test("all of every page is reached by keyboard, in its order, with the focus in sight", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await button(studio, "Try the camera").waitFor();
    await assertReachable(studio, "the studio");

    await tabTo(studio, studio.getByRole("textbox", { name: "Name", exact: true }));
    await studio.keyboard.press("ControlOrMeta+A");
    await studio.keyboard.type("by keys");
    await tabTo(studio, button(studio, "Go live"));
    await studio.keyboard.press("Enter");
    await untilLive(studio);
    await assertFocused(studio, "after going live");
    await studio.getByRole("heading", { name: "No viewers" }).waitFor();
    await studio.getByRole("textbox", { name: "Message" }).waitFor();
    await assertReachable(studio, "the studio while live");
    for (const name of ["Share", "Source", "End broadcast"]) {
      const opener = studio.getByRole("button", { name, exact: true });
      await tabTo(studio, opener);
      await studio.keyboard.press("Enter");
      const dialog = studio.getByRole("dialog");
      await dialog.waitFor();
      await assertReachable(studio, `the dialog ${name}`);
      await studio.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      assert(await hasFocus(opener), `${name} has the focus again`);
    }

    const viewer = await open("/watch/by%20keys");
    await viewer.setViewportSize({ width: 1280, height: 800 });
    await button(viewer, "Full screen").waitFor();
    await viewer.getByRole("textbox", { name: "Message" }).waitFor();
    await assertReachable(viewer, "the watch page");
    for (const name of ["Keyboard shortcuts", "Who carries whom"]) {
      await tabTo(viewer, button(viewer, name));
      await viewer.keyboard.press("Enter");
      const dialog = viewer.getByRole("dialog");
      await dialog.waitFor();
      await assertReachable(viewer, `the dialog ${name}`);
      await viewer.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      assert(await hasFocus(button(viewer, name)), `${name} has the focus again`);
    }

    await tabTo(viewer, viewer.getByRole("textbox", { name: "Message" }));
    await viewer.keyboard.type("Something rude");
    await viewer.keyboard.press("Enter");
    await viewer.getByRole("textbox", { name: "What is your name?" }).waitFor();
    await viewer.keyboard.type("Eve");
    await viewer.keyboard.press("Enter");
    await message(studio, "Something rude").waitFor();
    await tabTo(studio, button(studio, "More about the message of Eve"));
    await studio.keyboard.press("Enter");
    await tabTo(studio, button(studio, "Hide"));
    await studio.keyboard.press("Enter");
    await message(viewer, "1 message hidden").waitFor();
    assertEquals(await message(viewer, "rude").count(), 0);
    await assertFocused(studio, "after hiding a message");
    await viewer.close();

    const home = await open("/");
    await home.getByRole("article").getByRole("link", { name: "by keys" }).waitFor();
    await assertReachable(home, "the home page");
    await home.close();

    const frame = await open("/embed/by%20keys");
    await button(frame, "Full screen").waitFor();
    await assertReachable(frame, "a frame");
    await frame.close();

    const docs = await open("/docs/embed?name=by%20keys");
    await docs.frameLocator("iframe").getByRole("button", { name: "Full screen" }).waitFor();
    await docs.locator("tributary-player[state=live]").waitFor();
    await button(docs, "Copy").first().waitFor();
    await assertReachable(docs, "the documentation");
  });
});

/** Asserts that the keyboard goes on from somewhere. */
async function assertFocused(page: Page, when: string): Promise<void> {
  const isLost = await page.evaluate(() => document.activeElement === document.body);
  assert(!isLost, `the focus is lost ${when}`);
}
