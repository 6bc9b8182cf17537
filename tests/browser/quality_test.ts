/** The quality that a broadcaster chooses, as it arrives at viewers, and what it looks like in the studio. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { assertMovingPicture } from "../support/media.ts";
import { joinBroadcast, sdkPage, type SdkPageGlobals, untilReady } from "../support/sdk_page.ts";
import { within, withSdk } from "../support/sdk_browsing.ts";
import { goLive, untilLive } from "../support/studio.ts";

/** The size of the picture that a page shows. */
const sizeOf = (page: Page) =>
  page.evaluate(() => {
    const { videoWidth, videoHeight } = document.querySelector("video")!;
    return `${videoWidth}x${videoHeight}`;
  });

/** The hint and the limits of everything that a page sends a picture of. */
interface Sent {
  hint: string;
  maxBitrate: number | undefined;
  maxFramerate: number | undefined;
  gives: string | undefined;
}

const sentBy = (page: Page): Promise<Sent[]> =>
  page.evaluate(() => {
    const { connections } = globalThis as unknown as SdkPageGlobals;
    return connections.filter(({ connectionState }) => connectionState === "connected")
      .flatMap((connection) => connection.getSenders())
      .filter(({ track }) => track?.kind === "video")
      .map((sender) => {
        const { encodings, degradationPreference } = sender.getParameters();
        const { maxBitrate, maxFramerate } = encodings[0]!;
        const hint = sender.track!.contentHint;
        return { hint, maxBitrate, maxFramerate, gives: degradationPreference };
      });
  });

/** Has a page keep account of its connections, as pages of the SDK's tests do. */
const keepConnections = () => {
  const connections: RTCPeerConnection[] = [];
  Object.assign(globalThis, {
    connections,
    RTCPeerConnection: class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    },
  });
};

const qualityOf = (studio: Page) => studio.getByRole("combobox", { name: "Quality" });

Deno.test("what is chosen in the studio comes down the chain, changes while live, and outlives a reload", async () => {
  await browse({ maxListeners: 1 }, async ({ server, open }) => {
    await using site = serveForeignSite({ "/": sdkPage(server.url, { relayMode: "forward" }) });
    const studio = await open("/studio");
    await studio.addInitScript(keepConnections);
    await studio.reload();
    await qualityOf(studio).selectOption("720p");
    await studio.getByText("takes up to 2.5 Mbit/s of your upload").waitFor();
    await goLive(studio, "chosen");
    const viewers: Page[] = [];
    for (let depth = 1; depth <= 2; depth++) {
      const viewer = await untilReady(await open(`${site.url}/`));
      await joinBroadcast(viewer, "chosen");
      await assertEventually(() => sizeOf(viewer), "1280x720", `at depth ${depth}`);
      viewers.push(viewer);
    }
    const gives = "maintain-resolution";
    const full = { hint: "motion", maxBitrate: 2_500_000, maxFramerate: 30, gives };
    assertEquals(await sentBy(studio), [full]);

    await qualityOf(studio).selectOption("360p");
    for (const viewer of viewers) await assertEventually(() => sizeOf(viewer), "640x360");
    await assertMovingPicture(viewers[1]!, "the last viewer");
    await assertEventually(() => sentBy(studio), [{ ...full, maxBitrate: 700_000 }]);
    for (const [i, viewer] of viewers.entries()) {
      const { streams, connections } = await within(viewer, ({ streams, connections }) => ({
        streams,
        connections: connections.length,
      }));
      assertEquals([streams, connections], [1, i === 0 ? 2 : 1], "nobody has joined again");
    }

    await qualityOf(studio).selectOption("720p");
    await assertEventually(() => sizeOf(viewers[1]!), "1280x720");
    studio.on("dialog", (dialog) => dialog.accept());
    await studio.reload();
    await untilLive(studio);
    assertEquals(await qualityOf(studio).inputValue(), "720p");
    await assertEventually(() => sentBy(studio), [full]);
    await assertMovingPicture(viewers[1]!, "the last viewer after a reload of the studio");
    await assertEventually(() => sizeOf(viewers[1]!), "1280x720");
  });
});

