/** `<tributary-player>` on pages of another site, as people and their scripts use it. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { TributaryPlayer } from "../../lib/client/element/player_element.ts";
import { browse, type BrowseOptions, type Browsing } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { assertMovingPicture } from "../support/media.ts";

/** Broadcasts under the name in its address for as long as it is there. */
const broadcasting = (server: string) => `
  <!doctype html>
  <script type="module">
    import { Tributary } from "${server}/tributary.js";
    const tributary = new Tributary();
    tributary.setStream(await tributary.startCamera());
    const name = location.hash.slice(1);
    const visibility = name === "unlisted" ? name : "public";
    await tributary.startBroadcast(name, "Ada", { visibility });
    addEventListener("pagehide", () => tributary.close());
    document.title = "live";
  </script>`;

const showing = (server: string, body: string, head = "") => `
  <!doctype html>
  <html lang="en"><head><title>Elsewhere</title>${head}
  <script type="module" src="${server}/tributary.js"></script></head>
  <body><main>${body}</main></body></html>`;

/** Keeps what the player says in its events. */
const LISTENING = `<script>
  const states = [], stats = [], errors = [];
  addEventListener("statechange", ({ detail }) => states.push(detail.state), true);
  addEventListener("stats", ({ detail }) => stats.push(detail), true);
  addEventListener("error", ({ detail }) => errors.push(String(detail)), true);
</script>`;

interface Listening {
  states: string[];
  stats: { latencyMs: number | null; depth: number | null }[];
  errors: string[];
}

async function withSite(
  pages: (server: string) => Record<string, string>,
  body: (site: Browsing & { url: string; goLive(name: string): Promise<Page> }) => Promise<void>,
  options: BrowseOptions = {},
): Promise<void> {
  await browse(options, async (browsing) => {
    const { server, open } = browsing;
    await using site = serveForeignSite({
      "/broadcast": broadcasting(server.url),
      ...pages(server.url),
    });
    await body({
      ...browsing,
      url: site.url,
      async goLive(name) {
        const page = await open(`${site.url}/broadcast#${name}`);
        await assertEventually(() => page.title(), "live");
        return page;
      },
    });
  });
}

const said = (page: Page) => page.evaluate("({ states, stats, errors })") as Promise<Listening>;

const says = (page: Page, text: RegExp) =>
  page.getByRole("status").filter({ hasText: text }).first().waitFor({ state: "attached" });

Deno.test("a player waits, follows its name, and is a viewer for as long as it is in the page", async () => {
  const pages = (server: string) => ({
    "/": showing(server, `<tributary-player name="later" muted></tributary-player>`, LISTENING),
  });
  await withSite(pages, async ({ server, url, open, goLive }) => {
    const viewers = async () => {
      const list: { name: string; viewers: number }[] = await (await fetch(
        `${server.url}/api/broadcasts`,
      )).json();
      return Object.fromEntries(list.map(({ name, viewers }) => [name, viewers]));
    };
    const page = await open(url);
    await says(page, /not live yet/i);
    const later = await goLive("later");
    await assertMovingPicture(page, "who waited", "tributary-player");
    await says(page, /watching live/i);
    await page.getByLabel("Live video: later").waitFor();
    await assertEventually(viewers, { later: 1 });
    await assertEventually(async () => (await said(page)).stats.at(-1)?.depth, 1);

    // Moving it within the page is nothing to the tree, nor to the picture.
    await page.evaluate(() => {
      const player = document.querySelector("tributary-player")!;
      document.body.prepend(player);
    });
    await assertMovingPicture(page, "who was moved", "tributary-player");
    assertEquals((await said(page)).states, ["connecting", "waiting", "live"]);

    await goLive("other");
    await page.evaluate(() => document.querySelector("tributary-player")!.name = "other");
    await assertMovingPicture(page, "who watches another one", "tributary-player");
    await page.getByLabel("Live video: other").waitFor();
    await assertEventually(viewers, { later: 0, other: 1 });

    await page.evaluate(() => {
      const kept = globalThis as unknown as { player: Element };
      kept.player = document.querySelector("tributary-player")!;
      kept.player.remove();
    });
    await assertEventually(viewers, { later: 0, other: 0 });
    await page.evaluate("player.name = 'later'; document.body.append(player)");
    await assertMovingPicture(page, "who was put back", "tributary-player");
    await assertEventually(viewers, { later: 1, other: 0 });

    await page.evaluate("player.leave()");
    await assertEventually(viewers, { later: 0, other: 0 });
    await page.getByRole("button", { name: "Watch" }).click();
    await assertMovingPicture(page, "who watches again", "tributary-player");
    await later.close();
    await says(page, /has ended/i);
    await goLive("later");
    await assertMovingPicture(page, "who saw it end", "tributary-player");
    assertEquals((await said(page)).errors, []);
  });
});

