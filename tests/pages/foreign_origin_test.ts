import { assertEquals, assertNotEquals } from "@std/assert";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { serveForeignSite } from "../support/foreign_site.ts";
import { assertMovingPicture, assertSound } from "../support/media.ts";

/** A site that imports the SDK, and broadcasts with it for as long as its page is there. */
const importing = (server: string) => `
  <!doctype html>
  <script type="module">
    import { Tributary, TributaryState } from "${server}/tributary.js";
    const tributary = new Tributary();
    tributary.setStream(await tributary.startCamera());
    await tributary.startBroadcast("abroad", "Ada", { title: "From abroad" });
    addEventListener("pagehide", () => tributary.close());
    document.title = tributary.state === TributaryState.BROADCASTING ? "live" : tributary.state;
  </script>`;

/** A site that only loads the SDK, and watches with the global. */
const global = (server: string) => `
  <!doctype html>
  <video></video>
  <script type="module" src="${server}/tributary.js"></script>
  <script type="module">
    const tributary = new Tributary();
    const video = document.querySelector("video");
    tributary.on("stream", (stream) => {
      video.srcObject = stream;
      if (stream) video.play();
    });
    tributary.on("statechanged", (state) => document.title = state);
    await tributary.joinBroadcast("abroad", "Grace");
  </script>`;

Deno.test("other sites broadcast and watch with /tributary.js of the service", async () => {
  await browse({}, async ({ server, open }) => {
    await using site = serveForeignSite({
      "/broadcast": importing(server.url),
      "/watch": global(server.url),
    });
    assertNotEquals(new URL(site.url).origin, new URL(server.url).origin);

    const broadcaster = await open(`${site.url}/broadcast`);
    await assertEventually(() => broadcaster.title(), "live");
    const viewer = await open(`${site.url}/watch`);
    await assertMovingPicture(viewer, "the viewer on another site");
    await assertSound(viewer, "the viewer on another site");
    assertEquals(await viewer.title(), "LISTENING");

    const ours = await open("/watch/abroad");
    await assertMovingPicture(ours, "the viewer on the service's own page");

    await broadcaster.close();
    await assertEventually(() => viewer.title(), "BROADCAST_ENDED");
  });
});
