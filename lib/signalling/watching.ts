/**
 * The life of a viewer: gets a parent, loses it, gets another, leaves. Commands and lost sockets
 * come here; each step changes the tree first and tells others after the commit.
 *
 * Callers run these one at a time per session (see service.ts). What comes from other peers in
 * between is taken into account where a step goes on after waiting.
 */
import { errorFields } from "../log.ts";
import { encode, type Opaque, UserError } from "../protocol/mod.ts";
import type { Edition } from "../tree/types.ts";
import type { Context } from "./context.ts";
import type { PlacedPeer } from "../store/tree_store.ts";
import { insist } from "./insist.ts";
import { PlacementCancelledError } from "./placement.ts";
import type { Session, Watching } from "./session.ts";

/** Begins to watch, or to watch from another place; resolves once a parent is being looked for. */
export async function watch(
  context: Context,
  session: Session,
  join: { broadcast: string; peerName: string; offer: Opaque },
): Promise<void> {
  await giveUpPlacement(session);
  if (session.watching && session.watching.broadcast !== join.broadcast) {
    await unwatch(context, session);
  }
  if (!session.isOpen) return;
  const watching = session.watching ??= {
    broadcast: join.broadcast,
    peerName: join.peerName,
    edition: null,
    member: false,
    attempt: 0,
    offer: null,
    parent: null,
    placed: null,
    pending: null,
    settled: null,
    lostParents: null,
    endedEditions: null,
  };
  if (watching.member) {
    const isMember = await giveUpPlace(context, session, watching);
    if (session.watching !== watching) return;
    watching.member = isMember;
  }
  // Not before the old place is given up: until then no other parent is to be looked for.
  watching.offer = join.offer;
  lookForParent(context, session, watching);
}

/** Stops watching: gives up the place, and tells the parent and the children; false when it watched nothing. */
export async function unwatch(context: Context, session: Session): Promise<boolean> {
  await giveUpPlacement(session);
  const { watching } = session;
  if (!watching) return false;
  session.watching = null;
  session.leaving = watching.broadcast;
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
  return true;
}

async function leaveTree(context: Context, session: Session, watching: Watching): Promise<void> {
  const departure = await context.store.leave(watching.broadcast, session.id);
  if (!departure) return;
  if (departure.parent) tellParent(context, session, watching, departure.parent);
  for (const child of departure.orphans) {
    context.deliver(child.address, {
      type: "orphaned",
      to: child.id,
      from: session.id,
      broadcast: watching.broadcast,
    });
  }
  slotsOpened(context, watching.broadcast);
}

/** Takes in that the parent is gone: the tree has an orphan here. */
export function onOrphaned(context: Context, session: Session, parent: string): void {
  const { watching } = session;
  if (!watching) return;
  if (watching.parent?.id !== parent) {
    // The news can overtake the end of the very placement that put the peer under that parent.
    if (watching.settled) (watching.lostParents ??= new Set()).add(parent);
    return;
  }
  watching.parent = null;
  watching.placed = null;
  if (watching.offer) {
    // It never answered: the offer is as good for another parent (JOIN-10).
    lookForParent(context, session, watching);
  } else {
    session.send({ command: "RECONNECT_TO_BROADCAST", name: watching.broadcast });
  }
}

/** Takes in that the picture is on its way: passes the answer on, and opens the peer's own slots. */
export async function onAnswer(
  context: Context,
  session: Session,
  answer: { from: string; attempt: number; frame: string },
): Promise<void> {
  const { watching } = session;
  if (!watching?.placed || watching.parent?.id !== answer.from || !watching.offer) return;
  if (watching.attempt !== answer.attempt) return;
  const { placed, broadcast } = watching;
  watching.offer = null;
  session.sendFrame(answer.frame);
  const { clock, log, store } = context;
  await insist({ clock, log, event: "open_failed" }, async () => {
    // A place that it has lost meanwhile is none of its any more.
    if (watching.placed !== placed || session.watching !== watching) return;
    if (await store.open(broadcast, placed)) slotsOpened(context, broadcast);
  });
}

/** Takes in that the broadcast is over. */
export function onEnded(session: Session, broadcast: string, edition: Edition): void {
  const { watching } = session;
  if (watching?.broadcast !== broadcast) return;
  if (watching.settled) {
    // Which broadcast of that name a placement under way is for shows when it is settled.
    (watching.endedEditions ??= new Set()).add(edition);
    if (watching.edition === edition) watching.pending?.cancel();
    return;
  }
  // A later broadcast of the same name is none of this message's business.
  if (watching.edition === edition || watching.edition === null) endWatching(session, watching);
}

