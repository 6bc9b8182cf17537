/** The HTTP application over a KV and a tree in memory. */
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { LiveBroadcasts } from "../../lib/live_broadcasts.ts";
import { secureTokens } from "../../lib/signalling/tokens.ts";
import { SignallingService } from "../../lib/signalling/service.ts";
import { MemoryChatStore } from "../../lib/store/memory_chat_store.ts";
import { MemoryResumeStore } from "../../lib/store/memory_resume_store.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import { createApp } from "../../routes/app.ts";
import { OpenSockets } from "../../routes/open_sockets.ts";
import { build } from "../../tasks/build.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { newPeer } from "../support/tree_peers.ts";
import { virtualBusNetwork } from "../support/virtual_bus.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** An instance without a network, in virtual time; the health check's patience is real. */
class World implements Disposable {
  readonly clock = new SimClock();
  readonly store = new MemoryTreeStore();
  readonly logged: string[] = [];
  readonly service: SignallingService;
  readonly live: LiveBroadcasts;
  readonly #listeners = new Set<unknown>();
  readonly #kv: Deno.Kv;

  private constructor(kv: Deno.Kv) {
    this.#kv = kv;
    const { clock, store } = this;
    const log = (level: string, event: string, fields?: object) =>
      this.logged.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`);
    const address = { instance: "i1", region: "eu" };
    this.service = new SignallingService({
      config: { iceServers: [], fanout: 3, grace: { viewerMs: 15_000, broadcasterMs: 60_000 } },
      address,
      store,
      bus: virtualBusNetwork(clock).join("i1"),
      clock,
      log,
      random: Math.random,
      newId: () => crypto.randomUUID(),
      tokens: secureTokens,
      resumes: new MemoryResumeStore(),
      chats: new MemoryChatStore(store),
    });
    this.live = new LiveBroadcasts({ store, hints: this.service.hints, clock, log });
    const listen = this.live.listen.bind(this.live);
    this.live.listen = (fn, known) => {
      this.#listeners.add(fn);
      const unlisten = listen(fn, known);
      return () => {
        this.#listeners.delete(fn);
        unlisten();
      };
    };
  }

  static async open(): Promise<World> {
    return new World(await Deno.openKv(":memory:"));
  }

  app(kv: Pick<Deno.Kv, "get"> = this.#kv) {
    return createApp({
      service: this.service,
      sockets: new OpenSockets(),
      live: this.live,
      stills: this.store,
      clock: this.clock,
      kv,
      instance: "i1",
      log: (level, event, fields) =>
        this.logged.push(`${level} ${event} ${JSON.stringify(fields)}`),
      root: ROOT,
    });
  }

  async start(name: string, visibility?: "unlisted"): Promise<void> {
    const root = newPeer(`root of ${name}`, { displayName: "Ann" });
    await this.store.createBroadcast({
      name,
      edition: crypto.randomUUID(),
      title: name,
      visibility,
      createdAt: 1,
      root,
    });
    this.service.hints.changed(name);
  }

  /** How many listen to the list. */
  get listening(): number {
    return this.#listeners.size;
  }

  [Symbol.dispose](): void {
    this.live.close();
    this.#kv.close();
  }
}

Deno.test("/healthz is 200 and names the instance while KV answers", async () => {
  using world = await World.open();
  const response = await world.app().request("/healthz");
  assertEquals(response.status, 200);
  assertEquals(await response.json(), { ok: true, instance: "i1", kv: "ok" });
  assertEquals(response.headers.get("cache-control"), "no-store");
});

Deno.test("/healthz is 503 when KV fails", async () => {
  using world = await World.open();
  const failing = [
    () => Promise.reject(new Error("disk on fire")),
    () => {
      throw new TypeError("closed already");
    },
  ];
  for (const get of failing) {
    const response = await world.app({ get }).request("/healthz");
    assertEquals(response.status, 503);
    assertEquals(await response.json(), { ok: false, instance: "i1", kv: "no answer" });
  }
});

Deno.test("/healthz is 503 in time when KV never answers", async () => {
  using world = await World.open();
  const silent = { get: () => new Promise<never>(() => {}) };
  const before = performance.now();
  const response = await world.app(silent).request("/healthz");
  assertEquals([response.status, (await response.json()).ok], [503, false]);
  const ms = performance.now() - before;
  assertGreaterOrEqual(ms, 1_000, "KV far away had no chance to answer");
  assertLessOrEqual(ms, 10_000);
});

Deno.test("/api/broadcasts lists what is live as JSON", async () => {
  using world = await World.open();
  assertEquals(await (await world.app().request("/api/broadcasts")).json(), []);
  await world.start("__proto__");
  await world.clock.advance(1_000);
  const response = await world.app().request("/api/broadcasts");
  assertMatch(response.headers.get("content-type")!, /^application\/json/);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(await response.json(), [
    {
      name: "__proto__",
      title: "__proto__",
      broadcaster: "Ann",
      viewers: 0,
      startedAt: 1,
      still: null,
    },
  ]);
});

Deno.test("[LIST-3] /api/broadcasts/events sends the list at once and on change, and stops when the client goes", async () => {
  using world = await World.open();
  await world.start("a");
  const response = await world.app().request("/api/broadcasts/events");
  assertMatch(response.headers.get("content-type")!, /^text\/event-stream/);
  assertEquals(response.headers.get("x-accel-buffering"), "no");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals(namesOf((await reader.read()).value!), ["a"]);
  assertEquals(world.listening, 1);
  await world.start("b");
  const next = reader.read();
  await world.clock.advance(1_000);
  const before = performance.now();
  assertEquals(namesOf((await next).value!), ["a", "b"]);
  assertLessOrEqual(performance.now() - before, 10_000, "it came with the sign of life");
  await reader.cancel();
  await world.clock.advance(10_000);
  assertEquals(world.listening, 0);
});

Deno.test("/api/broadcasts/events keeps only the latest list for a client that reads slowly", async () => {
  using world = await World.open();
  const response = await world.app().request("/api/broadcasts/events");
  await world.clock.advance(0);
  for (let i = 0; i < 50; i++) {
    await world.start(`b${i}`);
    await world.clock.advance(1_000);
  }
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let events = 0;
  for (let names: string[] = []; names.length < 50; events++) {
    names = namesOf((await reader.read()).value!);
  }
  assertLessOrEqual(events, 10);
  await reader.cancel();
  await world.clock.advance(0);
  assertEquals(world.listening, 0);
});

Deno.test("[LIST-2] /api/broadcasts gives a part of the list, says how many there are, and refuses nonsense", async () => {
  using world = await World.open();
  for (let i = 0; i < 70; i++) await world.start(`b${i}`);
  const names = async (query: string) => {
    const response = await world.app().request(`/api/broadcasts${query}`);
    assertEquals(response.headers.get("x-total-count"), "70");
    return (await response.json()).map(({ name }: { name: string }) => name);
  };
  const first = await names("");
  assertEquals(first.length, 60);
  const rest = await names("?offset=60&limit=1000");
  assertEquals(new Set([...first, ...rest]).size, 70);
  assertEquals(await names("?offset=1&limit=2"), first.slice(1, 3));
  assertEquals(await names("?limit=0"), []);
  for (const query of ["?offset=-1", "?limit=many", "?offset=1e3", "?limit="]) {
    const response = await world.app().request(`/api/broadcasts${query}`);
    assertEquals(response.status, 400, query);
    await response.body?.cancel();
  }
});

Deno.test("[START-6] /api/broadcasts and its events know nothing of the unlisted", async () => {
  using world = await World.open();
  await world.start("open");
  await world.start("hidden", "unlisted");
  for (const path of ["", "/events", "/events?changes"]) {
    const response = await world.app().request(`/api/broadcasts${path}`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const text = (await reader.read()).value!;
    assertStringIncludes(text, "open");
    assert(!text.includes("hidden"), path);
    await reader.cancel();
  }
  await world.clock.advance(0);
});

Deno.test("[LIST-4] /api/broadcasts/events?changes sends the list once, and then what is different", async () => {
  using world = await World.open();
  await world.start("a");
  const response = await world.app().request("/api/broadcasts/events?changes");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => {
    const text = (await reader.read()).value!;
    return [text.match(/^event: (.*)$/m)![1], JSON.parse(text.match(/^data: (.*)$/m)![1]!)];
  };
  const [event, list] = await next();
  assertEquals([event, list.total, list.broadcasts[0].name], ["list", 1, "a"]);
  const changed = next();
  const [slot] = await world.store.openSlots("a", 1);
  await world.store.join("a", newPeer("v"), slot!);
  world.service.hints.changed("a");
  await world.clock.advance(1_000);
  assertEquals(await changed, [
    "changes",
    { total: 1, gone: [], came: [], changed: [{ name: "a", viewers: 1 }] },
  ]);
  await reader.cancel();
  await world.clock.advance(0);
});

Deno.test("[LIST-5] /api/broadcasts/NAME/events follows one broadcast, listed or not, and one that is not live", async () => {
  using world = await World.open();
  await world.start("a/b", "unlisted");
  const follow = async (name: string) => {
    const path = `/api/broadcasts/${encodeURIComponent(name)}/events`;
    const response = await world.app().request(path);
    assertMatch(response.headers.get("content-type")!, /^text\/event-stream/);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    return {
      reader,
      async next() {
        const text = (await reader.read()).value!;
        assertMatch(text, /^event: broadcast\n/);
        return JSON.parse(text.match(/^data: (.*)$/m)![1]!);
      },
    };
  };
  const [known, later] = [await follow("a/b"), await follow("later")];
  assertEquals((await known.next()).visibility, "unlisted");
  assertEquals(await later.next(), null);
  const change = later.next();
  await world.start("later");
  await world.clock.advance(1_000);
  assertEquals((await change).title, "later");
  await known.reader.cancel();
  await later.reader.cancel();
  await world.clock.advance(0);
});

Deno.test("[STILL-5] a still picture is what it is said to be, and may be kept for good under its version", async () => {
  using world = await World.open();
  await world.start("a/b");
  const path = (version: string) => `/api/broadcasts/a%2Fb/still${version && `?v=${version}`}`;
  const ask = (version = "") => world.app().request(path(version));
  const missing = await ask();
  assertEquals([missing.status, missing.headers.get("cache-control")], [404, "no-store"]);
  await missing.body?.cancel();
  const bytes = new Uint8Array([1, 2, 3]);
  const still = { version: "v1", type: "image/webp", bytes, until: 10_000 };
  assert(await world.store.setStill("a/b", "root of a/b", still));
  const exact = await ask("v1");
  assertEquals(exact.status, 200);
  assertEquals(new Uint8Array(await exact.arrayBuffer()), bytes);
  const headers = ["content-type", "x-content-type-options", "cache-control"];
  assertEquals(headers.map((name) => exact.headers.get(name)), [
    "image/webp",
    "nosniff",
    "public, max-age=3600, immutable",
  ]);
  // Whoever has an older list gets the picture of now, and keeps nothing.
  for (const version of ["v0", ""]) {
    const other = await ask(version);
    assertEquals([other.status, other.headers.get("cache-control")], [200, "no-store"]);
    await other.body?.cancel();
  }
  await world.clock.advance(10_000);
  const late = await ask("v1");
  assertEquals(late.status, 404);
  assertMatch(late.headers.get("content-type")!, /^application\/json/);
  await late.body?.cancel();
});

Deno.test("what is on air can be read by pages of other sites, without their cookies", async () => {
  using world = await World.open();
  const headers = { origin: "https://example.org" };
  for (const path of ["", "/events", "/nothing"]) {
    const response = await world.app().request(`/api/broadcasts${path}`, { headers });
    assertEquals(response.headers.get("access-control-allow-origin"), "*", path);
    assertEquals(response.headers.get("access-control-allow-credentials"), null, path);
    await response.body?.cancel();
  }
  await world.clock.advance(0);
});

Deno.test("a fault is a 500 that tells the log everything and the client nothing", async () => {
  using world = await World.open();
  world.store.broadcasts = () => Promise.reject(new Error("disk on fire"));
  const response = await world.app().request("/api/broadcasts");
  assertEquals(response.status, 500);
  assert(!(await response.text()).includes("disk"));
  assertEquals(world.logged.length, 1);
  assertStringIncludes(world.logged[0]!, "error request_failed");
  assertStringIncludes(world.logged[0]!, "disk on fire");

  // People get a page of ours, which says what they can do.
  const page = await world.app().request("/", { headers: { accept: "text/html,*/*;q=0.8" } });
  assertEquals(page.status, 500);
  assertMatch(page.headers.get("content-type")!, /^text\/html/);
  const html = await page.text();
  assertStringIncludes(html, "<h1>Something went wrong on our side</h1>");
  assertMatch(html, /<a [^>]*href="\/">See what is live<\/a>/);
  assert(!html.includes("disk"));
});

Deno.test("/tributary.js is a script that other sites may load, and costs a 304 when it is the same", async () => {
  await untilBuilt();
  using world = await World.open();
  const headers = { origin: "https://example.org" };
  const response = await world.app().request("/tributary.js", { headers });
  assertEquals(response.status, 200);
  assertMatch(response.headers.get("content-type")!, /^(text|application)\/javascript/);
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  assertEquals(response.headers.get("cross-origin-resource-policy"), "cross-origin");
  assertEquals(response.headers.get("cache-control"), "no-cache");
  assertEquals(await response.text(), await Deno.readTextFile(`${ROOT}/static/build/tributary.js`));
  const again = await world.app().request("/tributary.js", {
    headers: { ...headers, "if-none-match": response.headers.get("etag")! },
  });
  assertEquals([again.status, await again.text()], [304, ""]);
});

Deno.test("pages are sent compressed, and the list as it changes is not held back for that", async () => {
  using world = await World.open();
  const headers = { "accept-encoding": "gzip, deflate, br" };
  for (const path of ["/studio", "/nothing"]) {
    const plain = await (await world.app().request(path)).text();
    const response = await world.app().request(path, { headers });
    assertEquals(response.headers.get("content-encoding"), "gzip", path);
    assertEquals(response.headers.get("vary"), "Accept-Encoding", path);
    const bytes = (await response.arrayBuffer()).byteLength;
    assertLessOrEqual(bytes, plain.length / 2, path);
  }
  const events = await world.app().request("/api/broadcasts/events", { headers });
  assertEquals(events.headers.get("content-encoding"), null);
  await events.body!.cancel();
  await world.clock.advance(0);
});

Deno.test("static files have their types, and /favicon.ico is the icon", async () => {
  using world = await World.open();
  const types: Record<string, RegExp> = {
    "/static/styles.css": /^text\/css/,
    "/static/icon.svg": /^image\/svg\+xml/,
    "/favicon.ico": /^image\/svg\+xml/,
  };
  for (const [path, type] of Object.entries(types)) {
    const response = await world.app().request(path);
    assertEquals(response.status, 200, path);
    assertMatch(response.headers.get("content-type")!, type, path);
    assert((await response.text()).length > 0, path);
  }
});

Deno.test("an address where there is nothing is a 404: a page for people, JSON for programs", async () => {
  using world = await World.open();
  for (
    const path of ["/nothing", "/static/nothing.css", "/static/", "/static", "/watch", "/main.ts"]
  ) {
    const response = await world.app().request(path);
    assertEquals(response.status, 404, path);
    assertStringIncludes(await response.text(), "<!doctype html>", path);
  }
  for (const path of ["/api/nothing", "/api/broadcasts/nothing", "/api/"]) {
    const response = await world.app().request(path);
    assertEquals(response.status, 404, path);
    assertMatch(response.headers.get("content-type")!, /^application\/json/, path);
    await response.body?.cancel();
  }
});

Deno.test("/api/ws is 426 for what is no WebSocket, and opens no session", async () => {
  using world = await World.open();
  for (const headers of [new Headers(), new Headers({ upgrade: "h2c" })]) {
    const response = await world.app().request("/api/ws", { headers });
    assertEquals(response.status, 426);
    assertEquals(response.headers.get("upgrade"), "websocket");
    await response.body?.cancel();
  }
  assertEquals(world.service.sessionCount, 0);
});

Deno.test("/api/ws is 400 for a handshake that is broken, which is no fault of ours", async () => {
  using world = await World.open();
  const headers = { upgrade: "websocket", connection: "upgrade", "sec-websocket-version": "13" };
  const response = await world.app().request("/api/ws", { headers });
  assertEquals(response.status, 400);
  assertStringIncludes(await response.text(), "sec-websocket-key");
  assertEquals([world.service.sessionCount, world.logged], [0, []]);
});

Deno.test("no address leads out of static/", async () => {
  using world = await World.open();
  const app = world.app();
  const server = Deno.serve({ port: 0, onListen() {} }, app.fetch);
  const targets = [
    "/static/../deno.json",
    "/static/./../deno.json",
    "/static/build/../../deno.json",
    "/static/%2e%2e/deno.json",
    "/static/%2E%2e%2fdeno.json",
    "/static/..%2fdeno.json",
    "/static/..%5cdeno.json",
    "/static/..\\deno.json",
    "/static/%252e%252e/deno.json",
    "/static/....//deno.json",
    "/static/%c0%ae%c0%ae/deno.json",
    "/static/..;/deno.json",
    `/static/${ROOT}/deno.json`,
    `/static//${ROOT}/deno.json`,
    `/static/%2f${ROOT.slice(1)}deno.json`,
    "/static/x%00/../../deno.json",
    "/../deno.json",
    "//deno.json",
    "/tributary.js/../../../deno.json",
    "/deno.json",
    "/static/../.git/HEAD",
    "/lib/config.ts",
  ];
  try {
    for (const target of targets) {
      const answer = await rawGet(server.addr.port, target);
      assertMatch(answer, /^HTTP\/1\.1 (404|400) /, target);
      assert(!answer.includes('"imports"') && !answer.includes("ref: refs"), target);
    }
    // The same way of asking does get what may be got.
    assertMatch(await rawGet(server.addr.port, "/static/icon.svg"), /^HTTP\/1\.1 200 [^]*<svg/);
  } finally {
    await server.shutdown();
  }
});

/** Asks for a target as it is: fetch() would tidy it up first. */
async function rawGet(port: number, target: string): Promise<string> {
  using connection = await Deno.connect({ port });
  const request = `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  let answer = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16_384);
  for (let n = await connection.read(buffer); n !== null; n = await connection.read(buffer)) {
    answer += decoder.decode(buffer.subarray(0, n), { stream: true });
  }
  return answer;
}

function namesOf(event: string): string[] {
  assertMatch(event, /^event: broadcasts\n/);
  const list: { name: string }[] = JSON.parse(event.match(/^data: (.*)$/m)![1]!);
  return list.map(({ name }) => name).sort();
}

/** `deno task test` has built before; whoever runs this file alone may not have. */
async function untilBuilt(): Promise<void> {
  try {
    await Deno.stat(`${ROOT}/static/build/tributary.js`);
  } catch {
    await (await build({ log: () => {} })).stop();
  }
}
