/** Nothing that dies takes a viewer with it: what viewers see while others go, measured. */
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import type { Tributary } from "../../lib/client/mod.ts";
import { RELAY_DEADLINE_MS } from "../../lib/protocol/mod.ts";
import { processesOf, signalAll } from "../support/browser_processes.ts";
import { browse } from "../support/browsing.ts";
import { launchChromium } from "../support/chromium.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { sdkPage, type SdkPageGlobals, startBroadcast, untilReady } from "../support/sdk_page.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import {
  assertGap,
  longestGap,
  measuredTest,
  recordGaps,
  report,
  untilFrames,
  untilGap,
} from "./gaps.ts";
import { endBroadcast, goLive, untilLive } from "../support/studio.ts";

/** Opens a page with the SDK. */
type OpenPage = (browser?: Browser) => Promise<Page>;

async function withPages(
  maxListeners: number,
  body: (open: OpenPage, server: TestServer) => Promise<void>,
): Promise<void> {
  await browse({ maxListeners }, async ({ server, open }) => {
    await using site = serveForeignSite({ "/": sdkPage(server.url) });
    await body(async (browser) => await untilReady(await open(`${site.url}/`, browser)), server);
  });
}

/** Joins under a name, and records gaps as soon as the picture moves. */
async function watch(page: Page, broadcast: string, peerName: string): Promise<Page> {
  await page.evaluate(async ([broadcast, peerName]) => {
    const { tributary } = globalThis as unknown as SdkPageGlobals;
    await tributary.joinBroadcast(broadcast!, peerName);
  }, [broadcast, peerName]);
  await recordGaps(page);
  return page;
}

const stateOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).tributary.state);

const statesOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).states);

const countConnections = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).connections.length);

