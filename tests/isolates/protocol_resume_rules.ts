/** Sessions outlive sockets, isolates and the whole server: rules RESUME, against the real one. */
import { assert, assertEquals } from "@std/assert";
import type { Peer } from "../../lib/tree/types.ts";
import { startTestServer, type TestServerOptions } from "../support/server.ts";
import { closeCode, countPeers, freshName, greet, protocolWorld } from "./protocol_world.ts";

/** So many sockets in a row never all reach the same one of three isolates. */
const MAX_ROUNDS = 60;

/** Registers the tests; `title` goes before each of theirs. */
export function registerResumeRules(title: string, options: TestServerOptions = {}): void {
  const chain = { ...options, maxListeners: 1 };
  const newWorld = protocolWorld(chain);

  Deno.test(`${title}[RESUME-2] a viewer in the middle loses its socket ten times; its links go on working`, async () => {
    await using world = newWorld();
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const first = await greet(world.server.wsUrl);
    await first.peer.joinBroadcast(name);
    const below = await world.viewer(name);
    const parent = first.peer.parent!;
    const [child] = first.peer.children;
    let { peer } = first;
    for (let round = 0; round < 10; round++) {
      peer.drop();
      const again = await greet(world.server.wsUrl, first.welcome.resume);
      assertEquals([again.welcome.resumed, again.welcome.id], [true, first.welcome.id]);
      assertEquals(again.welcome.watching, { name, parent });
      assertEquals(again.welcome.children, [child]);
      peer = again.peer;
      peer.sendCandidates([round], parent);
      peer.sendCandidates([round], child!);
      for (const other of [root, below]) {
        await other.waitFor((m) => m.command === "ICE_CANDIDATES" && m.candidates[0] === round);
        other.sendCandidates([`back ${round}`], first.welcome.id);
      }
      for (let i = 0; i < 2; i++) await peer.waitFor("ICE_CANDIDATES");
    }
    assertEquals(below.received.filter((m) => m.command === "RECONNECT_TO_BROADCAST"), []);
    await root.endBroadcast(name);
    await peer.waitFor("BROADCAST_ENDED");
    await peer.close();
  });

  Deno.test(`${title}[RESUME-2] a broadcaster comes back, and those who join meanwhile wait for it`, async () => {
    await using world = newWorld();
    const name = freshName();
    const first = await greet(world.server.wsUrl);
    await first.peer.startBroadcast(name);
    first.peer.drop();
    const viewer = await world.connect();
    const joined = viewer.joinBroadcast(name);
    const again = await greet(world.server.wsUrl, first.welcome.resume);
    assertEquals(again.welcome.broadcasts, [name]);
    // Asked while it was away, it cannot know; it is asked again when the deadline is over.
    assertEquals((await joined).peer, first.welcome.id);
    await again.peer.endBroadcast(name);
    await viewer.waitFor("BROADCAST_ENDED");
    await again.peer.close();
  });

  Deno.test(`${title}[RESUME-4] a token resumed elsewhere or here closes the open socket; the links follow`, async () => {
    await using world = newWorld();
    using kv = await Deno.openKv(world.server.kvFile);
    const name = freshName();
    const root = await world.broadcaster(name, { peerName: "root" });
    const { peer: first, welcome: { id, resume } } = await greet(world.server.wsUrl);
    await first.joinBroadcast(name);
    const below = await world.viewer(name);
    const instanceOf = async () => (await kv.get<Peer>(["peer", name, id])).value!.address.instance;
    let peer = first;
    const rounds = { here: 0, elsewhere: 0 };
    for (let round = 0; Math.min(rounds.here, rounds.elsewhere) < 3; round++) {
      assert(round < MAX_ROUNDS, `always the same instance: ${JSON.stringify(rounds)}`);
      const before = await instanceOf();
      const again = await greet(world.server.wsUrl, resume);
      assertEquals([again.welcome.resumed, again.welcome.id], [true, id]);
      assertEquals(await closeCode(peer), 4001);
      rounds[await instanceOf() === before ? "here" : "elsewhere"]++;
      peer = again.peer;
      const [child] = again.welcome.children;
      peer.sendCandidates([round], again.welcome.watching!.parent);
      peer.sendCandidates([round], child!);
      for (const other of [root, below]) {
        await other.waitFor((m) => m.command === "ICE_CANDIDATES" && m.candidates[0] === round);
        other.sendCandidates([`back ${round}`], id);
      }
      for (let i = 0; i < 2; i++) await peer.waitFor("ICE_CANDIDATES");
    }
    assertEquals(below.received.filter((m) => m.command === "RECONNECT_TO_BROADCAST"), []);
    await root.endBroadcast(name);
    await peer.waitFor("BROADCAST_ENDED");
    await peer.close();
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    Deno.test(`${title}[RESUME-7] the server ends by ${signal} and begins again; everybody is where they were`, async () => {
      const folder = await Deno.makeTempDir({ prefix: "tributary-restart-" });
      const options = { ...chain, withoutBundles: true, kvFile: `${folder}/kv.db` };
      const before = await startTestServer(options);
      const name = freshName();
      const root = await greet(before.wsUrl);
      await root.peer.startBroadcast(name);
      const viewers = [];
      for (let i = 0; i < 3; i++) {
        const viewer = await greet(before.wsUrl);
        await viewer.peer.joinBroadcast(name);
        viewers.push(viewer);
      }
      // Who is placed under the last one shows that it is known to have its picture.
      const probe = await greet(before.wsUrl);
      await probe.peer.joinBroadcast(name);
      await probe.peer.leaveBroadcast(name);
      await probe.peer.close();
      const closed = Promise.all([root, ...viewers].map(({ peer }) => closeCode(peer)));
      await before.stop(signal);
      const codes = await closed;
      if (signal === "SIGTERM") assertEquals(new Set(codes), new Set([1012]));

      const after = await startTestServer({ ...options, port: before.port });
      try {
        const back = [];
        for (const { welcome } of [root, ...viewers]) {
          const again = await greet(after.wsUrl, welcome.resume);
          assertEquals([again.welcome.resumed, again.welcome.id], [true, welcome.id]);
          back.push(again);
        }
        assertEquals(back[0]!.welcome.broadcasts, [name]);
        const parents = back.slice(1).map(({ welcome }) => welcome.watching?.parent);
        assertEquals(parents, [root, ...viewers].slice(0, 3).map(({ welcome }) => welcome.id));
        // It is as if nothing had happened: somebody joins, the tree is whole, the end reaches all.
        const late = await greet(after.wsUrl);
        await late.peer.joinBroadcast(name);
        await late.peer.subscribe(name);
        await late.peer.waitFor((m) =>
          m.command === "TREE_STATE_CHANGED" && countPeers(m.tree) === 5
        );
        await back[0]!.peer.endBroadcast(name);
        for (const { peer } of [...back.slice(1), late]) await peer.waitFor("BROADCAST_ENDED");
        await Promise.all([...back, late].map(({ peer }) => peer.close()));
        const faults = after.logs().split("\n").filter((line) => line.includes('"level":"error"'));
        assertEquals(faults, []);
      } finally {
        await after.stop();
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}
