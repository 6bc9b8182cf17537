import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatAge, formatClock } from "../../islands/parts/durations.ts";
import { embedPath, isLinkable, watchPath } from "../../islands/parts/links.ts";
import { layOutRiver } from "../../islands/river/layout.ts";
import { growTree } from "../../islands/river/river_mark.tsx";
import { nameFault, studioProblem } from "../../islands/studio/problems.ts";
import { suggestName } from "../../islands/studio/suggest_name.ts";
import { PHASE_TEXTS } from "../../islands/watch/phases.ts";
import { type BroadcastList, LIST_LENGTH } from "../../lib/broadcast_summary.ts";
import type { LiveBroadcast } from "../../lib/live_broadcasts.ts";
import { notFoundDocument, pages } from "../../routes/pages.tsx";

const EVIL_NAMES = [
  `<script>alert("x")</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  "</title></head>",
  "&lt;b&gt;",
  "__proto__",
  "constructor",
  "a/b?c#d%20e\\f",
  "100%",
  "日本語 😀",
];

/** Broadcasts that differ only in their names, or in what is said of all of them. */
const liveBroadcasts = (names: string[], fields: Partial<LiveBroadcast> = {}): LiveBroadcast[] =>
  names.map((name) => ({
    name,
    title: name,
    broadcaster: name,
    viewers: 2,
    startedAt: 0,
    still: null,
    visibility: "public",
    ...fields,
  }));

function site(names: string[], fields: Partial<LiveBroadcast> = {}) {
  const list = liveBroadcasts(names, fields);
  return pages({
    broadcasts: (offset) =>
      Promise.resolve({
        broadcasts: list.slice(offset, offset + LIST_LENGTH),
        total: list.length,
      }),
    broadcast: (name) => Promise.resolve(list.find((one) => one.name === name) ?? null),
  });
}

/** Undoes what the renderer escapes in text and attributes. */
function unescape(html: string): string {
  return html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** Reads the props that the server left for an island. */
function islandProps(html: string, island: string): Record<string, unknown> {
  const props = html.match(new RegExp(`data-island="${island}" data-props="([^"]*)"`))?.[1];
  assert(props !== undefined, `no island ${island}`);
  return JSON.parse(unescape(props));
}

Deno.test("pages: names are text on the home page, and encoded in its links", async () => {
  const html = await (await site(EVIL_NAMES).request("/")).text();
  assertNoMarkupFromNames(html);
  for (const name of EVIL_NAMES) {
    assertStringIncludes(html, `href="/watch/${encodeURIComponent(name)}"`);
  }
  const { list } = islandProps(html, "home") as { list: BroadcastList };
  assertEquals(list.broadcasts.map(({ name }) => name), EVIL_NAMES);
});

for (const name of EVIL_NAMES) {
  Deno.test(`pages: /watch/ finds and shows the name ${JSON.stringify(name)}`, async () => {
    const response = await site([name]).request(watchPath(name));
    const html = await response.text();
    assertEquals(response.status, 200);
    assertNoMarkupFromNames(html);
    const props = islandProps(html, "watch");
    assertEquals(props.name, name);
    assertEquals(unescape(html.match(/<h1>(.*?)<\/h1>/)![1]!), name);
    assertMatch(html, /<meta property="og:title" content="[^"]+ · live on Tributary"/);
  });
}

for (const name of EVIL_NAMES) {
  Deno.test(`pages: a frame and the document about it take the name ${JSON.stringify(name)}`, async () => {
    const response = await site([name]).request(`${embedPath(name)}?muted=1`);
    assertEquals([response.status, response.headers.get("x-frame-options")], [200, null]);
    const html = await response.text();
    assertNoMarkupFromNames(html);
    const { name: given, isMuted } = islandProps(html, "embed");
    assertEquals([given, isMuted], [name, true]);
    assertMatch(html, /<meta name="robots" content="noindex"/);
    assert(!html.includes("<header") && !html.includes("<footer"));

    const query = new URLSearchParams({ name });
    const docs = await (await site([name]).request(`/docs/embed?${query}`)).text();
    assertNoMarkupFromNames(docs);
    assertStringIncludes(unescape(docs), `src="${embedPath(name)}?muted=1"`);
  });
}

Deno.test("pages: a frame for a broadcast that is not live is a player that waits", async () => {
  const response = await site([]).request("/embed/nobody");
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "it starts here by itself");
});

