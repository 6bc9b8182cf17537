/**
 * Where there is a `Deno.cron`, as on Deno Deploy, main.ts asks it for the housekeeping. It does not
 * come in the time of a test; but asking for it must not keep a server from starting or ending.
 */
import { assertEquals } from "@std/assert";
import { assertEventually } from "../support/eventually.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import { assertAllGivenUp } from "./leftovers.ts";
import { closeCode, freshName } from "./protocol_world.ts";

const ISOLATES = 3;

Deno.test("with Deno.cron the server starts, serves and ends in good order", async () => {
  await using server = await startTestServer({
    withoutBundles: true,
    jobs: ISOLATES,
    flags: ["--unstable-cron"],
    env: { LOG_LEVEL: "info" },
  });
  const started = () => linesOf(server).filter(({ event }) => event === "instance_started").length;
  await assertEventually(started, ISOLATES);
  const name = freshName();
  const root = await VirtualPeer.connect(server.wsUrl);
  await root.startBroadcast(name);
  const viewer = await VirtualPeer.connect(server.wsUrl);
  await viewer.joinBroadcast(name);
  await root.close();
  await viewer.waitFor("BROADCAST_ENDED");
  await assertAllGivenUp(server.kvFile);
  const closed = closeCode(viewer);
  assertEquals(await server.stop(), 0);
  assertEquals(await closed, 1012);
  // Every line is one of ours and none a complaint, as that of a cron whose name is taken.
  const lines = linesOf(server);
  assertEquals(lines.filter(({ level }) => level !== "info"), []);
  assertEquals(lines.filter(({ event }) => event === "instance_stopped").length, ISOLATES);
});

function linesOf(server: TestServer): { level: string; event: string }[] {
  return server.logs().trim().split("\n").map((line) => JSON.parse(line));
}
