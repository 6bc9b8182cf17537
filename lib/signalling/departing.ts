/**
 * How a viewer gives up what it has: its search for a parent, its place in the tree. The tree changes
 * first; the parent and the children are told after the commit.
 */
import type { Departure } from "../store/tree_store.ts";
import type { Context } from "./context.ts";
import { forgetIfEmpty } from "./remembering.ts";
import type { Session, Watching } from "./session.ts";

/** Stops watching: gives up the place, and tells the parent and the children; false when it watched nothing. */
export async function unwatch(context: Context, session: Session): Promise<boolean> {
  await giveUpPlacement(session);
  const { watching } = session;
  if (!watching) return false;
  session.watching = null;
  session.leaving = watching.broadcast;
  watching.deadline?.();
  try {
    if (watching.member) await leaveTree(context, session, watching);
  } catch (error) {
    // Still in the tree: whoever asks again, or the end of the session, is to find it here.
    session.watching = watching;
    throw error;
  } finally {
    session.leaving = null;
  }
  session.deleteChildrenOf(watching.broadcast);
  await forgetIfEmpty(context, session);
  return true;
}

async function leaveTree(context: Context, session: Session, watching: Watching): Promise<void> {
  const departure = await context.store.leave(watching.broadcast, session.id, {
    ifAt: context.address.instance,
  });
  if (departure) tellOfDeparture(context, watching.broadcast, departure, watching.attempt);
}

/** Tells those who were linked to a peer that it has left. */
export function tellOfDeparture(
  context: Context,
  broadcast: string,
  { peer, parent, orphans }: Departure,
  attempt: number | null,
): void {
  if (parent) {
    context.deliver(parent.address, { type: "unlink", to: parent.id, from: peer.id, attempt });
  }
  for (const child of orphans) {
    context.deliver(child.address, { type: "orphaned", to: child.id, from: peer.id, broadcast });
  }
  slotsOpened(context, broadcast);
}

/** Ends a join under way, which is not answered any more; afterwards the peer has a place or looks for none. */
export async function giveUpPlacement(session: Session): Promise<void> {
  const { watching } = session;
  if (!watching) return;
  // Without an offer nobody is asked to relay, should the claim go through all the same.
  watching.offer = null;
  if (!watching.settled) return;
  watching.pending?.cancel();
  await watching.settled;
}

/**
 * Makes an orphan of the peer, so that it can be placed anew; returns what it was, null when the tree
 * knows it no more.
 */
export async function giveUpPlace(
  context: Context,
  session: Session,
  watching: Watching,
): Promise<Pick<Departure, "peer" | "parent"> | null> {
  // Beforehand, so that news of that parent's departure is not taken for news of the next one's.
  watching.placed = watching.parent = null;
  watching.deadline?.();
  const before = await context.store.detach(watching.broadcast, session.id, {
    ifAt: context.address.instance,
  });
  if (before?.parent) {
    tellParent(context, session, watching, before.parent);
    slotsOpened(context, watching.broadcast);
  }
  return before;
}

function tellParent(
  context: Context,
  session: Session,
  { attempt }: Watching,
  { id, address }: { id: string; address: Context["address"] },
): void {
  context.deliver(address, { type: "unlink", to: id, from: session.id, attempt });
}

/** Lets those who wait for a place, here and elsewhere, look again. */
export function slotsOpened(context: Context, broadcast: string): void {
  context.placements.slotsOpened(broadcast);
  context.hints.changed(broadcast);
}
