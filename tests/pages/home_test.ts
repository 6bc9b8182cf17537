/** The home page as people find it: what is live, with its pictures, while it changes. */
import { assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertMatch } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { type BroadcastSummary, LIST_LENGTH } from "../../lib/broadcast_summary.ts";
import { assertAllGivenUp } from "../isolates/leftovers.ts";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertGoodLooks, watchShifts } from "../support/looks.ts";
import { assertMovingPicture } from "../support/media.ts";
import { recordFrames, within, withSdk } from "../support/sdk_browsing.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import { endBroadcast } from "../support/studio.ts";

/** What Core Web Vitals call good is 0.1; nothing of ours has a reason to move at all. */
const MAX_SHIFT = 0.01;

async function goLive(studio: Page, name: string): Promise<void> {
  await studio.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await studio.getByRole("button", { name: "Go live" }).click();
  await studio.getByRole("button", { name: "End broadcast" }).first().waitFor();
}

const cardOf = (home: Page, title: string): Locator =>
  home.getByRole("article").filter({ has: home.getByRole("link", { name: title, exact: true }) });

/** Decodes a picture and tells how many colours it has, and how much it varies from place to place. */
function lookAt(picture: Locator): Promise<{ width: number; height: number; colours: number }> {
  return picture.evaluate(async (element) => {
    const image = element as HTMLImageElement;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4) {
      colours.add((data[i]! >> 4) << 8 | (data[i + 1]! >> 4) << 4 | data[i + 2]! >> 4);
    }
    return { width, height, colours: colours.size };
  });
}

Deno.test("a broadcast appears on the home page with a picture of what it shows, and goes", async () => {
  await browse({}, async ({ open, server }) => {
    const home = await open("/");
    await home.setViewportSize({ width: 1280, height: 800 });
    await home.getByText("The river is quiet.").waitFor();
    const shifts = await watchShifts(home);
    const below = home.getByRole("heading", { name: "How it works" });
    const before = await below.boundingBox();

    const studio = await open("/");
    const { sent } = recordFrames(studio);
    const stillsSent = () => sent.filter(({ command }) => command === "UPDATE_STILL").length;
    await studio.goto(new URL("/studio", studio.url()).href);
    await goLive(studio, "garden");
    const card = cardOf(home, "garden");
    await card.waitFor();
    const after = await below.boundingBox();
    assertLessOrEqual(await shifts(), MAX_SHIFT, "the page moves when a card arrives");
    assertEquals(after!.y, before!.y, "what is below the list stays where it is");
    await card.getByText("0 viewers").waitFor();
    await card.getByText("Live", { exact: true }).waitFor();
    await card.getByText("just started", { exact: true }).waitFor();

    const picture = card.getByRole("img", { name: /garden/ });
    await picture.waitFor();
    const { width, height, colours } = await lookAt(picture);
    assertEquals([width, height], [480, 270]);
    // A drawing has a handful; the pretended camera shows a figure on a ground of many greens.
    assertGreaterOrEqual(colours, 8);
    assertEquals(stillsSent(), 1, "each picture is sent once");
    await assertGoodLooks(home, "home-live", { fullPage: true });

    const viewer = await open("/");
    await viewer.getByRole("link", { name: "garden", exact: true }).click();
    await assertMovingPicture(viewer, "whoever came from the list");
    await card.getByText("1 viewer", { exact: true }).waitFor();
    await viewer.close();
    await card.getByText("0 viewers").waitFor();

    await endBroadcast(studio);
    await card.getByText("Ended").waitFor();
    await home.getByText("The river is quiet.").waitFor();

    await server.stop();
    await home.getByRole("status").filter({ hasText: "Connection lost. Reconnecting…" }).waitFor();
    await assertGoodLooks(home, "home-reconnecting", { fullPage: true });
  });
});

/** Draws a picture in a page, as base64 of what `type` says. */
function drawn(page: Page, hue: number, type = "image/webp"): Promise<string> {
  return page.evaluate(([hue, type]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 270 });
    const context = canvas.getContext("2d")!;
    const ground = context.createLinearGradient(0, 0, 480, 270);
    ground.addColorStop(0, `hsl(${hue} 60% 30%)`);
    ground.addColorStop(1, `hsl(${Number(hue) + 60} 70% 65%)`);
    context.fillStyle = ground;
    context.fillRect(0, 0, 480, 270);
    return canvas.toDataURL(String(type), 0.7).split(",")[1]!;
  }, [hue, type] as const);
}

const titlesOf = (home: Page) => home.getByRole("article").getByRole("link").allTextContents();

