/**
 * Joins: viewers whose sockets are open already join a fresh broadcast, so many at once. A join is
 * done when its JOIN_BROADCAST_RECEIVED with the parent's answer has arrived; parents and joiners
 * are in this process, the server is between them.
 */
import type { TreeNode } from "../lib/protocol/mod.ts";
import { VirtualPeer, type VirtualPeerOptions } from "../tests/support/virtual_peer.ts";
import { type LoopFigures, makeAll, runClosedLoop } from "./closed_loop.ts";
import { depthOf, type TreeDepth } from "./tree_depth.ts";
import type { MeasuredServer } from "./server_process.ts";
import { FANOUT, signallingUrl } from "./tributary.ts";

/** What a run of joins measured. */
export interface JoinFigures extends LoopFigures {
  isWatched: boolean;
  tree: TreeDepth;
  /** TREE_STATE_CHANGED that the subscriber of a watched broadcast got while the viewers joined. */
  treeStateCount: number;
}

/** What `runJoins` does. */
export interface JoinOptions {
  viewerCount: number;
  atOnce: number;
  /** Whether a client is subscribed to the tree meanwhile. */
  isWatched: boolean;
  /** Called with the joined viewers before the broadcast ends. */
  whileJoined?: (viewers: VirtualPeer[]) => Promise<void>;
}

/** Connections opened at once while preparing; more overruns the listen queue of small machines. */
const CONNECTS_AT_ONCE = 32;

let broadcastCount = 0;

/** Builds one tree, measures that, and takes it down again. */
export async function runJoins(server: MeasuredServer, options: JoinOptions): Promise<JoinFigures> {
  const { viewerCount, atOnce, isWatched } = options;
  const url = signallingUrl(server);
  const name = `bench ${++broadcastCount}`;
  const connect = (options: VirtualPeerOptions = {}) =>
    VirtualPeer.connect(url, { records: false, ...options });
  const broadcaster = await connect();
  await broadcaster.startBroadcast(name);
  const viewers = await makeAll(viewerCount, {
    atOnce: CONNECTS_AT_ONCE,
    make: (index) => connect({ peerName: `Viewer ${index}` }),
  });
  let treeStateCount = 0;
  const watcher = isWatched
    ? await connect({
      onMessage: ({ command }) => treeStateCount += Number(command === "TREE_STATE_CHANGED"),
    })
    : undefined;
  await watcher?.subscribe(name);

  const figures = await runClosedLoop(server, {
    count: viewerCount,
    atOnce,
    task: (index) => viewers[index]!.joinBroadcast(name),
  });
  const tree = depthOf(await treeOf(name, connect), FANOUT);
  await options.whileJoined?.(viewers.filter((viewer) => viewer.parent !== null));

  await broadcaster.endBroadcast(name);
  const everyone = [broadcaster, ...viewers, ...watcher ? [watcher] : []];
  await Promise.all(everyone.map((peer) => peer.close()));
  return { ...figures, isWatched, tree, treeStateCount };
}

async function treeOf(
  name: string,
  connect: (options?: VirtualPeerOptions) => Promise<VirtualPeer>,
): Promise<TreeNode> {
  await using observer = await connect({ records: true });
  await observer.subscribe(name);
  return (await observer.waitFor("TREE_STATE_CHANGED", 10_000)).tree;
}
