/**
 * Several server processes that share nothing but a KV, as instances on Deno Deploy do: over
 * `denokv serve` and KV Connect. Without a `denokv` on the PATH this is skipped, and says so.
 */
import { assert, assertEquals } from "@std/assert";
import { hasDenokv, serveKv } from "../support/denokv.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import { freshName, waitForTree } from "./protocol_world.ts";

const isThere = await hasDenokv();
if (!isThere) {
  console.log("Skipped, because there is no denokv on the PATH: servers over KV Connect");
}

Deno.test({
  name: "servers over KV Connect: a chain across processes, a move, and the death of one of them",
  ignore: !isThere,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "tributary-denokv-" });
    const kv = await serveKv(`${folder}/kv`);
    const start = () =>
      startTestServer({
        withoutBundles: true,
        jobs: 1,
        maxListeners: 1,
        kvFile: kv.url,
        env: { DENO_KV_ACCESS_TOKEN: kv.token, VIEWER_GRACE_S: "3" },
      });
    const servers: TestServer[] = [await start(), await start()];
    const [one, two] = servers as [TestServer, TestServer];
    try {
      const name = freshName();
      // A chain that changes the process with every link.
      const root = await greeted(one.wsUrl, "root");
      await root.peer.startBroadcast(name);
      await root.peer.subscribe(name);
      const a = await greeted(two.wsUrl, "a");
      await a.peer.joinBroadcast(name);
      const b = await greeted(one.wsUrl, "b");
      await b.peer.joinBroadcast(name);
      const c = await greeted(two.wsUrl, "c");
      await c.peer.joinBroadcast(name);
      await waitForTree(root.peer, ["root", ["a", ["b", ["c"]]]]);
      assertEquals([a, b, c].map(({ peer }) => peer.parent), [root.id, a.id, b.id]);
      for (let n = 0; n < 20; n++) c.peer.sendCandidates([n]);
      await b.peer.waitFor((m) => m.command === "ICE_CANDIDATES" && m.candidates[0] === 19);
      const got = b.peer.received.flatMap((m) =>
        m.command === "ICE_CANDIDATES" ? m.candidates : []
      );
      assertEquals(got, Array.from({ length: 20 }, (_, n) => n));

      // A socket moves to the other process, and its links with it.
      b.peer.drop();
      const moved = await greeted(two.wsUrl, "b", b.token);
      assertEquals([moved.id, moved.resumed], [b.id, true]);
      a.peer.sendCandidates(["to b"], b.id);
      await moved.peer.waitFor((m) => m.command === "ICE_CANDIDATES" && m.candidates[0] === "to b");

      // One process is killed: who was there comes back to the other one.
      await two.stop("SIGKILL");
      const third = await start();
      servers.push(third);
      const back = await greeted(one.wsUrl, "a", a.token);
      assertEquals([back.id, back.resumed], [a.id, true]);
      const bBack = await greeted(third.wsUrl, "b", moved.token);
      assertEquals([bBack.id, bBack.resumed], [b.id, true]);
      // Nobody comes back for c; its place is given up by a living instance.
      const seen = root.peer.received.length;
      await root.peer.waitFor(
        (m) =>
          root.peer.received.indexOf(m) >= seen && m.command === "TREE_STATE_CHANGED" &&
          !JSON.stringify(m.tree).includes('"c"'),
        60_000,
      );

      await root.peer.endBroadcast(name);
      await back.peer.waitFor("BROADCAST_ENDED");
      await bBack.peer.waitFor("BROADCAST_ENDED");
    } finally {
      for (const server of servers) await server.stop();
      await kv.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function greeted(url: string, peerName: string, resume?: string) {
  const peer = await VirtualPeer.connect(url, { peerName });
  peer.send({ command: "HELLO", version: 1, resume });
  const welcome = await peer.waitFor("WELCOME");
  assert(welcome.resume);
  return { peer, id: welcome.id, token: welcome.resume, resumed: welcome.resumed };
}