Deno.test("the list keeps its order under a hand, and shows the unlisted to nobody", async () => {
  await browse({}, async ({ open, server }) => {
    const home = await open("/");
    await home.setViewportSize({ width: 1280, height: 800 });
    const peers: VirtualPeer[] = [];
    const broadcast = async (title: string, peerName: string, visibility?: "unlisted") => {
      const peer = await VirtualPeer.connect(server.wsUrl, { peerName });
      peers.push(peer);
      const name = title.toLowerCase().replaceAll(" ", "-");
      await peer.startBroadcast(name, { title: ` ${title}\n`, visibility });
      return { peer, name };
    };
    try {
      const titles = [
        "Harvest in the valley",
        "Night train",
        "A workshop on slow looms, with everything that goes wrong when one is in a hurry",
        "Chess in the park",
        "日本語の朝ごはん",
      ];
      for (const [i, title] of titles.entries()) {
        const { peer, name } = await broadcast(title, i % 2 ? "Grace Hopper" : "");
        if (i === 3) continue;
        const type = i % 2 ? "image/jpeg" : "image/webp";
        const picture = await drawn(home, i * 70, type);
        await peer.request({ command: "UPDATE_STILL", name, picture });
      }
      await broadcast("Among friends", "Ann", "unlisted");
      // By then the server's own list has them.
      await assertEventually(() => home.getByRole("article").count(), titles.length);
      await home.reload();
      const order = await titlesOf(home);
      assertEquals([...order].sort(), [...titles].sort());
      assertEquals(await home.getByRole("article").getByRole("img").count(), titles.length - 1);
      await assertGoodLooks(home, "home-live-many", { fullPage: true });

      const replaced = cardOf(home, titles[0]!).getByRole("img");
      const former = await replaced.getAttribute("src");
      await peers[0]!.request({
        command: "UPDATE_STILL",
        name: "harvest-in-the-valley",
        picture: await drawn(home, 300),
      });
      await assertEventually(async () => await replaced.getAttribute("src") === former, false);
      assertEquals((await lookAt(replaced)).width, 480);

      const last = titles.at(-1)!;
      await cardOf(home, order[1]!).hover();
      await VirtualPeer.connect(server.wsUrl).then(async (viewer) => {
        peers.push(viewer);
        await viewer.joinBroadcast(last.toLowerCase());
      });
      await cardOf(home, last).getByText("1 viewer", { exact: true }).waitFor();
      await broadcast("Tide pools", "Rachel");
      await cardOf(home, "Tide pools").waitFor();
      await peers[titles.indexOf(order[0]!)]!.close();
      await cardOf(home, order[0]!).getByText("Ended").waitFor();
      assertEquals(await titlesOf(home), [...order, "Tide pools"], "nothing moves");
      // It stays for as long as the keyboard is on the list.
      await cardOf(home, order[1]!).getByRole("link").focus();
      await assertGoodLooks(home, "home-ended", { fullPage: true });
      await cardOf(home, order[1]!).getByRole("link").blur();
      await home.mouse.move(0, 0);
      await cardOf(home, order[0]!).waitFor({ state: "detached" });
      assertEquals(await titlesOf(home), [...order.slice(1), "Tide pools"]);

      const friend = await open("/watch/among-friends");
      await friend.getByRole("heading", { level: 1, name: "Among friends" }).waitFor();
      assertEquals(await friend.locator("meta[name=robots]").getAttribute("content"), "noindex");
      await friend.getByRole("status").filter({
        hasText: /waiting for the picture|finding another/i,
      })
        .first().waitFor();
      await friend.close();

      for (let i = 1; i <= LIST_LENGTH; i++) {
        await peers[0]!.startBroadcast(`many-${i}`, { title: `One of many, ${i}` });
      }
      await home.getByRole("status").filter({ hasText: `${LIST_LENGTH + 5} broadcasts` }).waitFor();
      await home.getByRole("link", { name: "Less watched" }).click();
      await home.getByText("Page 2 of 2").waitFor();
      assertEquals(await home.getByRole("article").count(), 5);
      await assertGoodLooks(home, "home-page-2", { fullPage: true });
      await home.getByRole("link", { name: "More watched" }).click();
      await home.getByText("Page 1 of 2").waitFor();
    } finally {
      await Promise.all(peers.map((peer) => peer.close()));
    }
    // The pictures, too.
    await assertAllGivenUp(server.kvFile);
  });
});

Deno.test("other sites give title, visibility and a picture by the SDK, and are told what is wrong", async () => {
  await withSdk({}, async ({ page, service }) => {
    const site = await page("/silent");
    const codes = await within(site, async ({ tributary, codeOf }) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 270 });
      canvas.getContext("2d")!.fillRect(0, 0, 480, 270);
      const blob = (type: string) =>
        new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!), type));
      const [jpeg, png] = [await blob("image/jpeg"), await blob("image/png")];
      const codes: (string | null)[] = [await codeOf(tributary.sendStill(jpeg))];
      await tributary.startBroadcast("hidden", "Ann", { visibility: "unlisted" });
      codes.push(tributary.visibility, await codeOf(tributary.sendStill(jpeg)));
      await tributary.endBroadcast();
      await tributary.startBroadcast("ours", "Ann", { title: "Our show" });
      codes.push(tributary.visibility, await codeOf(tributary.sendStill(png)));
      codes.push(await codeOf(tributary.sendStill(jpeg)));
      return codes;
    });
    assertEquals(codes, ["wrong_state", "unlisted", "not_listed", "public", "bad_picture", null]);
    const list = new URL("/api/broadcasts", service.replace(/^ws/, "http"));
    const titles = async () => {
      const broadcasts: BroadcastSummary[] = await (await fetch(list)).json();
      return broadcasts.map(({ title, still }) =>
        `${title} ${still === null ? "without" : "with"}`
      );
    };
    await assertEventually(titles, ["Our show with"]);
  });
});

Deno.test("without JavaScript the home page shows what is live, and says what is missing", async () => {
  await browse({}, async ({ browser, server }) => {
    await using broadcaster = await VirtualPeer.connect(server.wsUrl);
    await broadcaster.startBroadcast("plain", { title: "Plain and simple" });
    const context = await browser.newContext({ javaScriptEnabled: false });
    const home = await context.newPage();
    await home.goto(server.url);
    await cardOf(home, "Plain and simple").getByText("0 viewers").waitFor();
    // Of this element the tools of a page without scripts see the text, and not that it is shown.
    assertMatch(
      (await home.locator("#live noscript").textContent())!,
      /reload to see what is new/,
    );
    await home.getByRole("link", { name: "Plain and simple" }).click();
    await home.getByRole("heading", { level: 1, name: "Plain and simple" }).waitFor();
    await context.close();
  });
});
