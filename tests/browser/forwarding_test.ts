/** Relays that forward encoded frames, relays that cannot, and trees of both. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { RelayMode } from "../../lib/client/mod.ts";
import { browse } from "../support/browsing.ts";
import { bundleToPage } from "../support/bundled_page.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { impairLinks } from "../support/impaired_links.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
import type { Numbers } from "../support/numbered_page.ts";
import {
  joinBroadcast,
  sdkPage,
  type SdkPageGlobals,
  startBroadcast,
  untilReady,
} from "../support/sdk_page.ts";

type Path = "/" | "/re-encodes" | "/forbids";

/** Begins a broadcast, and makes a chain of viewers on pages of some kinds below it. */
async function withChain(
  paths: Path[],
  body: (
    viewers: Page[],
    open: (path: Path) => Promise<Page>,
    broadcaster: Page,
  ) => Promise<void>,
): Promise<void> {
  // What browsers say by themselves when a page forbids something.
  const mayComplain = /violates the following Content Security Policy|^Forbidden: worker-src/;
  await browse({ maxListeners: 1, mayComplain }, async ({ server, open }) => {
    await using site = serveForeignSite({
      "/": sdkPage(server.url, { relayMode: "forward" }),
      "/re-encodes": sdkPage(server.url, { relayMode: "re-encode" }),
      "/forbids": sdkPage(server.url, { relayMode: "forward", allowsWorkers: false }),
    });
    const openPage = async (path: Path) => await untilReady(await open(site.url + path));
    const broadcaster = await openPage("/");
    await startBroadcast(broadcaster, "chain");
    const viewers: Page[] = [];
    for (const path of paths) {
      const viewer = await openPage(path);
      await joinBroadcast(viewer, "chain");
      viewers.push(viewer);
    }
    await body(viewers, openPage, broadcaster);
  });
}

/** What a viewer's connections count, of its picture. */
interface PictureStats {
  /** Of the picture that it gets. */
  width: number;
  decoded: number;
  keys: number;
  /** Of what it sends: the size that its encoder knows of, and what it needs for a frame. */
  sentWidth: number;
  encodeMs: number;
}

function pictureOf(page: Page): Promise<PictureStats> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as SdkPageGlobals;
    const stats = { width: 0, decoded: 0, keys: 0, sentWidth: 0, encodeMs: NaN };
    for (const connection of connections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.kind !== "video") continue;
        if (report.type === "inbound-rtp") {
          stats.width = report.frameWidth;
          stats.decoded = report.framesDecoded;
          stats.keys = report.keyFramesDecoded;
        } else if (report.type === "outbound-rtp" && report.framesEncoded > 0) {
          stats.sentWidth = report.frameWidth;
          stats.encodeMs = 1_000 * report.totalEncodeTime / report.framesEncoded;
        }
      }
    }
    return stats;
  });
}

const modeOf = (page: Page): Promise<RelayMode | null> =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).tributary.relayMode);

const countConnections = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as SdkPageGlobals).connections.length);

Deno.test("viewers forward what they get: nobody below the broadcaster encodes a picture", async () => {
  await withChain(["/", "/", "/"], async (viewers) => {
    const [first, second, third] = viewers as [Page, Page, Page];
    for (const [i, page] of viewers.entries()) await assertMovingPicture(page, `viewer ${i + 1}`);
    await assertSound(third, "the last one");
    assertEquals(await modeOf(first), "forward");
    const source = await pictureOf(first);
    for (const relay of [first, second]) {
      const { sentWidth, width } = await pictureOf(relay);
      assertEquals([sentWidth, width], [16, source.width], "its encoder makes carriers only");
    }
    assertEquals((await pictureOf(third)).width, source.width);
  });
});

