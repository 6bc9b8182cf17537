/** Every page where scripts are switched off: it shows what it can, and says what is missing. */
import { assertEquals } from "@std/assert";
import { browse } from "../support/browsing.ts";
import { assertFitsWithoutScripts } from "../support/looks.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";

Deno.test("without JavaScript every page shows what it can and says what is missing", async () => {
  await browse({}, async ({ browser, server }) => {
    await using broadcaster = await VirtualPeer.connect(server.wsUrl);
    await broadcaster.startBroadcast("quiet");
    const context = await browser.newContext({
      baseURL: server.url,
      javaScriptEnabled: false,
      viewport: { width: 800, height: 600 },
    });
    const page = await context.newPage();
    const missing = (text: RegExp) => page.getByText(text).first().waitFor();

    await page.goto("/");
    await missing(/reload to see what is new/i);
    await assertFitsWithoutScripts(page, "without-scripts-home");
    await page.getByRole("link", { name: "quiet" }).first().click();
    assertEquals(new URL(page.url()).pathname, "/watch/quiet");
    await page.getByRole("heading", { name: "quiet" }).waitFor();
    await missing(/watching happens in your browser and needs JavaScript/i);
    await assertFitsWithoutScripts(page, "without-scripts-watch");

    await page.goto("/studio");
    await missing(/needs JavaScript/i);
    await assertFitsWithoutScripts(page, "without-scripts-studio");

    await page.goto("/embed/quiet");
    await missing(/watching needs JavaScript/i);
    await assertFitsWithoutScripts(page, "without-scripts-embed");
    const way = page.getByRole("link", { name: "open quiet on Tributary" });
    assertEquals(await way.getAttribute("href"), "/watch/quiet");

    await page.goto("/docs/embed?name=quiet");
    await page.getByRole("heading", { name: "A frame" }).waitFor();
    await missing(/the players need JavaScript/i);
    await assertFitsWithoutScripts(page, "without-scripts-docs");
    await page.getByRole("link", { name: "Privacy" }).first().click();
    assertEquals(new URL(page.url()).hash, "#privacy-and-upload");

    const response = await page.goto("/nowhere");
    assertEquals(response!.status(), 404);
    await page.getByRole("link", { name: "See what is live" }).waitFor();
    await context.close();
  });
});
