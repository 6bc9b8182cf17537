/**
 * The bus carries hints, KV has the truth: when messages from another instance may have been lost,
 * what this instance's sessions hold is read again, and whatever was missed is taken in as if the
 * message had come.
 */
import type { Peer } from "../tree/types.ts";
import type { Context } from "./context.ts";
import { letGo } from "./resuming.ts";
import { handleForgotten } from "./remembering.ts";
import type { Session, Watching } from "./session.ts";
import { inTurn } from "./turn.ts";
import { askToReconnect, endWatching, onOrphaned } from "./parenting.ts";
import { insist } from "./insist.ts";

/** Sessions read at once: a gap must not keep KV from those who join meanwhile. */
const AT_ONCE = 8;

/** Reads what all sessions hold again; resolves when it is done. */
export async function reread(context: Context): Promise<void> {
  const waiting = context.registry.all();
  const worker = async () => {
    for (let session = waiting.pop(); session; session = waiting.pop()) {
      const { clock, log } = context;
      const mine = session;
      const step = () => rereadSession(context, mine);
      await inTurn(mine, () => insist({ clock, log, event: "reread_failed" }, step));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function rereadSession(context: Context, session: Session): Promise<void> {
  const { store } = context;
  for (const name of session.broadcasts) {
    const broadcast = await store.broadcast(name);
    if (broadcast?.state === "live" && broadcast.root === session.id) {
      const root = await store.peer(name, session.id);
      if (root && isElsewhere(context, root)) return letGo(context, session, root.address);
      continue;
    }
    session.deleteBroadcast(name);
    session.send({ command: "BROADCAST_ENDED", name });
  }
  await rereadWatching(context, session);
  await rereadChildren(context, session);
}

async function rereadWatching(context: Context, session: Session): Promise<void> {
  const { watching } = session;
  if (!watching?.member || watching.settled) return;
  const peer = await context.store.peer(watching.broadcast, session.id);
  if (session.watching !== watching || watching.settled) return;
  if (!peer) return await rereadBroadcast(context, session, watching);
  if (isElsewhere(context, peer)) return letGo(context, session, peer.address);
  const { parent } = watching;
  if (!parent) return;
  if (peer.parent !== parent.id) return onOrphaned(context, session, parent.id);
  const above = await context.store.peer(watching.broadcast, parent.id);
  if (above && watching.parent === parent) parent.address = above.address;
}

/** Takes in that the tree knows nothing of a viewer: the broadcast is over, or its place was given up. */
async function rereadBroadcast(
  context: Context,
  session: Session,
  watching: Watching,
): Promise<void> {
  const broadcast = await context.store.broadcast(watching.broadcast);
  if (session.watching !== watching || watching.settled) return;
  if (broadcast?.state !== "live" || broadcast.edition !== watching.edition) {
    return endWatching(session, watching);
  }
  watching.member = false;
  handleForgotten(session);
  watching.parent = watching.placed = null;
  askToReconnect(context, session, watching);
}

function isElsewhere({ address }: Context, peer: Peer): boolean {
  return peer.address.instance !== address.instance;
}

async function rereadChildren(context: Context, session: Session): Promise<void> {
  for (const id of session.childIds) {
    const link = session.child(id);
    if (!link) continue;
    const peer = await context.store.peer(link.broadcast, id);
    if (session.child(id) !== link) continue;
    if (peer?.parent === session.id) link.address = peer.address;
    else session.deleteChild(id);
  }
}
