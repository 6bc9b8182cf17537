/** The studio's tree with real viewers: everybody with the figures of their link, up to date. */
import { assert } from "@std/assert";
import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { sdkPage, type SdkPageGlobals, untilReady } from "../support/sdk_page.ts";
import { readTree, type TreeRow } from "../support/tree_table.ts";

function join(page: Page, name: string): Promise<void> {
  return page.evaluate(async (name) => {
    const { tributary } = globalThis as unknown as SdkPageGlobals;
    const stream = new Promise((resolve) => tributary.once("stream", resolve));
    await tributary.joinBroadcast("figures", name);
    await stream;
  }, name);
}

const isComplete = ({ behind, roundTrip, loss }: TreeRow) =>
  behind !== null && roundTrip !== null && loss !== null;

Deno.test("[LINKS-1] the studio shows every viewer with latency, round trip and loss, also after one has left", async () => {
  await browse({ maxListeners: 1 }, async ({ server, open }) => {
    await using site = serveForeignSite({ "/": sdkPage(server.url) });
    const studio = await open("/studio");
    await studio.getByRole("textbox", { name: "Name", exact: true }).fill("figures");
    await studio.getByRole("button", { name: "Go live" }).click();
    await studio.getByText("Nobody is watching yet").waitFor();

    const viewers: Page[] = [];
    for (const name of ["Ada", "Grace", "Mo"]) {
      const viewer = await untilReady(await open(`${site.url}/`));
      await join(viewer, name);
      viewers.push(viewer);
    }
    const told = async () =>
      (await readTree(studio)).map((row) =>
        `${row.depth} ${row.name} by ${row.carriedBy}${isComplete(row) ? "" : ", not known"}`
      );
    await assertEventually(told, ["1 Ada by You", "2 Grace by Ada", "3 Mo by Grace"]);
    const relays = async () =>
      (await readTree(studio)).map(({ name, carries, passesOn }) =>
        `${name} ${carries} ${passesOn}`
      );
    await assertEventually(relays, ["Ada 1 as it is", "Grace 1 as it is", "Mo 0 as it is"]);
    await viewers[2]!.evaluate(() =>
      (globalThis as unknown as SdkPageGlobals).tributary.setRelaying(false)
    );
    await assertEventually(relays, ["Ada 1 as it is", "Grace 1 as it is", "Mo 0 to nobody"]);
    const behind = (await readTree(studio)).map(({ behind }) => parseFloat(behind!));
    assert(behind.every((seconds) => seconds >= 0 && seconds < 20), `${behind} s on one machine`);

    await studio.getByText("Picture", { exact: true }).click();
    const picture = studio.getByRole("img", { name: /3 viewers, 3 levels, the longest way/ });
    await picture.waitFor();
    await picture.getByText("Grace").waitFor();

    // Mo is nowhere for a moment, and comes back under somebody else.
    await viewers[1]!.evaluate(() => {
      const { tributary } = globalThis as unknown as SdkPageGlobals;
      return tributary.leaveBroadcast();
    });
    await studio.getByRole("img", { name: /2 viewers, 2 levels, the longest way/ }).waitFor();
    await assertEventually(told, ["1 Ada by You", "2 Mo by Ada"]);
  });
});

Deno.test("[LINKS-7] below a viewer of an earlier version nothing is known, and all goes on", async () => {
  // It answers as it did before there was anything to ask for, and passes nothing on.
  const earlier = `{
    const { send } = RTCDataChannel.prototype;
    RTCDataChannel.prototype.send = function (data) {
      if (data.startsWith('{"links"')) return;
      send.call(this, data.replace('"links":true,', ""));
    };
  }`;
  await browse({ maxListeners: 1 }, async ({ server, open }) => {
    const page = sdkPage(server.url);
    await using site = serveForeignSite({
      "/": page,
      "/earlier": page.replace("<script>", `<script>${earlier}`),
    });
    const studio = await open("/studio");
    await studio.getByRole("textbox", { name: "Name", exact: true }).fill("figures");
    await studio.getByRole("button", { name: "Go live" }).click();
    await studio.getByText("Nobody is watching yet").waitFor();
    for (const [path, name] of [["/", "Ada"], ["/earlier", "Old"], ["/", "Mo"]]) {
      await join(await untilReady(await open(site.url + path)), name!);
    }
    const told = async () =>
      (await readTree(studio)).map((row) => `${row.name}${isComplete(row) ? " is known" : ""}`);
    await assertEventually(told, ["Ada is known", "Old", "Mo"]);
  });
});