Deno.test("pages: the document about frames has the service's own address in its examples", async () => {
  const html = await (await site([]).request("https://live.example.org/docs/embed")).text();
  assertStringIncludes(html, "https://live.example.org/embed/my-broadcast");
  assertStringIncludes(html, "wss://live.example.org");
  assert(!html.includes("tributary.example"));
  assert(!html.includes("<iframe"), "nothing is watched before somebody wants to");
});

function assertNoMarkupFromNames(html: string) {
  assert(!html.includes("<script>"), "a script from a name");
  assert(!html.includes("<img"), "an image from a name");
  assertEquals(html.match(/<\/title>/g)?.length, 1);
  assert(!/ style="| on[a-z]+="/.test(html.replaceAll(/="[^"]*"/g, '=""')), "inline code or style");
}

Deno.test("pages: an unknown broadcast is 404, says so, and offers to try again", async () => {
  for (const name of ["nobody", "__proto__", "toString"]) {
    const response = await site([]).request(watchPath(name));
    const html = await response.text();
    assertEquals(response.status, 404);
    assertStringIncludes(html, "This broadcast is not live");
    assertStringIncludes(html, "Try again");
    assertStringIncludes(html, `<meta name="robots" content="noindex"`);
    assertEquals(islandProps(html, "watch").startedAt, null);
  }
});

Deno.test("pages: a malformed address is answered and not a fault", async () => {
  const response = await site([]).request("/watch/%E0%A4%A");
  assertEquals(response.status, 404);
  await response.body?.cancel();
});

Deno.test("pages: every document is complete and says what it needs without JavaScript", async () => {
  for (const path of ["/", "/studio", "/watch/nobody"]) {
    const html = await (await site([]).request(path)).text();
    assertStringIncludes(html, `<!doctype html><html lang="en">`);
    assertMatch(html, /<title>[^<]+<\/title>/);
    assertMatch(html, /<meta name="description" content="[^"]+"/);
    assertMatch(html, /<meta name="viewport"/);
    assertMatch(html, /<meta name="theme-color"/);
    assertMatch(html, /<noscript>/);
    assertEquals(html.match(/<h1/g)?.length, 1);
  }
  assertStringIncludes(notFoundDocument(), `href="/studio"`);
});

Deno.test("pages: the studio labels its fields and names its button", async () => {
  const html = await (await site([]).request("/studio")).text();
  assertStringIncludes(html, `<label for="name">Name</label>`);
  assertStringIncludes(html, `<label for="peer-name">Your name</label>`);
  assertMatch(html, /<button type="submit"[^>]*>Go live<\/button>/);
  assertMatch(html, /id="name"[^>]*value="[a-z]+-[a-z]+-\d\d"/);
});

Deno.test("pages: the home page invites when nothing is live", async () => {
  const html = await (await site([]).request("/")).text();
  assertStringIncludes(html, "The river is quiet.");
  assertStringIncludes(html, "No broadcasts");
});

Deno.test("pages: a broadcast without a title of its own, or with one, is one link with its picture", async () => {
  const fields = { title: "Harvest & hay", still: "v 1" };
  const html = await (await site(["a/b"], fields).request("/")).text();
  assertEquals(html.match(/<a [^>]*href="\/watch\//g)?.length, 1);
  assertStringIncludes(html, `<a href="/watch/a%2Fb">Harvest &amp; hay</a>`);
  assertStringIncludes(html, `src="/api/broadcasts/a%2Fb/still?v=v%201"`);
  assertStringIncludes(html, `alt="What Harvest &amp; hay showed a moment ago"`);
  const without = await (await site(["a"]).request("/")).text();
  assert(!without.includes("<img"), "there is no picture yet");
});

Deno.test("pages: what does not fit one list is on further pages, with a way there and back", async () => {
  const names = Array.from({ length: LIST_LENGTH + 5 }, (_, i) => `b${i}`);
  const first = await (await site(names).request("/")).text();
  assertEquals(first.match(/<article/g)?.length, LIST_LENGTH);
  assertStringIncludes(first, `href="/?page=2#live"`);
  const second = await (await site(names).request("/?page=2")).text();
  assertEquals(second.match(/<article/g)?.length, 5);
  assertStringIncludes(second, `href="/#live"`);
  assertStringIncludes(second, "noindex");
  const other = await site(names).request("/?page=nonsense");
  assertEquals((await other.text()).match(/<article/g)?.length, LIST_LENGTH);
});

Deno.test("pages: links to a public broadcast show its picture, and to others the general one", async () => {
  const read = async (fields: Partial<LiveBroadcast>) => {
    const html = await (await site(["a"], fields).request("/watch/a")).text();
    const image = html.match(/<meta property="og:image" content="([^"]*)"/)![1]!;
    return { image: new URL(image).pathname, isPrivate: html.includes("noindex") };
  };
  const general = "/static/preview.png";
  assertEquals(await read({ still: "v1" }), {
    image: "/api/broadcasts/a/still",
    isPrivate: false,
  });
  assertEquals(await read({}), { image: general, isPrivate: false });
  assertEquals(await read({ visibility: "unlisted" }), { image: general, isPrivate: true });
});

Deno.test("pages: who connects to a public broadcast sees its picture meanwhile, in a frame as well", async () => {
  for (const [path, island] of [["/watch/a", "watch"], ["/embed/a", "embed"]] as const) {
    const stillOf = async (fields: Partial<LiveBroadcast>) => {
      const html = await (await site(["a"], fields).request(path)).text();
      const image = html.match(/<img class="still" src="([^"]*)" alt[ =]/)?.[1] ?? null;
      assertEquals(islandProps(html, island).still, image);
      return image;
    };
    assertEquals(await stillOf({ still: "v1" }), "/api/broadcasts/a/still?v=v1");
    assertEquals(await stillOf({}), null);
    assertEquals(await stillOf({ still: "v1", visibility: "unlisted" }), null);
  }
});

Deno.test("pages: an unlisted broadcast is shown with its title to whoever knows its name", async () => {
  const fields = { title: "Among friends", visibility: "unlisted" as const };
  const response = await site(["a"], fields).request("/watch/a");
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), "<h1>Among friends</h1>");
});

