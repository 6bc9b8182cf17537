/** The switch by which a viewer passes the stream on to others, or not. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { assertGap, longestGap, measured, recordGaps, untilFrames } from "../resilience/gaps.ts";
import { browse, type Browsing } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertGoodLooks } from "../support/looks.ts";
import { assertMovingPicture } from "../support/media.ts";
import { recordFrames } from "../support/sdk_browsing.ts";
import { goLive } from "../support/studio.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import type { ClientMessage, TreeNode } from "../../lib/protocol/mod.ts";

/** What a viewer sees of its own switch: nothing. */
const OWN_GAP_MS = 250;

/** What its child may see: another parent is found while the old one goes on. */
const CHILD_GAP_MS = 500;

const relayingOf = (page: Page) =>
  page.getByRole("switch", { name: "Pass the stream on to others" });

/** How a page said with each of its joins that it passes the stream on. */
const relaysOf = (sent: ClientMessage[]) =>
  sent.flatMap((message) => message.command === "JOIN_BROADCAST" ? [message.relay] : []);

/** Watches a broadcast with a name by which the tree knows the viewer. */
async function watchAs(
  { open, server }: Pick<Browsing, "open" | "server">,
  broadcast: string,
  name: string,
): Promise<Page> {
  const page = await open("about:blank");
  // Gaps are measured anew on a busy machine, and there frames come slowly.
  page.setDefaultTimeout(60_000);
  await page.addInitScript((name) => localStorage.setItem("tributary.your-name", name), name);
  await page.goto(`${server.url}/watch/${broadcast}`);
  await assertMovingPicture(page, name);
  return page;
}

/** Follows the tree of a broadcast; the returned function draws it, as "root(a(b) c)". */
async function followTree(wsUrl: string, name: string) {
  let tree: TreeNode | null = null;
  const observer = await VirtualPeer.connect(wsUrl, {
    onMessage: (message) => {
      if (message.command === "TREE_STATE_CHANGED") tree = message.tree;
    },
  });
  await observer.subscribe(name);
  const draw = ({ name, children }: TreeNode): string =>
    children.length === 0 ? name : `${name}(${children.map(draw).sort().join(" ")})`;
  return { observer, shape: () => Promise.resolve(tree ? draw(tree) : "") };
}

Deno.test("who stops passing the stream on sees nothing of it, and its child is carried by another", async () => {
  await browse({ maxListeners: 2 }, async (browsing) => {
    const { open, server } = browsing;
    await goLive(await open("/studio"), "chain");
    const { observer, shape } = await followTree(server.wsUrl, "chain");
    await using _ = observer;
    const first = await watchAs(browsing, "chain", "first");
    const second = await watchAs(browsing, "chain", "second");
    await assertEventually(shape, "Anonymous(first second)");
    const child = await watchAs(browsing, "chain", "child");
    // Only the service can have told the first one of the others.
    await first.getByText("3 watching").waitFor();
    const isUnderFirst = (await shape()).includes("first(child)");
    const [above, other] = isUnderFirst ? [first, second] : [second, first];
    const [aboveName, otherName] = isUnderFirst ? ["first", "second"] : ["second", "first"];
    await above.getByText("You pass the stream on to 1 viewer").waitFor();
    await above.getByText("You and this broadcast").click();

    let turn = 0;
    let [from, to] = [[above, aboveName] as const, [other, otherName] as const];
    await measured(async () => {
      if (turn++ > 0) {
        // It did go elsewhere; now the other one is the one that stops.
        await relayingOf(from[0]).check();
        [from, to] = [to, from];
        if (!await relayingOf(from[0]).isVisible()) {
          await from[0].getByText("You and this broadcast").click();
        }
      }
      for (const page of [from[0], child]) await recordGaps(page);
      await relayingOf(from[0]).click();
      const all = [from[1], `${to[1]}(child)`].sort().join(" ");
      await assertEventually(shape, `Anonymous(${all})`);
      await from[0].getByText("You do not pass the stream on").waitFor();
      for (const page of [from[0], child]) await untilFrames(page, 60);
      const [own, childs] = [await longestGap(from[0]), await longestGap(child)];
      console.log(`longest gaps: ${own} ms in its own picture, ${childs} ms in its child's`);
      assertGap(own, OWN_GAP_MS, "who stops relaying sees it");
      assertGap(childs, CHILD_GAP_MS, "its child sees it");
    });
    await assertGoodLooks(from[0], "watch-relaying-off", { fullPage: true });

    // Nobody is placed under it any more, though it is nearer than all other places.
    await watchAs(browsing, "chain", "late");
    const late = await shape();
    assert(!late.includes(`${from[1]}(`), late);

    const { sent } = recordFrames(from[0]);
    await from[0].reload();
    await assertMovingPicture(from[0], "who came again");
    assertEquals(relaysOf(sent), ["none"], "it is remembered before anybody is placed under it");
    await from[0].getByText("You do not pass the stream on").waitFor();
    await from[0].getByText("You and this broadcast").click();
    assertEquals(await relayingOf(from[0]).isChecked(), false);
  });
});