Deno.test("a key frame is made for who comes first, not for who comes next, nor while nobody comes", async () => {
  await withChain(["/", "/"], async (viewers, open) => {
    const [first, second] = viewers as [Page, Page];
    await assertMovingPicture(second, "the last one");
    const joined = await pictureOf(first);
    // What a relay remembers for those who come is by then too long.
    let alone = joined;
    for (const end = Date.now() + 30_000; alone.decoded < joined.decoded + 150;) {
      assert(Date.now() < end, `${alone.decoded - joined.decoded} pictures in 30 s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      alone = await pictureOf(first);
    }
    assert(alone.keys - joined.keys <= 1, `${alone.keys - joined.keys} key frames for nobody`);

    for (const name of ["the late one", "the next one"]) {
      const late = await open("/");
      await joinBroadcast(late, "chain");
      await assertMovingPicture(late, name);
    }
    const { keys } = await pictureOf(first);
    assert(keys - alone.keys === 1, `${keys - alone.keys} key frames were made for two`);
  });
});

Deno.test("a relay that encodes again can be in the middle, and forwarding ones below it", async () => {
  await withChain(["/", "/re-encodes", "/", "/"], async (viewers) => {
    const [first, second, third, fourth] = viewers as [Page, Page, Page, Page];
    assertEquals(await Promise.all(viewers.map(modeOf)), [
      "forward",
      "re-encode",
      "forward",
      "forward",
    ]);
    for (const [i, page] of viewers.entries()) await assertMovingPicture(page, `viewer ${i + 1}`);
    await assertSound(fourth, "the last one");
    assertEquals((await pictureOf(first)).sentWidth, 16);
    assert((await pictureOf(second)).sentWidth > 16, "the second one encodes the picture");
    assertEquals((await pictureOf(third)).sentWidth, 16);
  });
});

Deno.test("a page that allows no workers of this kind encodes again", async () => {
  await withChain(["/forbids", "/"], async (viewers) => {
    const [first, second] = viewers as [Page, Page];
    assertEquals(await Promise.all(viewers.map(modeOf)), ["re-encode", "forward"]);
    await assertMovingPicture(second, "the one below");
    assert((await pictureOf(first)).sentWidth > 16);
  });
});

Deno.test("a change of parent keeps the lanes: those below get the new stream by the same link", async () => {
  await withChain(["/", "/", "/", "/"], async (viewers) => {
    const [_first, second, third, fourth] = viewers as [Page, Page, Page, Page];
    await assertMovingPicture(fourth, "the last one");
    await second.close();
    await assertEventually(() => countConnections(third), 3);
    for (const page of [third, fourth]) await assertMovingPicture(page, "after the change");
    assertEquals(await countConnections(fourth), 1);
    assertEquals((await pictureOf(third)).sentWidth, 16);
  });
});

/** Has a page's browser say that it likes one codec best, or knows no other. */
const likeBest = (page: Page, codec: string, knowsOthers: boolean) =>
  page.evaluate(({ codec, knowsOthers }) => {
    const getCapabilities = RTCRtpReceiver.getCapabilities;
    RTCRtpReceiver.getCapabilities = (kind) => {
      const capabilities = getCapabilities.call(RTCRtpReceiver, kind)!;
      if (kind === "audio") return capabilities;
      const isBest = ({ mimeType }: RTCRtpCodec) => mimeType === codec;
      const others = capabilities.codecs.filter((one) =>
        !isBest(one) && (knowsOthers || one.mimeType === "video/rtx")
      );
      return { ...capabilities, codecs: [...capabilities.codecs.filter(isBest), ...others] };
    };
  }, { codec, knowsOthers });

/** The codec of the picture that a viewer gets. */
const codecOf = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const [connection] = (globalThis as unknown as SdkPageGlobals).connections;
    const reports = [...(await connection!.getStats()).values()];
    const { codecId } = reports.find(({ type, kind }) =>
      type === "inbound-rtp" && kind === "video"
    );
    return reports.find(({ id }) => id === codecId).mimeType;
  });

Deno.test("viewers ask for what all browsers speak, whatever their own would like best", async () => {
  await withChain([], async (_viewers, open) => {
    const viewer = await open("/");
    // As Safari does with H264.
    await likeBest(viewer, "video/VP9", true);
    await joinBroadcast(viewer, "chain");
    await assertMovingPicture(viewer, "the viewer");
    assertEquals(await codecOf(viewer), "video/VP8");
  });
});

for (const codec of ["video/VP9", "video/AV1", "video/H264"]) {
  Deno.test(`what comes in as ${codec} is passed on as that`, async () => {
    await withChain([], async (_viewers, open) => {
      const viewers: Page[] = [];
      for (let depth = 1; depth <= 3; depth++) {
        const viewer = await open("/");
        // That of the first one knows nothing else.
        if (depth === 1) await likeBest(viewer, codec, false);
        await joinBroadcast(viewer, "chain");
        await assertMovingPicture(viewer, `viewer ${depth}`);
        viewers.push(viewer);
      }
      assertEquals(await Promise.all(viewers.map(codecOf)), [codec, codec, codec]);
      const [first, second, third] = await Promise.all(viewers.map(pictureOf));
      assertEquals([first!.sentWidth, second!.sentWidth], [16, 16]);
      assertEquals(third!.width, first!.width);
    });
  });
}

/** Has a page broadcast its camera's picture turned by a quarter, as phones that are turned do. */
const turn = (page: Page) =>
  page.evaluate(() => {
    const { tributary } = globalThis as unknown as SdkPageGlobals;
    const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = globalThis as unknown as {
      MediaStreamTrackProcessor: new (
        init: { track: MediaStreamTrack },
      ) => { readable: ReadableStream<VideoFrame> };
      MediaStreamTrackGenerator: new (
        init: { kind: "video" },
      ) => MediaStreamTrack & { writable: WritableStream<VideoFrame> };
    };
    const [track] = tributary.stream!.getVideoTracks() as [MediaStreamTrack];
    const turned = new MediaStreamTrackGenerator({ kind: "video" });
    const turning = new TransformStream<VideoFrame, VideoFrame>({
      transform(frame, controller) {
        controller.enqueue(new VideoFrame(frame, { rotation: 90 } as VideoFrameInit));
        frame.close();
      },
    });
    const { readable } = new MediaStreamTrackProcessor({ track: track.clone() });
    // Ends with the page.
    readable.pipeThrough(turning).pipeTo(turned.writable).catch(() => {});
    tributary.setStream(new MediaStream([turned]));
  });

Deno.test("a picture that a phone turns is upright at every depth", async () => {
  await withChain(["/", "/"], async (viewers, _open, broadcaster) => {
    const heights = () =>
      Promise.all(viewers.map((page) =>
        page.evaluate(() => {
          const { videoWidth, videoHeight } = document.querySelector("video")!;
          return videoHeight > videoWidth;
        })
      ));
    assertEquals(await heights(), [false, false]);
    await turn(broadcaster);
    await assertEventually(heights, [true, true]);
  });
});

Deno.test("pictures that lose packets on their way are passed on whole, and in their order", async () => {
  await browse({ maxListeners: 1 }, async ({ server, open }) => {
    await using site = serveForeignSite({
      "/numbers": await bundleToPage("tests/support/numbered_page.ts", { title: "numbers" }),
    });
    const where = { url: server.wsUrl, name: "lossy" };
    const openPage = async () => await untilReady(await open(`${site.url}/numbers`));
    const broadcaster = await openPage();
    await broadcaster.evaluate(
      (where) => (globalThis as unknown as Numbers).numbers.broadcast(where),
      where,
    );
    const viewers: Page[] = [];
    const links: Disposable[] = [];
    for (let depth = 1; depth <= 3; depth++) {
      const viewer = await openPage();
      // The first one loses packets from its parent, and to its child.
      if (depth === 1) links.push(await impairLinks(viewer, () => ({ loss: 0.02, delayMs: 10 })));
      await viewer.evaluate(
        (where) => (globalThis as unknown as Numbers).numbers.watch(where),
        where,
      );
      viewers.push(viewer);
    }
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    const seen = await Promise.all(
      viewers.map((viewer) =>
        viewer.evaluate(() => (globalThis as unknown as Numbers).numbers.seen())
      ),
    );
    links.forEach((link) => link[Symbol.dispose]());
    const lost = await viewers[0]!.evaluate(() =>
      (globalThis as unknown as Numbers).numbers.lost()
    );
    assert(lost > 0, "packets are lost");
    for (const lower of seen.slice(1)) {
      const common = Object.keys(lower).filter((number) => number in seen[0]!);
      const same = common.filter((number) => lower[number] === seen[0]![number]);
      assert(common.length > 40, `${common.length} pictures were seen by both`);
      // What one of them cannot have again in time looks wrong until the next key frame.
      assert(same.length >= 0.9 * common.length, `${same.length} of ${common.length} are the same`);
    }
  });
});