/** Allows nothing but the service: no styles, and no workers. */
const strict = (server: string) => {
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `script-src ${server}`,
    `connect-src ${server} ${server.replace("http", "ws")}`,
    "worker-src 'none'",
  ];
  return `<meta http-equiv="content-security-policy" content="${policy.join("; ")}">`;
};

Deno.test("several players are on one page, each with what its attributes say, or under a strict policy", async () => {
  const pages = (server: string) => ({
    "/strict": showing(
      server,
      `<tributary-player name="unlisted"></tributary-player>`,
      `<link rel="icon" href="data:,">${strict(server)}`,
    ),
    "/": showing(
      server,
      `
      <tributary-player id="one" name="twice" muted relay="off"></tributary-player>
      <tributary-player id="two" controls server="${server}/anything"></tributary-player>
      <tributary-player id="none"></tributary-player>`,
      LISTENING,
    ),
  });
  await withSite(pages, async ({ url, open, goLive }) => {
    await goLive("twice");
    const page = await open(url);
    await assertMovingPicture(page, "the first", "#one");
    // There is one place below the broadcaster, and whoever has it carries nobody.
    await page.evaluate(() => document.querySelector<TributaryPlayer>("#two")!.name = "twice");
    const facts = () =>
      page.evaluate(() =>
        [...document.querySelectorAll("tributary-player")].map((player) => {
          const { muted, controls } = player.shadowRoot!.querySelector("video")!;
          return [player.state, muted, controls, player.relay];
        })
      );
    await assertEventually(facts, [
      ["live", true, false, false],
      ["full", false, true, true],
      ["idle", false, false, true],
    ]);
    await page.evaluate(() => document.querySelector("tributary-player")!.relay = true);
    await assertMovingPicture(page, "the second", "#two");
    const { states, stats } = await said(page);
    assertEquals(states.filter((state) => state === "connecting").length, 2, "nobody came again");
    assertEquals(stats.at(-1)!.depth! <= 2, true);
    await page.evaluate(() => {
      const [one, two] = document.querySelectorAll("tributary-player");
      Object.assign(one!, { muted: false, controls: true });
      two!.removeAttribute("controls");
    });
    assertEquals((await facts()).slice(0, 2), [
      ["live", false, true, true],
      ["live", false, false, true],
    ]);
    const parents = await page.evaluate(() => {
      const [one] = document.querySelectorAll("tributary-player");
      const { width, height } = one!.getBoundingClientRect();
      return { isWide: width / height > 1.7 && width / height < 1.8, width };
    });
    assert(parents.isWide && parents.width >= 200, JSON.stringify(parents));
    await page.close();

    const guarded = await open(`${url}/strict`);
    await says(guarded, /not live yet/i);
    await goLive("unlisted");
    await assertMovingPicture(guarded, "who is under a strict policy", "tributary-player");
    const display = () => getComputedStyle(document.querySelector("tributary-player")!).display;
    assertEquals(await guarded.evaluate(display), "grid");
    // The browser's own words about the worker that was refused.
  }, { maxListeners: 1, mayComplain: /worker-src|Creating a worker/ });
});

/** Evaluating anything in a page counts as a click; its address can be looked at without. */
const BUTTON_IN_ADDRESS = `<script>
  setInterval(() => {
    const { shadowRoot } = document.querySelector("tributary-player");
    const button = shadowRoot?.querySelector("button:not([hidden]) slot");
    if (button) location.hash = button.name;
  }, 100);
</script>`;

Deno.test("where the browser wants a click for sound, a player is muted until Unmute is pressed", async () => {
  const pages = (server: string) => ({
    "/": showing(server, `<tributary-player name="loud"></tributary-player>`, BUTTON_IN_ADDRESS),
  });
  const autoplay = "--autoplay-policy=no-user-gesture-required";
  const launch = {
    without: [autoplay],
    flags: [autoplay.replace("no-user-gesture", "document-user-activation")],
  };
  await browse({ launch }, async (it) => {
    await using site = serveForeignSite({
      "/broadcast": broadcasting(it.server.url),
      ...pages(it.server.url),
    });
    const broadcaster = await it.open(`${site.url}/broadcast#loud`);
    await assertEventually(() => broadcaster.title(), "live");
    const page = await it.open(site.url);
    await page.waitForURL("**/#unmute");
    await assertMovingPicture(page, "who has not clicked", "tributary-player");
    const isMuted = () =>
      page.evaluate(() =>
        document.querySelector("tributary-player")!.shadowRoot!.querySelector("video")!.muted
      );
    assertEquals(await isMuted(), true);
    await page.getByRole("button", { name: "Unmute" }).click();
    await assertEventually(isMuted, false);
    await page.getByRole("button", { name: "Unmute" }).waitFor({ state: "hidden" });
    await assertMovingPicture(page, "who has clicked", "tributary-player");
  });
});
