/** One child whose link is too slow: what it sees, and what those beside it see, measured. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { impairLinks, type Impairment } from "../support/impaired_links.ts";
import { joinsOf, recordFrames } from "../support/sdk_browsing.ts";
import {
  joinBroadcast,
  sdkPage,
  type SdkPageGlobals,
  startBroadcast,
  untilReady,
} from "../support/sdk_page.ts";
import {
  assertGap,
  assertQuiet,
  longestGap,
  measuredTest,
  recordGaps,
  report,
  untilFrames,
} from "./gaps.ts";

/** Of what the stream takes, so much gets through: enough for a picture now and then. */
const SHARE = 0.5;

const SETTLING_MS = 5_000;

/** What a page has sent of pictures, over the link over which that was most. */
interface SentPictures {
  frames: number;
  bytes: number;
}

function sentBy(page: Page): Promise<SentPictures[]> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as SdkPageGlobals;
    const sent: SentPictures[] = [];
    for (const connection of connections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== "outbound-rtp" || report.kind !== "video") continue;
        sent.push({ frames: report.framesSent, bytes: report.bytesSent });
      }
    }
    return sent;
  });
}

/** Resolves with the longest time for which the page sent no picture to a child, until `isDone`. */
async function longestRest(page: Page, child: number, isDone: () => boolean): Promise<number> {
  let longestMs = 0;
  let [frames, movedAt] = [-1, performance.now()];
  while (!isDone()) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = performance.now();
    const sent = (await sentBy(page))[child]?.frames ?? frames;
    if (sent !== frames) [frames, movedAt] = [sent, now];
    longestMs = Math.max(longestMs, now - movedAt);
  }
  return longestMs;
}

measuredTest(
  "(e) a child whose link is too slow rests and finds another parent: nobody else notices",
  async () => {
    await browse({ maxListeners: 2 }, async ({ server, open }) => {
      await using site = serveForeignSite({
        "/": sdkPage(server.url),
        "/leaf": sdkPage(server.url, { relayMode: "none" }),
      });
      const join = async (page: Page) => {
        await joinBroadcast(page, "slow");
        return page;
      };
      const openPage = async (path = "/") => await untilReady(await open(site.url + path));
      await startBroadcast(await openPage(), "slow");
      const relay = await join(await openPage());
      // The broadcaster's other place, so that the next ones come below the relay.
      await join(await openPage("/leaf"));
      const slow = await openPage();
      const frames = recordFrames(slow);
      const first: Impairment = {};
      let current = first;
      using _links = await impairLinks(slow, () => current);
      await join(slow);
      const beside = await join(await openPage());
      for (const page of [relay, slow, beside]) await recordGaps(page);
      const [before] = await sentBy(relay);
      // A new link is given some seconds to get going.
      await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
      const [after] = await sentBy(relay);
      for (const page of [relay, slow, beside]) await recordGaps(page);

      // Only the way to this parent is narrow: with another one all is well.
      current = {};
      const hasMoved = () => joinsOf(frames).parents.length > 1;
      assertQuiet(!hasMoved(), "it left its parent before the link was narrow");
      first.bitsPerSecond = SHARE * 8_000 * (after!.bytes - before!.bytes) / SETTLING_MS;
      const deadline = performance.now() + 40_000;
      const restMs = await longestRest(
        relay,
        0,
        () => hasMoved() || performance.now() > deadline,
      );
      assert(hasMoved(), "it keeps a parent whose link is too slow");
      await untilFrames(slow, 60);
      const others = [await longestGap(relay), await longestGap(beside)];
      report("(e) slow child: the relay itself, and the child beside", others);
      report("(e) slow child: for how long it was sent nothing, so that its link could rest", [
        Math.round(restMs),
      ]);
      const { lost, parents } = joinsOf(frames);
      assertEquals(lost, [undefined, parents[0]]);
      assert(parents[1] !== parents[0], "it is given another one");
      assert(restMs > 800, `it was sent pictures all the time, at most ${restMs} ms apart`);
      assertGap(Math.max(...others), 500, "those beside it notice");
    });
  },
);
