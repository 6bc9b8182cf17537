/** What viewers do when their picture stands still while the link to their parent is up. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { TreeNode } from "../../lib/client/mod.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
import { linksOf, statesOf, within, withSdk } from "../support/sdk_browsing.ts";
import { joinBroadcast, type SdkPageGlobals } from "../support/sdk_page.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";

/** Twice as long as anybody waits for what a parent withholds. */
const LONG_MS = 5_000;

const LEFT = ["CONNECTING", "LISTENING", "RECONNECTING", "LISTENING"];

/** Broadcasts a picture that many can pass on on a small machine. */
async function startSmall(page: Page, name: string, isWithSound = true): Promise<void> {
  await page.evaluate(async ({ name, audio }) => {
    const { tributary } = globalThis as unknown as SdkPageGlobals;
    const video = { width: 320, height: 180, frameRate: 15 };
    tributary.setStream(await tributary.startCamera({ audio, video }));
    await tributary.startBroadcast(name);
  }, { name, audio: isWithSound });
}

/** Joins under a name, without waiting for a stream. */
async function join(page: Page, name: string, peerName: string): Promise<Page> {
  await page.evaluate(async ([name, peerName]) => {
    const { tributary } = globalThis as unknown as SdkPageGlobals;
    await tributary.joinBroadcast(name!, peerName);
  }, [name, peerName]);
  return page;
}

/** Takes from every child what it gets; the page itself goes on watching. */
const withhold = (page: Page) =>
  within(page, async ({ connections }) => {
    const senders = connections.flatMap((connection) => connection.getSenders());
    await Promise.all(senders.map((sender) => sender.replaceTrack(null)));
  });

/** Returns the name of a peer's parent. */
async function parentOf(peerName: string, broadcast: string, service: string): Promise<string> {
  await using follower = await VirtualPeer.connect(service);
  await follower.subscribe(broadcast);
  const { tree } = await follower.waitFor("TREE_STATE_CHANGED");
  const find = (node: TreeNode): TreeNode | undefined =>
    node.children.some(({ name }) => name === peerName)
      ? node
      : node.children.map(find).find((found) => found);
  return find(tree)?.name ?? "nobody";
}

Deno.test("a viewer whose parent has a picture and passes nothing on goes to another one", async () => {
  await withSdk({ maxListeners: 2 }, async ({ page, service }) => {
    await startSmall(await page(), "withheld");
    const relays = new Map<string, Page>();
    for (const name of ["first", "second"]) {
      relays.set(name, await join(await page(), "withheld", name));
      await assertMovingPicture(relays.get(name)!, `the ${name} relay`);
    }
    const viewer = await join(await page(), "withheld", "viewer");
    await assertMovingPicture(viewer, "the viewer below a relay");
    const parent = await parentOf("viewer", "withheld", service);
    await withhold(relays.get(parent)!);

    await assertEventually(() => statesOf(viewer), LEFT);
    await assertMovingPicture(viewer, "the viewer that went elsewhere");
    assertNotEquals(await parentOf("viewer", "withheld", service), parent);
    // The relay itself and the others have missed nothing.
    for (const relay of relays.values()) {
      await assertMovingPicture(relay, "a relay");
      assertEquals(await statesOf(relay), ["CONNECTING", "LISTENING"]);
    }
  });
});

/**
 * Prepares a page so that what it sends to children who come later can be blanked by `blank`: as
 * many packets arrive as before, and no picture.
 */
const prepareToBlank = (page: Page) =>
  within(page, () => {
    const transform = `let isBlank = false;
    onmessage = ({ data }) => isBlank = data;
    onrtctransform = ({ transformer }) => {
      const blanked = new TransformStream({
        transform(frame, controller) {
          if (isBlank) frame.data = new ArrayBuffer(frame.data.byteLength);
          controller.enqueue(frame);
        },
      });
      transformer.readable.pipeThrough(blanked).pipeTo(transformer.writable);
    };`;
    const worker = new Worker(URL.createObjectURL(new Blob([transform])));
    const { prototype } = RTCRtpSender;
    const { setStreams } = prototype;
    // Browsers take a transform only before the sender is used, and the SDK calls this before.
    prototype.setStreams = function (...streams) {
      this.transform = new RTCRtpScriptTransform(worker);
      setStreams.apply(this, streams);
    };
    Object.assign(globalThis, { blank: (isBlank: boolean) => worker.postMessage(isBlank) });
  });

function blank(page: Page, isBlank: boolean): Promise<void> {
  return page.evaluate((isBlank) => {
    (globalThis as unknown as { blank(isBlank: boolean): void }).blank(isBlank);
  }, isBlank);
}

