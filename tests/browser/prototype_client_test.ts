import type { Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";
import { PROTOTYPE_PAGE } from "../support/prototype_client.ts";

Deno.test("a client written for the prototype broadcasts, watches and relays among ours", async () => {
  await browse({ maxListeners: 1 }, async ({ server, open }) => {
    await using site = serveForeignSite({ "/": PROTOTYPE_PAGE });
    const openPrototype = () => open(`${site.url}/?service=${encodeURIComponent(server.wsUrl)}`);
    const act = (page: Page, what: "start" | "watch") =>
      page.evaluate(`${what}("old", "Old friend")`);

    const broadcaster = await openPrototype();
    await act(broadcaster, "start");
    await assertEventually(() => broadcaster.title(), "live");

    const ours = await open("/watch/old");
    await assertMovingPicture(ours, "our viewer below a prototype broadcaster");
    await assertSound(ours, "our viewer below a prototype broadcaster");

    const theirs = await openPrototype();
    await act(theirs, "watch");
    await assertMovingPicture(theirs, "a prototype viewer below ours");
    await assertSound(theirs, "a prototype viewer below ours");

    const lowest = await open("/watch/old");
    await assertMovingPicture(lowest, "our viewer below a prototype viewer");
    await assertSound(lowest, "our viewer below a prototype viewer");
    await lowest.close();

    await ours.getByRole("button", { name: "Leave" }).click();
    await ours.getByRole("status").filter({ hasText: /left/i }).waitFor();
    await assertEventually(() => theirs.title(), "watching");
    await assertMovingPicture(theirs, "a prototype viewer after its parent, ours, has left");

    await broadcaster.close();
    await assertEventually(() => theirs.title(), "ended");
  });
});
