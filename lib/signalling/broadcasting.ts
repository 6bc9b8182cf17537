/**
 * The life of a broadcast: begins, and ends for everybody, orphans and those below them too.
 */
import { nameTaken } from "../store/tree_store.ts";
import type { Peer, PeerId } from "../tree/types.ts";
import type { Context } from "./context.ts";
import type { Session } from "./session.ts";
import { unwatch } from "./watching.ts";

/**
 * Makes a broadcast live.
 *
 * @throws {UserError} `name_taken`.
 */
export async function beginBroadcast(
  context: Context,
  session: Session,
  { name, title, peerName }: { name: string; title: string; peerName: string },
): Promise<void> {
  if (session.broadcasts.has(name)) throw nameTaken(name);
  if (session.watching?.broadcast === name) {
    // Watches, or waits for, what is over: were it still to get a place, or to leave one, that
    // would be under its own name in its own broadcast.
    if ((await context.store.broadcast(name))?.state === "live") throw nameTaken(name);
    await unwatch(context, session);
    session.send({ command: "BROADCAST_ENDED", name });
  }
  const now = context.clock.now();
  // Beforehand: a viewer may be placed under the new root before we hear that it is written.
  session.addBroadcast(name);
  const leftBehind = await context.store.createBroadcast({
    name,
    title,
    createdAt: now,
    root: {
      id: session.id,
      displayName: peerName,
      fanout: context.config.fanout,
      address: context.address,
      joinedAt: now,
    },
  }).catch((error) => {
    session.deleteBroadcast(name);
    throw error;
  });
  const root = leftBehind.find(isRoot)?.id;
  if (root) tellEnded(context, name, root, leftBehind);
  context.log("info", "broadcast_started", { broadcast: name });
  context.hints.changed(name);
}

/** Ends a broadcast of this session; false when the store knows it no more. */
export async function endBroadcast(
  context: Context,
  session: Session,
  name: string,
): Promise<boolean> {
  if (!session.broadcasts.has(name)) return false;
  if (!await context.store.beginEnding(name, session.id)) {
    session.deleteBroadcast(name);
    return false;
  }
  const members = await context.store.sweep(name);
  session.deleteBroadcast(name);
  session.send({ command: "BROADCAST_ENDED", name });
  tellEnded(context, name, session.id, members);
  context.log("info", "broadcast_ended", { broadcast: name, viewers: members.length - 1 });
  context.hints.changed(name);
  return true;
}

/** Tells the members, in one message per instance. */
function tellEnded(context: Context, broadcast: string, root: PeerId, members: Peer[]): void {
  const byInstance = Map.groupBy(
    members.filter(({ id }) => id !== root),
    ({ address }) => address.instance,
  );
  for (const group of byInstance.values()) {
    const to = group.map(({ id }) => id);
    context.deliver(group[0]!.address, { type: "ended", to, broadcast, root });
  }
}

function isRoot(peer: Peer): boolean {
  return peer.parent === null && peer.state === "live";
}