function endWatching(session: Session, { broadcast }: Watching): void {
  session.watching = null;
  session.deleteChildrenOf(broadcast);
  session.send({ command: "BROADCAST_ENDED", name: broadcast });
}

/** True when the end of what the peer was last placed in was reported while a placement was under way. */
function isOver({ edition, endedEditions }: Watching): boolean {
  return edition !== null && endedEditions !== null && endedEditions.has(edition);
}

function lookForParent(context: Context, session: Session, watching: Watching): void {
  watching.attempt = session.nextAttempt();
  const pending = context.placements.place({
    broadcast: watching.broadcast,
    reattach: watching.member,
    peer: {
      id: session.id,
      displayName: watching.peerName,
      fanout: context.config.fanout,
      address: context.address,
      joinedAt: context.clock.now(),
    },
  });
  watching.pending = pending;
  const settled = pending.result
    .then((placed) => onPlaced(context, session, watching, placed))
    .catch((error) => onNotPlaced(context, session, watching, error))
    .finally(() => {
      if (watching.settled !== settled) return;
      watching.pending = watching.settled = null;
      if (isOver(watching)) endWatching(session, watching);
      watching.endedEditions = null;
    });
  watching.settled = settled;
}

function onPlaced(
  context: Context,
  session: Session,
  watching: Watching,
  placed: PlacedPeer,
): void {
  const { broadcast, attempt, offer, lostParents } = watching;
  watching.member = true;
  watching.edition = placed.peer.edition;
  watching.placed = placed;
  watching.parent = { id: placed.peer.parent!, address: placed.parentAddress };
  watching.lostParents = null;
  context.hints.changed(broadcast);
  if (isOver(watching)) return;
  // Whoever cancelled this placement after it was claimed sees to what comes next.
  if (!session.isOpen || !offer) return;
  if (lostParents?.has(watching.parent.id)) {
    onOrphaned(context, session, watching.parent.id);
    return;
  }
  context.deliver(placed.parentAddress, {
    type: "relay",
    to: watching.parent.id,
    from: session.id,
    address: context.address,
    broadcast,
    attempt,
    frame: encode({ command: "RELAY_BROADCAST", peer: session.id, offer }),
  });
}

function onNotPlaced(
  context: Context,
  session: Session,
  watching: Watching,
  error: unknown,
): void {
  if (error instanceof PlacementCancelledError || isOver(watching)) return;
  watching.offer = null;
  const answers = "JOIN_BROADCAST";
  if (error instanceof UserError) {
    // An orphan stays one and may ask again; who was never placed watches nothing.
    if (!watching.member || error.code === "unknown_broadcast") session.watching = null;
    session.send({ command: "ERROR", message: error.message, code: error.code, answers });
    return;
  }
  // The tree may have got it all the same; then it is to be given up like any place.
  watching.member = true;
  context.log("error", "join_failed", { broadcast: watching.broadcast, ...errorFields(error) });
  session.send({
    command: "ERROR",
    message: "Joining failed on our side. Try again in a moment",
    code: "internal",
    answers,
  });
}

/** Ends a join under way, which is not answered any more; afterwards the peer has a place or looks for none. */
async function giveUpPlacement(session: Session): Promise<void> {
  const { watching } = session;
  if (!watching) return;
  // Without an offer nobody is asked to relay, should the claim go through all the same.
  watching.offer = null;
  if (!watching.settled) return;
  watching.pending?.cancel();
  await watching.settled;
}

/** Makes an orphan of the peer, so that it can be placed anew; false when the tree knows it no more. */
async function giveUpPlace(
  context: Context,
  session: Session,
  watching: Watching,
): Promise<boolean> {
  // Beforehand, so that news of that parent's departure is not taken for news of the next one's.
  watching.placed = watching.parent = null;
  const before = await context.store.detach(watching.broadcast, session.id);
  if (before?.parent) {
    tellParent(context, session, watching, before.parent);
    slotsOpened(context, watching.broadcast);
  }
  return before !== null;
}

function tellParent(
  context: Context,
  session: Session,
  { attempt }: Watching,
  { id, address }: { id: string; address: Context["address"] },
): void {
  context.deliver(address, { type: "unlink", to: id, from: session.id, attempt });
}

function slotsOpened(context: Context, broadcast: string): void {
  context.placements.slotsOpened(broadcast);
  context.hints.changed(broadcast);
}