Deno.test("a screen is encoded as one, and keeps its size down the chain", async () => {
  await browse({ maxListeners: 1 }, async ({ open }) => {
    const studio = await open("/studio");
    await studio.addInitScript(keepConnections);
    await studio.reload();
    await qualityOf(studio).selectOption("720p");
    await studio.getByRole("radio", { name: "Screen", exact: true }).check();
    await studio.getByRole("button", { name: "Share screen" }).click();
    await goLive(studio, "screen");
    for (let depth = 1; depth <= 2; depth++) {
      const viewer = await open("/watch/screen");
      await assertEventually(() => sizeOf(viewer), "1280x720", `at depth ${depth}`);
    }
    const [sent] = await sentBy(studio);
    assertEquals([sent?.hint, sent?.gives], ["detail", "maintain-resolution"]);

    await studio.getByRole("button", { name: "Show camera" }).click();
    await assertEventually(async () => (await sentBy(studio))[0]?.hint, "motion");
  });
});

Deno.test("a camera that cannot give what was chosen gives what it can, and the studio says so", async () => {
  const file = await Deno.makeTempFile({ suffix: ".y4m" });
  await Deno.writeFile(file, smallPictures(320, 240));
  const flags = [`--use-file-for-fake-video-capture=${file}`];
  try {
    await browse({ launch: { flags } }, async ({ open }) => {
      const studio = await open("/studio");
      await qualityOf(studio).selectOption("720p");
      await studio.getByRole("button", { name: "Try the camera" }).click();
      const said = studio.getByRole("status").filter({ hasText: "Your camera gives 320x240" });
      await said.waitFor();
      await goLive(studio, "small");
      await said.waitFor();
      const viewer = await open("/watch/small");
      await assertEventually(() => sizeOf(viewer), "320x240");
    });
  } finally {
    await Deno.remove(file);
  }
});

/** A film of two pictures, black and white. */
function smallPictures(width: number, height: number): Uint8Array {
  const text = new TextEncoder();
  const parts = [text.encode(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420\n`)];
  for (const brightness of [16, 235]) {
    const picture = new Uint8Array(width * height * 3 / 2).fill(128);
    parts.push(text.encode("FRAME\n"), picture.fill(brightness, 0, width * height));
  }
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("a page chooses in numbers, for a canvas, for children present and future", async () => {
  await withSdk({ maxListeners: 2 }, async ({ page }) => {
    const broadcaster = await page();
    await within(broadcaster, async ({ tributary }) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [480, 270];
      const context = canvas.getContext("2d")!;
      setInterval(() => {
        context.fillStyle = `hsl(${performance.now() / 10 % 360} 80% 50%)`;
        context.fillRect(0, 0, canvas.width, canvas.height);
      }, 50);
      tributary.setStream(canvas.captureStream());
      await tributary.startBroadcast("canvas");
    });
    const first = await page();
    await joinBroadcast(first, "canvas");
    // Without a choice, by the size; the hint is the page's own affair.
    const [unasked] = await sentBy(broadcaster);
    assert(unasked!.maxBitrate! < 700_000, `${unasked!.maxBitrate} bit/s`);
    assertEquals(unasked!.hint, "");

    await within(broadcaster, ({ tributary }) =>
      tributary.setQuality({
        width: 640,
        height: 360,
        frameRate: 15,
        maxBitrate: 333_000,
        contentHint: "text",
      }));
    const second = await page();
    await joinBroadcast(second, "canvas");
    const told = {
      hint: "text",
      maxBitrate: 333_000,
      maxFramerate: 15,
      gives: "maintain-resolution",
    };
    await assertEventually(() => sentBy(broadcaster), [told, told]);
    for (const viewer of [first, second]) await assertEventually(() => sizeOf(viewer), "480x270");

    const refused = await within(
      broadcaster,
      ({ tributary, codeOf }) => codeOf(tributary.setQuality("999p" as "360p")),
    );
    assertEquals(refused, "bad_quality");
    assertEquals(await sentBy(broadcaster), [told, told]);
  });
});

Deno.test("relays that encode again neither shrink the picture nor spend more on it than its size is worth", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    const broadcaster = await page();
    await within(broadcaster, async ({ tributary }) => {
      await tributary.setQuality("720p");
      tributary.setStream(await tributary.startCamera());
      await tributary.startBroadcast("again");
    });
    const [relay, last] = [await page("/re-encodes"), await page()];
    for (const viewer of [relay, last]) {
      await joinBroadcast(viewer, "again");
      await assertEventually(() => sizeOf(viewer), "1280x720");
    }
    const sent = async () =>
      (await sentBy(relay)).map(({ maxBitrate, gives }) => [maxBitrate, gives]);
    await assertEventually(sent, [[2_500_000, "maintain-resolution"]]);
    await within(broadcaster, ({ tributary }) => tributary.setQuality("360p"));
    await assertEventually(() => sizeOf(last), "640x360");
    await assertEventually(sent, [[700_000, "maintain-resolution"]]);
  });
});
