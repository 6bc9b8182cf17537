/**
 * How a viewer gets a parent and keeps having one: the search, its outcome, and the news that the
 * parent has answered, does not answer, or is gone. Steps that wait run in the session's turns; news
 * that come in between are taken into account where a step goes on.
 */
import { errorFields } from "../log.ts";
import { ORPHAN_DEADLINE_MS, UserError } from "../protocol/mod.ts";
import type { PlacedPeer } from "../store/tree_store.ts";
import type { Edition, Slot } from "../tree/types.ts";
import { askParent } from "./asking.ts";
import type { Context } from "./context.ts";
import { atDeadline } from "./deadline.ts";
import { giveUpPlace, slotsOpened, unwatch } from "./departing.ts";
import { insist } from "./insist.ts";
import { noCapacity, PlacementCancelledError } from "./placement.ts";
import { catchUpWithRelay, fanoutOf } from "./relaying.ts";
import type { Session, Watching } from "./session.ts";

/** Looks for a parent for the offer at hand, not before a time in ms since the epoch. */
export function lookForParent(
  context: Context,
  session: Session,
  watching: Watching,
  notBefore = 0,
): void {
  watching.attempt = session.nextAttempt();
  watching.deadline?.();
  watching.deadline = null;
  const pending = context.placements.place({
    broadcast: watching.broadcast,
    reattach: watching.member,
    avoids: (slot) => isAvoided(context, watching, slot),
    notBefore,
    until: watching.until,
    peer: {
      id: session.id,
      displayName: watching.peerName,
      fanout: fanoutOf(context, watching.relay),
      relay: watching.relay,
      address: context.address,
      resumable: session.isResumable,
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

/** Takes in that the parent is gone: the tree has an orphan here. */
export function onOrphaned(context: Context, session: Session, parent: string): void {
  const { watching } = session;
  if (!watching) return;
  if (watching.parent?.id !== parent) {
    // The news can overtake the end of the very placement that put the peer under that parent.
    if (watching.settled) (watching.lostParents ??= new Set()).add(parent);
    return;
  }
  watching.deadline?.();
  watching.parent = null;
  watching.placed = null;
  if (watching.offer) {
    // It never answered: the offer is as good for another parent (JOIN-10).
    lookForParent(context, session, watching);
  } else {
    askToReconnect(context, session, watching);
  }
}

/**
 * Takes in that the parent has had no socket for a while. Our client sees for itself whether the
 * picture goes on; one of the prototype has to be told to look for another parent (LEAVE-7).
 */
export async function onDeserted(
  context: Context,
  session: Session,
  parent: string,
): Promise<void> {
  if (session.isResumable || !session.isOpen) return;
  const { watching } = session;
  // Who still waits for its answer is given another parent without its doing.
  if (watching?.parent?.id !== parent || watching.offer || watching.settled) return;
  const isMember = await giveUpPlace(context, session, watching) !== null;
  if (session.watching !== watching || watching.offer) return;
  watching.member = isMember;
  askToReconnect(context, session, watching);
}

/** Asks an orphan to join again, and gives it up when it does not (LEAVE-6). */
export function askToReconnect(context: Context, session: Session, watching: Watching): void {
  session.send({ command: "RECONNECT_TO_BROADCAST", name: watching.broadcast });
  atDeadline(context, session, watching, {
    afterMs: ORPHAN_DEADLINE_MS,
    step: async () => {
      const isOrphan = watching.parent === null && !watching.settled;
      // While its socket is lost the grace period decides.
      if (isOrphan && session.isOpen) await unwatch(context, session);
    },
  });
}

/** Takes in that the picture is on its way: passes the answer on, and opens the peer's own slots. */
export async function onAnswer(
  context: Context,
  session: Session,
  answer: { from: string; attempt: number | null; frame: string },
): Promise<void> {
  const { watching } = session;
  if (!watching?.placed || watching.parent?.id !== answer.from || !watching.offer) return;
  // Null: the parent came back meanwhile on another instance, and cannot say.
  if (answer.attempt !== null && answer.attempt !== watching.attempt) return;
  const { placed, broadcast } = watching;
  watching.offer = null;
  watching.deadline?.();
  watching.deadline = null;
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

/** Takes in that what a session watched is over. */
export function endWatching(session: Session, { broadcast, deadline }: Watching): void {
  deadline?.();
  session.watching = null;
  session.deleteChildrenOf(broadcast);
  session.send({ command: "BROADCAST_ENDED", name: broadcast });
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
  catchUpWithRelay(context, session, watching);
  if (isOver(watching)) return;
  // Whoever cancelled this placement after it was claimed sees to what comes next.
  if (session.isGone || !offer) return;
  if (lostParents?.has(watching.parent.id)) {
    onOrphaned(context, session, watching.parent.id);
    return;
  }
  const { id: parent, address } = watching.parent;
  askParent(context, session, watching, {
    isLastResort: isAvoided(context, watching, { parent, address }),
    isReached: false,
    passOver: () => passOver(context, session, watching, attempt),
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

/** Gives up a parent that does not answer, and finds another one for the same offer (JOIN-14). */
async function passOver(
  context: Context,
  session: Session,
  watching: Watching,
  attempt: number,
): Promise<void> {
  const { offer } = watching;
  if (watching.attempt !== attempt || !offer) return;
  const isMember = await giveUpPlace(context, session, watching) !== null;
  if (session.watching !== watching || watching.offer !== offer) return;
  watching.member = isMember;
  if (context.clock.now() < watching.until) return lookForParent(context, session, watching);
  // Nobody has answered in all that time (JOIN-4).
  onNotPlaced(context, session, watching, noCapacity(watching.broadcast));
  if (isMember) await unwatch(context, session);
}

/** Says whether there had better be another parent than the one that has this slot. */
function isAvoided(
  { suspects }: Context,
  { avoided }: Watching,
  slot: Pick<Slot, "parent" | "address">,
): boolean {
  return avoided?.has(slot.parent) || suspects.avoids(slot);
}

/** True when the end of what the peer was last placed in was reported while a placement was under way. */
function isOver({ edition, endedEditions }: Watching): boolean {
  return edition !== null && endedEditions !== null && endedEditions.has(edition);
}