Deno.test("pages: a name that no link can carry is shown without one", async () => {
  const html = await (await site(["..", "."]).request("/")).text();
  assert(!html.includes(`href="/watch/.`));
  assertEquals(["..", ".", "\ud800", "..."].map(isLinkable), [false, false, false, true]);
});

Deno.test("studio: names are checked before anything starts", () => {
  assertEquals(nameFault(""), "no_name");
  assertEquals(nameFault(".."), "unlinkable_name");
  assertEquals(nameFault("x".repeat(201)), "long_name");
  assertEquals(nameFault("__proto__"), null);
  assertEquals(nameFault(suggestName(Math.random)), null);
});

Deno.test("studio: every code has a sentence, and an unknown one too", () => {
  for (const code of ["camera_refused", "name_taken", "toString", "__proto__", "anything"]) {
    const { title, text } = studioProblem(code);
    assertMatch(title, /\.$/);
    assertMatch(text, /\.$/);
  }
  assertEquals(studioProblem("toString"), studioProblem("anything"));
});

Deno.test("watch: every phase has a next step", () => {
  // It goes on by itself, or there is something to press; only in this browser there is neither.
  const stuck = Object.entries(PHASE_TEXTS)
    .filter(([, { isBusy, action, leadsHome }]) => !isBusy && !action && !leadsHome)
    .map(([phase]) => phase);
  assertEquals(stuck, ["live", "unsupported"]);
  assertMatch(PHASE_TEXTS.unsupported.text!, /^Open this page in a current Chrome/);
});

Deno.test("durations: ages and clocks read as people say them", () => {
  const minuteMs = 60_000;
  assertEquals(formatAge(0, 59_999), "just started");
  assertEquals(formatAge(5000, 0), "just started");
  assertEquals(formatAge(0, 12 * minuteMs), "12 min");
  assertEquals(formatAge(0, 60 * minuteMs), "1 h");
  assertEquals(formatAge(0, 185 * minuteMs), "3 h 5 min");
  assertEquals(formatClock(7_900), "0:07");
  assertEquals(formatClock(3_723_000), "1:02:03");
});

Deno.test("river: one strand for each leaf, one mark for each peer, all inside the picture", () => {
  const size = { width: 100, height: 60, gap: 2, mouth: 10, margin: 5 };
  const { strands, peers } = layOutRiver(growTree(12, 3), size);
  assertEquals(peers.length, 13);
  assertEquals(strands.length, 9);
  for (const { x, y } of peers) assert(x >= 5 && x <= 95 && y >= 5 && y <= 55);
  assertEquals(layOutRiver(growTree(0, 3), size), {
    strands: [],
    peers: [{ x: 5, y: 30, depth: 0, strands: 1 }],
  });
});