Deno.test("on a connection that costs, the stream is not passed on, and it is said why", async () => {
  await browse({}, async ({ open, server }) => {
    await goLive(await open("/studio"), "metered");
    const { observer, shape } = await followTree(server.wsUrl, "metered");
    await using _ = observer;
    const viewer = await open("/");
    await viewer.addInitScript(() =>
      Object.defineProperty(
        (navigator as unknown as { connection: object }).connection,
        "saveData",
        { value: true },
      )
    );
    const { sent } = recordFrames(viewer);
    await viewer.goto(`${server.url}/watch/metered`);
    await assertMovingPicture(viewer, "the viewer");
    assertEquals(relaysOf(sent), ["none"]);
    await viewer.getByText("You and this broadcast").click();
    await viewer.getByText("connection may cost you").waitFor();
    assertEquals(await relayingOf(viewer).isChecked(), false);
    await assertEventually(shape, "Anonymous(Anonymous)");
    await relayingOf(viewer).click();
    await viewer.getByText("Watching also passes the stream on").waitFor();
    assertEquals(await relayingOf(viewer).isChecked(), true);

    // A battery that is low, until it is charged, and again when it is not.
    const tired = await open("/");
    await tired.addInitScript(() => {
      const battery = Object.assign(new EventTarget(), { charging: false, level: 0.15 });
      Object.assign(globalThis, { battery });
      Object.assign(navigator, { getBattery: () => Promise.resolve(battery) });
    });
    await tired.goto(`${server.url}/watch/metered`);
    await assertMovingPicture(tired, "the viewer with a low battery");
    await tired.getByText("You and this broadcast").click();
    for (const isCharging of [false, true, false]) {
      await tired.evaluate((charging) => {
        const { battery } = globalThis as unknown as { battery: EventTarget };
        Object.assign(battery, { charging }).dispatchEvent(new Event("chargingchange"));
      }, isCharging);
      const reason = isCharging
        ? /^It uses some of your upload/
        : /^Off, because your battery is low/;
      await tired.getByText(reason).waitFor();
      assertEquals(await relayingOf(tired).isChecked(), isCharging);
    }
  });
});

Deno.test("whose parent stops, and nobody else has room, is told so and carried on for a while", async () => {
  await browse({ maxListeners: 1 }, async (browsing) => {
    await goLive(await browsing.open("/studio"), "narrow");
    const parent = await watchAs(browsing, "narrow", "parent");
    const child = await watchAs(browsing, "narrow", "child");
    await parent.getByText("You and this broadcast").click();
    await relayingOf(parent).click();
    await child.getByText(/(finding|still looking for) another way/i).waitFor();
    await assertMovingPicture(child, "the child that has no other parent");
    await assertGoodLooks(child, "watch-reconnecting");
    await relayingOf(parent).click();
    await child.getByRole("status").filter({ hasText: /watching live/i }).first().waitFor();
    await assertMovingPicture(child, "the child that is carried again");
  });
});
