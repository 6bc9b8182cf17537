/**
 * An instance in an isolate of its own on a KV file, for tests in which one crashes: it keeps a
 * lease, reaps and puts peers into the tree when it is asked to. Terminating it gives nothing back.
 */
import type { Clock } from "../../lib/clock.ts";
import { Housekeeping } from "../../lib/instances/housekeeping.ts";
import { Lease } from "../../lib/instances/lease.ts";
import { Reaper } from "../../lib/instances/reaper.ts";
import { KvInstanceStore } from "../../lib/store/kv_instance_store.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { Leftovers } from "../../lib/store/leftovers.ts";
import { openKv } from "../../lib/store/open_kv.ts";
import { place } from "../../lib/tree/place.ts";
import type { Peer } from "../../lib/tree/types.ts";
import { answerRequests } from "../support/asked_worker.ts";
import { newPeer } from "../support/tree_peers.ts";

/** What the test asks of an instance. */
export type Request =
  | { ask: "start"; file: string; instance: string; timesFaster: number }
  | { ask: "broadcast"; name: string; resumable: boolean }
  | { ask: "join"; name: string; count: number; resumable: boolean }
  | { ask: "half_end"; name: string }
  | { ask: "keep_house" }
  | { ask: "stop" };

/** How it is going. */
export interface Report {
  departures: number;
  losses: string[];
}

const GRACE = { viewerMs: 15_000, broadcasterMs: 20_000 };

const departures = new Set<string>();
const losses: string[] = [];
let kv: Deno.Kv;
let tree: KvTreeStore;
let lease: Lease;
let reaper: Reaper;
let housekeeping: Housekeeping;
let address: { instance: string; region: string };

answerRequests(answer);

async function answer(request: Request): Promise<unknown> {
  switch (request.ask) {
    case "start":
      await start(request);
      return null;
    case "broadcast": {
      const { name, resumable } = request;
      const root = newPeer(`root of ${name}`, { address, resumable, fanout: 8 });
      await tree.createBroadcast({ name, edition: name, title: name, createdAt: 1, root });
      return null;
    }
    case "join":
      await join(request);
      return null;
    case "half_end":
      await tree.beginEnding(request.name, `root of ${request.name}`);
      return null;
    case "keep_house":
      return await housekeeping.run();
    case "stop":
      await Promise.all([reaper.stop(), housekeeping.stop()]);
      await lease.release();
      kv.close();
      return { departures: departures.size, losses } satisfies Report;
  }
}

async function start(
  { file, instance, timesFaster }: Request & { ask: "start" },
): Promise<void> {
  address = { instance, region: "eu" };
  kv = await openKv(file);
  tree = new KvTreeStore({ kv });
  const common = {
    store: new KvInstanceStore({ kv }),
    clock: fasterClock(timesFaster),
    random: Math.random,
    log: () => {},
  };
  lease = new Lease({ ...common, address, onLost: (loss) => void losses.push(loss) });
  await lease.start();
  reaper = new Reaper({ ...common, tree, lease, self: instance, grace: GRACE, depart });
  reaper.start();
  housekeeping = new Housekeeping({
    ...common,
    leftovers: new Leftovers({ kv }),
    self: instance,
    finishEnding: (name) => tree.sweep(name),
    forgetStaleSessions: () => Promise.resolve(0),
  });
}

/** Makes a clock on which more time passes, so that nobody waits for whole grace periods. */
function fasterClock(times: number): Clock {
  return {
    now: () => Date.now() * times,
    after: (ms, fn) => {
      const timer = setTimeout(fn, ms / times);
      return () => clearTimeout(timer);
    },
  };
}

async function depart(name: string, peer: Peer): Promise<void> {
  departures.add(peer.id);
  const ifAt = peer.address.instance;
  if (peer.parent !== null || peer.state !== "live") await tree.leave(name, peer.id, { ifAt });
  else if (await tree.beginEnding(name, peer.id, { ifAt })) await tree.sweep(name);
}

async function join({ name, count, resumable }: Request & { ask: "join" }): Promise<void> {
  for (let joined = 0; joined < count;) {
    const slots = await tree.openSlots(name, 8);
    const slot = place(slots, address, Math.random);
    if (!slot) throw new Error(`no slot in ${name}`);
    const id = `${address.instance} in ${name} ${joined}`;
    const placed = await tree.join(name, newPeer(id, { address, resumable }), slot);
    if (!placed) continue;
    await tree.open(name, placed);
    joined++;
  }
}
