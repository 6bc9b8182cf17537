/** An instance that others take for dead: the real server, whose lease somebody else has claimed. */
import { assert, assertEquals } from "@std/assert";
import type { InstanceRecord } from "../../lib/store/instance_record.ts";
import { assertEventually } from "../support/eventually.ts";
import { startTestServer } from "../support/server.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import { closeCode, freshName, greet } from "./protocol_world.ts";

/** It notices when it renews its lease, every 5 s; this is three times as long. */
const NOTICED_WITHIN_MS = 15_000;

Deno.test("[RESUME-7] an instance whose lease was taken closes its sockets with 1012 and begins anew", async () => {
  await using server = await startTestServer({ withoutBundles: true, jobs: 1 });
  using kv = await Deno.openKv(server.kvFile);
  const name = freshName();
  const root = await greet(server.wsUrl);
  await root.peer.startBroadcast(name);
  const viewer = await greet(server.wsUrl);
  await viewer.peer.joinBroadcast(name);
  const guest = await VirtualPeer.connect(server.wsUrl);
  const sockets = [root.peer, viewer.peer, guest];
  const closed = Promise.all(sockets.map((peer) => closeCode(peer, NOTICED_WITHIN_MS)));

  const [mine] = await Array.fromAsync(kv.list<InstanceRecord>({ prefix: ["instance"] }));
  const now = Date.now();
  const reaper = { by: "another instance", until: now + 20_000 };
  await kv.set(mine!.key, { ...mine!.value, state: "gone", lostAt: now, reaper });
  assertEquals(await closed, [1012, 1012, 1012]);

  const record = async () => (await kv.get<InstanceRecord>(mine!.key)).value;
  await assertEventually(async () => (await record())?.state, "up");
  assertEquals((await record())?.reaper, null);
  const back = await greet(server.wsUrl, root.welcome.resume);
  assertEquals([back.welcome.resumed, back.welcome.id], [true, root.welcome.id]);
  assertEquals(back.welcome.broadcasts, [name]);
  const watching = await greet(server.wsUrl, viewer.welcome.resume);
  assertEquals(watching.welcome.watching, { name, parent: root.welcome.id });
  const late = await greet(server.wsUrl);
  await late.peer.joinBroadcast(name);
  await back.peer.endBroadcast(name);
  for (const { peer } of [watching, late]) await peer.waitFor("BROADCAST_ENDED");
  await Promise.all([back, watching, late].map(({ peer }) => peer.close()));
  assertEquals(await server.stop(), 0);
  const faults = server.logs().split("\n").filter((line) => line.includes('"level":"error"'));
  assertEquals(faults.length, 1);
  assert(faults[0]!.includes("lease_taken"));
});