Deno.test("packets that never become a picture are no picture", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    await startSmall(await page(), "blank");
    // One that forwards has a transform of its own.
    const relay = await join(await page("/re-encodes"), "blank", "relay");
    await prepareToBlank(relay);
    const viewer = await page();
    await joinBroadcast(viewer, "blank");
    await assertMovingPicture(viewer, "the viewer below a relay");
    await blank(relay, true);
    await assertEventually(async () => (await statesOf(viewer)).includes("RECONNECTING"), true);
    await blank(relay, false);
    await assertMovingPicture(viewer, "the viewer that joined again");
    assertEquals(await statesOf(relay), ["CONNECTING", "LISTENING"]);
  });
});

Deno.test("those below a viewer from which the picture is withheld wait for it, by the same links", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    await startSmall(await page(), "chain");
    const [first, second, third] = [await page(), await page(), await page()];
    for (const viewer of [first, second, third]) await joinBroadcast(viewer, "chain");
    await assertMovingPicture(third, "the last viewer");
    await withhold(first);
    await assertEventually(() => statesOf(second), LEFT);
    await assertMovingPicture(second, "the viewer that joined again");
    await assertMovingPicture(third, "the viewer below it");
    assertEquals([await linksOf(third), await statesOf(third)], [1, ["CONNECTING", "LISTENING"]]);
  });
});

Deno.test("a viewer to whom its new parent sends nothing goes to another one", async () => {
  await withSdk({ maxListeners: 2 }, async ({ page, service }) => {
    await startSmall(await page(), "dumb");
    const relays = new Map<string, Page>();
    for (const name of ["first", "second"]) {
      const relay = await join(await page(), "dumb", name);
      await assertMovingPicture(relay, `the ${name} relay`);
      await relay.evaluate(() => {
        const { prototype } = RTCRtpSender;
        const { replaceTrack } = prototype;
        prototype.replaceTrack = () => Promise.resolve();
        Object.assign(globalThis, { cure: () => prototype.replaceTrack = replaceTrack });
      });
      relays.set(name, relay);
    }
    const viewer = await join(await page(), "dumb", "viewer");
    const parent = await parentOf("viewer", "dumb", service);
    for (const [name, relay] of relays) {
      if (name !== parent) {
        await relay.evaluate(() => (globalThis as unknown as { cure(): void }).cure());
      }
    }
    await assertEventually(() => statesOf(viewer), LEFT);
    await assertMovingPicture(viewer, "the viewer that went elsewhere");
    assertNotEquals(await parentOf("viewer", "dumb", service), parent);
  });
});

Deno.test("a canvas that is not painted, and sound without a picture, are no standstill", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    const broadcaster = await page();
    await within(broadcaster, async ({ tributary }) => {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d")!;
      const paint = () => {
        context.fillStyle = `hsl(${Math.random() * 360} 90% 50%)`;
        context.fillRect(Math.random() * 300, 0, 60, 150);
      };
      paint();
      const painting = setInterval(paint, 60);
      Object.assign(globalThis, { stopPainting: () => clearInterval(painting) });
      tributary.setStream(canvas.captureStream(20));
      await tributary.startBroadcast("still");
    });
    const viewers = [await page(), await page()];
    for (const viewer of viewers) await joinBroadcast(viewer, "still");
    for (const viewer of viewers) await assertMovingPicture(viewer, "a viewer of the canvas");
    const assertNothingHappened = async () => {
      for (const viewer of viewers) {
        assertEquals([await linksOf(viewer), await statesOf(viewer)], [
          viewer === viewers[0] ? 2 : 1,
          ["CONNECTING", "LISTENING"],
        ]);
      }
    };
    await within(
      broadcaster,
      () => (globalThis as unknown as { stopPainting(): void }).stopPainting(),
    );
    await Promise.all(viewers.map((viewer) => untilStill(viewer, LONG_MS)));
    await assertNothingHappened();

    await within(broadcaster, async ({ tributary }) => {
      tributary.setStream(await tributary.startCamera({ audio: true }));
    });
    for (const viewer of viewers) {
      await viewer.waitForFunction(() =>
        (globalThis as unknown as SdkPageGlobals).tributary.stream!.getAudioTracks().length > 0
      );
      await assertSound(viewer, "a viewer without a picture");
    }
    await Promise.all(viewers.map((viewer) => untilStill(viewer, LONG_MS)));
    await assertNothingHappened();
  });
});

/** Waits until no frame has been decoded for so long. */
async function untilStill(page: Page, stillMs: number): Promise<void> {
  const frames = await page.evaluate(async (stillMs) => {
    const video = document.querySelector("video")!;
    const count = () => video.getVideoPlaybackQuality().totalVideoFrames;
    let [frames, movedAt] = [count(), performance.now()];
    while (performance.now() - movedAt < stillMs) {
      if (count() !== frames) [frames, movedAt] = [count(), performance.now()];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return frames;
  }, stillMs);
  assert(frames > 0, "there was a picture before");
}
