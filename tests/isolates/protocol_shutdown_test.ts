/** The end of a server with several isolates: what it closes, what it gives up, how long it takes. */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import type { InstanceRecord } from "../../lib/store/instance_record.ts";
import { assertEventually } from "../support/eventually.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";
import { closeCode, freshName, greet } from "./protocol_world.ts";

const ISOLATES = 3;

/** The rule's own 3 s, and what the end of a process takes on a busy machine. */
const EXIT_WITHIN_MS = 3_500;

/** Enough sockets for each isolate to hold some of either kind. */
const BROADCASTS = 8;

/** Of one socket: its isolate has more to do at the end than the others, which must wait for it. */
const BROADCASTS_OF_ONE = 30;

/** More than can be told within one turn of the event loop. */
const SOCKETS = 200;

const GREETED = "of one that greeted";

for (const bus of ["auto", "kv"]) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.test(`[RESUME-7] ${signal}, BUS=${bus}: everything is closed, released and given up before the exit`, async () => {
      await withServer(bus, async ({ server, kv }) => {
        const peers = await populate(server);
        const closed = Promise.all(peers.map((peer) => closeCode(peer)));
        await exitsInTime(server, signal);
        assertEquals(new Set(await closed), new Set([1012]));
        assertEquals(await states(kv), ["gone", "gone", "gone"]);
        // Those who did not greet have left, to the last record; those who did keep their places.
        const broadcasts = await Array.fromAsync(kv.list({ prefix: ["broadcast"] }));
        assertEquals(broadcasts.map(({ key }) => key[1]), [GREETED]);
        const members = await Array.fromAsync(kv.list({ prefix: ["peer"] }));
        assertEquals(members.map(({ key }) => key[1]), [GREETED, GREETED]);
        assertEquals(await outcomeOfConnecting(server), "refused");
      });
    });
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`[RESUME-7] ${signal} while KV takes no writes: sockets close at once, the exit is not late`, async () => {
    await withServer("auto", async ({ server, file }) => {
      const peers = await populate(server);
      using database = new DatabaseSync(file, { timeout: 10_000 });
      database.exec("BEGIN EXCLUSIVE");
      const exited = exitsInTime(server, signal);
      const codes = await Promise.all(peers.map((peer) => closeCode(peer)));
      assertEquals(new Set(codes), new Set([1012]));
      // It goes on trying to give up what it holds, but takes nobody in any more.
      assertEquals(await outcomeOfConnecting(server), 1012);
      await exited;
    });
  });
}

Deno.test("[RESUME-7] the exit waits until the sockets are closed on both sides, but not for who does not read", async () => {
  // Nothing else takes any time here: KV is in memory, and whoever greeted leaves nothing to give up.
  await using server = await startTestServer({
    withoutBundles: true,
    jobs: 1,
    kvFile: ":memory:",
  });
  const peers = [];
  for (let i = 0; i < SOCKETS; i++) {
    const { peer } = await greet(server.wsUrl);
    await peer.startBroadcast(freshName());
    peers.push(peer);
  }
  const { peer: stuck } = await greet(server.wsUrl);
  stuck.pauseReading();
  const closed = Promise.all(peers.map((peer) => closeCode(peer)));
  await exitsInTime(server, "SIGTERM");
  assertEquals(new Set(await closed), new Set([1012]));
  stuck.drop();
  await stuck.closed;
});

interface World {
  server: TestServer;
  /** The test's own handle. */
  kv: Deno.Kv;
  file: string;
}

async function withServer(bus: string, body: (world: World) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tributary-shutdown-" });
  const file = `${folder}/kv.db`;
  const server = await startTestServer({
    withoutBundles: true,
    jobs: ISOLATES,
    kvFile: file,
    env: { BUS: bus },
  });
  try {
    using kv = await Deno.openKv(file);
    // Healthy is a server when one of its isolates is.
    await assertEventually(() => states(kv), Array(ISOLATES).fill("up"));
    await body({ server, kv, file });
  } finally {
    await server.stop("SIGKILL");
    await Deno.remove(folder, { recursive: true });
  }
}

/** Fills a server with broadcasts, their viewers, and sockets that have said nothing yet. */
async function populate({ wsUrl }: TestServer): Promise<VirtualPeer[]> {
  const root = await greet(wsUrl);
  await root.peer.startBroadcast(GREETED);
  const viewer = await greet(wsUrl);
  await viewer.peer.joinBroadcast(GREETED);
  const busy = await VirtualPeer.connect(wsUrl);
  for (let i = 0; i < BROADCASTS_OF_ONE; i++) await busy.startBroadcast(freshName());
  const peers = [root.peer, viewer.peer, busy];
  for (let i = 0; i < BROADCASTS; i++) {
    const [broadcaster, { peer: watching }] = [
      await VirtualPeer.connect(wsUrl),
      await greet(wsUrl),
    ];
    const name = freshName();
    await broadcaster.startBroadcast(name);
    await watching.joinBroadcast(name);
    const guest = await VirtualPeer.connect(wsUrl);
    await guest.joinBroadcast(GREETED);
    peers.push(broadcaster, watching, guest, await VirtualPeer.connect(wsUrl));
  }
  return peers;
}

async function exitsInTime(server: TestServer, signal: "SIGINT" | "SIGTERM"): Promise<void> {
  const startedAt = performance.now();
  assertEquals(await server.stop(signal), 0);
  const tookMs = performance.now() - startedAt;
  assert(tookMs < EXIT_WITHIN_MS, `exited ${Math.round(tookMs)} ms after ${signal}`);
}

async function states(kv: Deno.Kv): Promise<string[]> {
  const records = await Array.fromAsync(kv.list<InstanceRecord>({ prefix: ["instance"] }));
  return records.map(({ value }) => value.state);
}

/** Tries to open a socket; resolves with the code that it is closed with. */
async function outcomeOfConnecting({ wsUrl }: TestServer): Promise<number | "refused"> {
  const peer = await VirtualPeer.connect(wsUrl).catch(() => null);
  return peer ? await closeCode(peer) : "refused";
}
