/** The SDK itself, on pages of another site that have no user interface of ours. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Page } from "playwright-core";
import type { Tributary } from "../../lib/client/mod.ts";
import { processesOf, signalAll } from "../support/browser_processes.ts";
import { launchChromium } from "../support/chromium.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
import {
  cut,
  errorsOf,
  joinsOf,
  linksOf,
  openLinksOf,
  recordFrames,
  stateOf,
  statesOf,
  streamsOf,
  within,
  withSdk,
} from "../support/sdk_browsing.ts";
import { joinBroadcast, startBroadcast } from "../support/sdk_page.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";

Deno.test("a viewer whose page plays nothing passes on picture and sound, and any change of them", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    const broadcaster = await page();
    await startBroadcast(broadcaster, "quiet");
    const silent = await page("/silent");
    await joinBroadcast(silent, "quiet");
    const last = await page();
    await joinBroadcast(last, "quiet");
    await assertMovingPicture(last, "the viewer below a silent page");
    await assertSound(last, "the viewer below a silent page");

    await within(broadcaster, async ({ tributary }) => {
      const video = { width: { exact: 320 }, height: { exact: 180 } };
      tributary.setStream(await tributary.startCamera({ audio: true, video }));
    });
    const width = () => last.evaluate(() => document.querySelector("video")!.videoWidth);
    await assertEventually(width, 320);
    await assertMovingPicture(last, "the viewer of a stream that was changed");
    await assertSound(last, "the viewer of a stream that was changed");
    assertEquals(await streamsOf(last), 1);
    assertEquals(await statesOf(last), ["CONNECTING", "LISTENING"]);

    // The camera was off when they joined: a relay without tracks answers all the same.
    await within(broadcaster, ({ tributary }) => tributary.stopCamera());
    assertEquals(await within(broadcaster, ({ tributary }) => tributary.stream), null);
    await startCamera(broadcaster);
    await assertMovingPicture(last, "the viewer after the camera was off");
  });
});

function startCamera(broadcaster: Page): Promise<void> {
  return within(broadcaster, async ({ tributary }) => {
    tributary.setStream(await tributary.startCamera());
  });
}

Deno.test("a broadcast may be live before its camera: viewers get the stream when it comes", async () => {
  await withSdk({}, async ({ page }) => {
    const broadcaster = await page();
    await within(broadcaster, ({ tributary }) => tributary.startBroadcast("later"));
    const viewer = await page();
    await within(viewer, ({ tributary }) => tributary.joinBroadcast("later"));
    assertEquals(await within(viewer, ({ tributary }) => tributary.state), "LISTENING");
    assertEquals(await within(viewer, ({ tributary }) => tributary.stream), null);
    await startCamera(broadcaster);
    await assertMovingPicture(viewer, "the viewer who came before the camera");
    await assertSound(viewer, "the viewer who came before the camera");
  });
});

Deno.test("a broadcast of sound alone is heard through a relay, and its picture may come later", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    const broadcaster = await page();
    await within(broadcaster, async ({ tributary }) => {
      tributary.setStream(await tributary.startCamera({ audio: true }));
      await tributary.startBroadcast("radio");
    });
    const relay = await page();
    await joinBroadcast(relay, "radio");
    const viewer = await page();
    await joinBroadcast(viewer, "radio");
    await viewer.waitForFunction(() => document.querySelector("video")!.currentTime > 0);
    await assertSound(viewer, "the listener below another one");

    await startCamera(broadcaster);
    await assertMovingPicture(viewer, "the listener who got a picture");
    assertEquals(await streamsOf(viewer), 1);
  });
});

Deno.test("those below a viewer that finds another parent keep their links, and notice nothing", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    const broadcaster = await page();
    await startBroadcast(broadcaster, "family");
    const [first, second, third] = [await page(), await page(), await page()];
    for (const viewer of [first, second, third]) await joinBroadcast(viewer, "family");
    await assertMovingPicture(third, "the last viewer");

    await within(first, ({ tributary }) => tributary.leaveBroadcast());
    await assertEventually(
      () => statesOf(second),
      ["CONNECTING", "LISTENING", "RECONNECTING", "LISTENING"],
    );
    await assertMovingPicture(third, "the viewer below the one that found another parent");
    await assertSound(third, "the viewer below the one that found another parent");
    assertEquals(await statesOf(third), ["CONNECTING", "LISTENING"]);
    assertEquals(await linksOf(third), 1);
    assertEquals(await streamsOf(third), 1);

    // Nothing is left of the links to the one that went, nor with it.
    await assertEventually(() => openLinksOf(broadcaster), 1);
    await assertEventually(() => openLinksOf(second), 2);
    assertEquals(await openLinksOf(first), 0);
    await second.close();
    await assertEventually(() => openLinksOf(broadcaster), 1);
    await assertMovingPicture(third, "the viewer below a page that was closed");

    await within(third, ({ tributary }) => tributary.close());
    await assertEventually(() => openLinksOf(broadcaster), 0);
    assertEquals(await openLinksOf(third), 0);
  });
});

Deno.test("a viewer whose link dies joins again by itself, without a word from the service", async () => {
  await withSdk({}, async ({ page }) => {
    const broadcaster = await page();
    await startBroadcast(broadcaster, "fragile");
    const viewer = await page();
    await joinBroadcast(viewer, "fragile");
    await within(broadcaster, ({ connections }) => connections.forEach((one) => one.close()));
    await assertEventually(
      () => statesOf(viewer),
      ["CONNECTING", "LISTENING", "RECONNECTING", "LISTENING"],
    );
    await assertMovingPicture(viewer, "the viewer that joined again");
    assertEquals(await within(viewer, ({ errors }) => errors), []);
  });
});

Deno.test("[JOIN-12] a viewer whose parent falls asleep reports it, and seeks another one until there is a place", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page, pageOf }) => {
    const broadcaster = await page();
    await startBroadcast(broadcaster, "sleepy");
    const apart = await launchChromium();
    await joinBroadcast(await pageOf(apart), "sleepy");
    const pids = await processesOf(apart);
    // Each is killed once: its id may be another's soon after.
    const kill = () => signalAll(pids.splice(0), "SIGKILL");
    try {
      const viewer = await page();
      const frames = recordFrames(viewer);
      await joinBroadcast(viewer, "sleepy");
      await assertMovingPicture(viewer, "the viewer below the sleeper");

      // Its socket stays open, so neither the service nor the broadcaster know anything.
      signalAll(pids, "SIGSTOP");
      await assertEventually(() => stateOf(viewer), "RECONNECTING");
      // [JOIN-12] The service is told whom not to choose.
      await assertEventually(() => joinsOf(frames).lost.length >= 2, true);
      const { lost, parents } = joinsOf(frames);
      assertEquals(lost.slice(0, 2), [undefined, parents[0]]);
      kill();
      await assertEventually(() => stateOf(viewer), "LISTENING");
      await assertMovingPicture(viewer, "the viewer that found another parent");
      assertEquals(await within(viewer, ({ errors }) => errors), []);
    } finally {
      kill();
      await apart.close();
    }
  });
});

Deno.test("[RESUME-2] a lost socket is replaced, and viewers and their links notice nothing", async () => {
  await withSdk({ maxListeners: 1 }, async ({ page }) => {
    const broadcaster = await page();
    await startBroadcast(broadcaster, "wobbly");
    const [viewer, last] = [await page(), await page()];
    for (const one of [viewer, last]) await joinBroadcast(one, "wobbly");
    for (const one of [broadcaster, viewer, last]) await cut(one);
    await assertEventually(
      () => statesOf(broadcaster),
      ["CONNECTING", "BROADCASTING", "RECONNECTING", "BROADCASTING"],
    );
    const sockets = (of: Page) => within(of, ({ sockets }) => sockets.map((one) => one.readyState));
    for (const one of [broadcaster, viewer, last]) {
      await assertEventually(() => sockets(one), [WebSocket.CLOSED, WebSocket.OPEN]);
      assertEquals(await errorsOf(one), []);
    }
    await assertMovingPicture(last, "the viewer whose socket was replaced");
    for (const one of [viewer, last]) {
      assertEquals(await statesOf(one), ["CONNECTING", "LISTENING"]);
      assertEquals(await streamsOf(one), 1);
    }
    // And the service finds all of them.
    const newcomer = await page();
    await joinBroadcast(newcomer, "wobbly");
    await assertMovingPicture(newcomer, "the viewer who came afterwards");
  });
});

Deno.test("what is asked while the service is down waits for it, and leaving does not", async () => {
  await withSdk({}, async ({ page, stop }) => {
    const broadcaster = await page();
    await startBroadcast(broadcaster, "down");
    const viewer = await page();
    await joinBroadcast(viewer, "down");
    await stop();
    await assertEventually(() => stateOf(broadcaster), "RECONNECTING");
    assertEquals(await stateOf(viewer), "LISTENING");
    await assertMovingPicture(viewer, "the viewer without a service");
    await within(viewer, ({ tributary }) => tributary.leaveBroadcast());
    await within(broadcaster, ({ tributary }) => tributary.endBroadcast());
    assertEquals([await stateOf(viewer), await stateOf(broadcaster)], ["READY", "READY"]);
    const joined = await within(viewer, ({ tributary, codeOf }) => {
      const joined = codeOf(tributary.joinBroadcast("down"));
      tributary.close();
      return joined;
    });
    assertEquals(joined, "cancelled");
  });
});

Deno.test("a page that only follows a tree follows it on after its socket was lost", async () => {
  await withSdk({}, async ({ page, service }) => {
    await using broadcaster = await VirtualPeer.connect(service);
    await broadcaster.startBroadcast("followed");
    const follower = await page();
    await within(follower, async (globals) => {
      await globals.tributary.subscribeToTreeChanges("followed");
      globals.pending = new Promise((resolve) => {
        globals.tributary.on("treestatechanged", ({ children }) => children[0] && resolve(true));
      });
    });
    await cut(follower);
    await using viewer = await VirtualPeer.connect(service);
    await viewer.joinBroadcast("followed");
    assertEquals(await within(follower, ({ pending }) => pending), true);
    assertEquals([await errorsOf(follower), await stateOf(follower)], [[], "READY"]);
  });
});

Deno.test("a join that waits when the socket is lost is asked again, and can be given up", async () => {
  await withSdk({}, async ({ page, service }) => {
    const mute = await VirtualPeer.connect(service, { answer: false });
    await mute.startBroadcast("eager");
    const viewer = await page();
    await within(viewer, (globals) => {
      globals.pending = globals.codeOf(globals.tributary.joinBroadcast("eager"));
    });
    await mute.waitFor("RELAY_BROADCAST");
    await cut(viewer);
    const again = await mute.waitFor("RELAY_BROADCAST");
    assertEquals(typeof again.offer, "object");
    const outcome = await within(viewer, async (globals) => {
      const before = globals.tributary.state;
      await globals.tributary.leaveBroadcast();
      return [before, await globals.pending, globals.tributary.state];
    });
    assertEquals(outcome, ["CONNECTING", "cancelled", "READY"]);
    await mute.close();
  });
});

Deno.test("a broadcaster that cannot make links says nothing of it, and stays live", async () => {
  await withSdk({}, async ({ page, service }) => {
    const broadcaster = await page();
    await within(broadcaster, (globals) => {
      const Tributary = globals.tributary.constructor as new (options: object) => Tributary;
      // A TURN server without credentials, which browsers do not take.
      const rtcConfiguration = { iceServers: [{ urls: "turn:turn.example.org" }] };
      globals.tributary = new Tributary({ rtcConfiguration });
      const started = globals.tributary.startBroadcast("unlinked");
      globals.pending = new Promise<void>((resolve) => {
        globals.sockets.at(-1)!.addEventListener("message", ({ data }) => {
          if (data.includes("RELAY_BROADCAST")) resolve();
        });
      });
      return started;
    });
    await using viewer = await VirtualPeer.connect(service);
    const joined = assertRejects(() => viewer.joinBroadcast("unlinked"));
    await within(broadcaster, ({ pending }) => pending.then(() => {}));
    await within(broadcaster, ({ tributary }) => tributary.endBroadcast());
    await viewer.waitFor("BROADCAST_ENDED");
    await viewer.close();
    await joined;
  });
});

Deno.test("a parent whose answer makes no sense is left for another one", async () => {
  await withSdk({}, async ({ page, service }) => {
    const odd = await VirtualPeer.connect(service, { answer: { type: "answer", sdp: "odd" } });
    await odd.startBroadcast("odd");
    const viewer = await page();
    assertEquals(
      await within(viewer, ({ tributary, codeOf }) => codeOf(tributary.joinBroadcast("odd"))),
      null,
    );
    const offers = () => odd.received.filter(({ command }) => command === "RELAY_BROADCAST").length;
    await assertEventually(() => offers() >= 3, true);
    assertEquals(await within(viewer, ({ tributary }) => tributary.state), "RECONNECTING");
    await within(viewer, ({ tributary }) => tributary.leaveBroadcast());
    await odd.subscribe("odd");
    assertEquals((await odd.waitFor("TREE_STATE_CHANGED")).tree.children, []);
    await odd.close();
  });
});

Deno.test("promises reject with the code of what went wrong", async () => {
  await withSdk({}, async ({ page, service }) => {
    const one = await page();
    await startBroadcast(one, "taken");
    const other = await page();
    const codes = await within(other, async ({ tributary, codeOf }) => [
      await codeOf(tributary.startBroadcast("taken")),
      await codeOf(tributary.joinBroadcast("nobody")),
      await codeOf(tributary.endBroadcast()),
      await codeOf(tributary.leaveBroadcast()),
      await codeOf(tributary.subscribeToTreeChanges()),
      await codeOf(tributary.startCamera({ video: { width: { exact: 99_999 } } })),
      tributary.state,
    ]);
    assertEquals(codes, [
      "name_taken",
      "unknown_broadcast",
      "wrong_state",
      "wrong_state",
      "wrong_state",
      "camera_missing",
      "READY",
    ]);

    // A broadcaster that does not answer keeps the join waiting.
    const mute = await VirtualPeer.connect(service, { answer: false });
    await mute.startBroadcast("mute");
    const joinAndWait = async () => {
      await within(other, (globals) => {
        globals.pending = globals.codeOf(globals.tributary.joinBroadcast("mute"));
      });
      await mute.waitFor("RELAY_BROADCAST");
    };
    await joinAndWait();
    const left = await within(other, async ({ tributary, pending }) => {
      await tributary.leaveBroadcast();
      return `${await pending} ${tributary.state}`;
    });
    assertEquals(left, "cancelled READY");

    await joinAndWait();
    await mute.close();
    const cut = await within(other, async ({ tributary, pending }) => {
      return `${await pending} ${tributary.state}`;
    });
    // [END-5] leaves both open.
    assertMatch(cut, /^(broadcast_ended BROADCAST_ENDED|unknown_broadcast READY)$/);

    assertEquals(
      await within(other, async ({ tributary, codeOf }) => {
        const code = codeOf(tributary.startBroadcast("given up"));
        tributary.close();
        return `${await code} ${tributary.state}`;
      }),
      "cancelled READY",
    );
  });
});