/** A server whose pages outlive it, for tests that end it or set it up in a way of their own. */
async function withServer(
  options: TestServerOptions,
  body: (open: () => Promise<Page>, server: TestServer) => Promise<void>,
): Promise<void> {
  await using server = await startTestServer(options);
  await using site = serveForeignSite({ "/": sdkPage(server.url) });
  const browser = await launchChromium();
  try {
    await body(async () => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${site.url}/`);
      return await untilReady(page);
    }, server);
  } finally {
    await browser.close();
  }
}

measuredTest(
  "(a) the server is killed and started again: no picture stops, and others can join",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "tributary-kv-" });
    const options = { kvFile: `${folder}/kv.db`, maxListeners: 1 };
    try {
      await withServer(options, async (open, first) => {
        const broadcaster = await open();
        await startBroadcast(broadcaster, "durable");
        const viewers: Page[] = [];
        for (const name of ["A", "B", "C"]) {
          viewers.push(await watch(await open(), "durable", name));
        }
        // What it shows of its own camera depends on nothing but the machine.
        await recordGaps(broadcaster);
        await first.stop("SIGKILL");
        await assertEventually(() => stateOf(broadcaster), "RECONNECTING");
        const again = { ...options, port: first.port, withoutBundles: true };
        await using _second = await startTestServer(again);
        await assertEventually(() => stateOf(broadcaster), "BROADCASTING");
        for (const viewer of viewers) await untilFrames(viewer, 60);
        // Before another page is opened: that takes more of a small machine than all of this.
        const gaps = await Promise.all(viewers.map(longestGap));
        await watch(await open(), "durable", "D");
        report("(a) server killed and restarted, three viewers", gaps);
        report("(a) meanwhile, the broadcaster's own camera", [await longestGap(broadcaster)]);
        assertGap(Math.max(...gaps), 500, "a picture stops");
        // They are where they were, by the same links.
        for (const viewer of viewers.slice(0, 2)) assertEquals(await countConnections(viewer), 2);
        assertEquals(await stateOf(broadcaster), "BROADCASTING");
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

measuredTest("(b) the page of a middle viewer is closed: those below hardly notice", async () => {
  await withPages(1, async (open) => {
    const broadcaster = await open();
    await startBroadcast(broadcaster, "closing");
    const chain: Page[] = [];
    const extend = async () => chain.push(await watch(await open(), "closing", "viewer"));
    const children: number[] = [];
    const grandchildren: number[] = [];
    while (chain.length < 3) await extend();
    for (let run = 0; run < 5; run++) {
      const [middle, child, grandchild] = chain as [Page, Page, Page];
      await recordGaps(child);
      await recordGaps(grandchild);
      await middle.close();
      chain.shift();
      await untilFrames(child, 60);
      await untilFrames(grandchild, 60);
      children.push(await longestGap(child));
      grandchildren.push(await longestGap(grandchild));
      await extend();
    }
    const child = report("(b) middle page closed, its child", children);
    const grandchild = report("(b) middle page closed, its grandchild", grandchildren);
    assertGap(Math.max(child, grandchild), 500, "more than half a second is seen");
  });
});

measuredTest("(b1) the page of a middle viewer crashes: its child goes elsewhere", async () => {
  await withPages(2, async (open, server) => {
    const broadcaster = await open();
    await startBroadcast(broadcaster, "crashing");
    const middle = await watch(await open(), "crashing", "middle");
    const viewers = await watchBelow(open, "crashing");
    const below = await childrenOf("middle", "crashing", server);
    const lost = below.map((name) => viewers.get(name)!);
    for (const page of lost) await recordGaps(page);
    // It never gets to an end, because there is nobody left to say so.
    middle.goto("chrome://crash").catch(() => {});
    await untilReconnecting(lost);
    for (const page of lost) await untilFrames(page, 60);
    const gaps = await Promise.all(lost.map(longestGap));
    report("(b1) middle page crashed, its children", gaps);
    assertGap(Math.max(...gaps), 2_500, "another parent is found late");
  });
});

Deno.test("those below a viewer that looks for another parent wait for it, by the same links", async () => {
  const options = { maxListeners: 1, env: { VIEWER_GRACE_S: "1" } };
  await withServer(options, async (open) => {
    const broadcaster = await open();
    await startBroadcast(broadcaster, "patient");
    const [middle, child, grandchild] = [await open(), await open(), await open()];
    await watch(middle, "patient", "middle");
    await watch(child, "patient", "child");
    await watch(grandchild, "patient", "grandchild");
    for (const page of [child, grandchild]) await recordGaps(page);
    middle.goto("chrome://crash").catch(() => {});
    await untilReconnecting([child]);
    for (const page of [child, grandchild]) await untilFrames(page, 60);
    report("middle page crashed where only its own place is free, child and grandchild", [
      await longestGap(child),
      await longestGap(grandchild),
    ]);
    assertEquals(await countConnections(grandchild), 1);
    assertEquals(await statesOf(grandchild), ["CONNECTING", "LISTENING"]);
  });
});

measuredTest(
  "(b2) a middle viewer falls silent with its sockets open: its child goes elsewhere",
  async () => {
    await withPages(2, async (open, server) => {
      const broadcaster = await open();
      await startBroadcast(broadcaster, "silent");
      const apart = await launchChromium();
      let pids: number[] = [];
      const kill = () => signalAll(pids.splice(0), "SIGKILL");
      try {
        await watch(await open(apart), "silent", "middle");
        const viewers = await watchBelow(open, "silent");
        const below = await childrenOf("middle", "silent", server);
        for (const page of viewers.values()) await recordGaps(page);
        pids = await processesOf(apart);
        signalAll(pids, "SIGSTOP");
        const lost = below.map((name) => viewers.get(name)!);
        await untilReconnecting(lost);
        for (const page of viewers.values()) await untilFrames(page, 60);
        const gaps = await Promise.all(lost.map(longestGap));
        report("(b2) middle silent, its children", gaps);
        assertGap(Math.max(...gaps), 2_500, "another parent is found late");
      } finally {
        kill();
        await apart.close();
      }
    });
  },
);

/** Opens the other viewers of a tree of two: at least one of them finds its place below the first. */
async function watchBelow(open: OpenPage, broadcast: string): Promise<Map<string, Page>> {
  const viewers = new Map<string, Page>();
  for (const name of ["other", "X", "Y", "Z"]) {
    viewers.set(name, await watch(await open(), broadcast, name));
  }
  return viewers;
}

async function untilReconnecting(pages: Page[]): Promise<void> {
  for (const page of pages) {
    await page.waitForFunction(() =>
      (globalThis as unknown as SdkPageGlobals).states.includes("RECONNECTING")
    );
  }
}

/** Lists the names of those below a viewer. */
async function childrenOf(
  parent: string,
  broadcast: string,
  server: TestServer,
): Promise<string[]> {
  await using follower = await VirtualPeer.connect(server.wsUrl);
  await follower.subscribe(broadcast);
  const { tree } = await follower.waitFor("TREE_STATE_CHANGED");
  return tree.children.find(({ name }) => name === parent)!.children.map(({ name }) => name);
}

measuredTest("(b3) eight viewers who join at once all get a picture", async () => {
  await withPages(3, async (open) => {
    const broadcaster = await open();
    await broadcaster.evaluate(async () => {
      const { tributary } = globalThis as unknown as SdkPageGlobals;
      const video = { width: 320, height: 180, frameRate: 10 };
      tributary.setStream(await tributary.startCamera({ video }));
      await tributary.startBroadcast("rush");
    });
    const pages = [await open(), await open()];
    const startedAt = performance.now();
    const waits = await Promise.all(pages.map((page) =>
      page.evaluate(async () => {
        const { tributary } = globalThis as unknown as SdkPageGlobals;
        const Client = tributary.constructor as new () => Tributary;
        const watchOne = async () => {
          const client = new Client();
          const begun = performance.timeOrigin + performance.now();
          const video = document.body.appendChild(document.createElement("video"));
          video.muted = true;
          client.on("stream", (stream) => {
            video.srcObject = stream;
            video.play().catch(() => {});
          });
          await client.joinBroadcast("rush");
          for (let frames = 0; frames < 10; frames++) {
            await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
          }
          const shown = performance.timeOrigin + performance.now();
          return { begun, waitedMs: Math.round(shown - begun) };
        };
        return await Promise.all([watchOne(), watchOne(), watchOne(), watchOne()]);
      })
    ));
    const within = Math.round(performance.now() - startedAt);
    const all = waits.flat();
    report(
      `(b3) eight at once, until ten frames are seen, all within ${within} ms`,
      all.map(({ waitedMs }) => waitedMs),
    );
    assertEquals(all.length, 8);
    const joins = all.map(({ begun }) => begun);
    assertGap(Math.max(...joins) - Math.min(...joins), 100, "they do not join at once");
  });
});

measuredTest("(c) a middle viewer presses Leave: those below see no gap", async () => {
  await browse({ maxListeners: 1 }, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "courteous");
    const viewers: Page[] = [];
    for (let count = 0; count < 3; count++) {
      const viewer = await open("/watch/courteous");
      await recordGaps(viewer);
      viewers.push(viewer);
    }
    const [middle, ...below] = viewers as [Page, Page, Page];
    for (const page of below) await recordGaps(page);
    await middle.getByRole("button", { name: "Leave" }).click();
    await middle.getByRole("status").filter({ hasText: /left/i }).waitFor();
    for (const page of below) await untilFrames(page, 90);
    const gaps = await Promise.all(below.map(longestGap));
    report("(c) middle left, its child and grandchild", gaps);
    assertGap(Math.max(...gaps), 250, "there is a gap to see");
  });
});

Deno.test("a source that is paused is waited for: nobody looks for another parent", async () => {
  await withPages(1, async (open) => {
    const broadcaster = await open();
    await startBroadcast(broadcaster, "paused");
    const viewers: Page[] = [];
    for (const name of ["A", "B"]) viewers.push(await watch(await open(), "paused", name));
    await broadcaster.evaluate(() => {
      (globalThis as unknown as SdkPageGlobals).tributary.setStream(null);
    });
    for (const viewer of viewers) await untilGap(viewer, 5_000);
    await broadcaster.evaluate(async () => {
      const { tributary } = globalThis as unknown as SdkPageGlobals;
      tributary.setStream(await tributary.startCamera());
    });
    for (const viewer of viewers) await untilFrames(viewer, 30);
    for (const viewer of viewers) {
      assertEquals(await statesOf(viewer), ["CONNECTING", "LISTENING"]);
    }
  });
});

measuredTest(
  "(d) the studio is loaded again: viewers see video again, and do nothing for it",
  async () => {
    await browse({ maxListeners: 2 }, async ({ open }) => {
      const studio = await open("/studio");
      studio.on("dialog", (dialog) => dialog.accept());
      await goLive(studio, "again");
      await studio.getByRole("button", { name: "Mute microphone" }).click();
      const viewers: Page[] = [];
      for (let count = 0; count < 4; count++) {
        const viewer = await open("/watch/again");
        await recordGaps(viewer);
        viewers.push(viewer);
      }
      await studio.reload();
      await untilLive(studio);
      await studio.getByRole("button", { name: "Unmute microphone" }).waitFor();
      for (const viewer of viewers) await untilFrames(viewer, 60);
      const gaps = await Promise.all(viewers.map(longestGap));
      report("(d) studio loaded again, four viewers", gaps);
      // Its page takes most of that: nobody is left to wait for a deadline.
      assertGap(Math.max(...gaps), RELAY_DEADLINE_MS, "somebody waits for a deadline");
      await studio.getByRole("heading", { name: "4 viewers" }).waitFor();

      await endBroadcast(studio);
      for (const viewer of viewers) {
        await viewer.getByRole("status").filter({ hasText: /has ended/i }).waitFor();
      }
    });
  },
);
