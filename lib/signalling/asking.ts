/**
 * How a parent is asked to carry a viewer, seen from both ends. The viewer's end decides how long it
 * is waited for: 3 s while there is nothing to be said against it (JOIN-14), and much less when its
 * socket is lost or its whole instance says nothing (JOIN-15).
 */
import { encode, RELAY_DEADLINE_MS } from "../protocol/mod.ts";
import type { PeerId } from "../tree/types.ts";
import type { Context } from "./context.ts";
import { atDeadline } from "./deadline.ts";
import type { EnvelopeOf } from "./envelope.ts";
import type { Asking, ChildLink, Session, Watching } from "./session.ts";

/** How long a parent that did not answer is avoided: it may be a page that hangs for good. */
const UNANSWERED_MS = 30_000;

/** How long a parent without a socket is avoided: whoever comes back has come back by then. */
const UNREACHED_MS = 5_000;

/** How long a parent without a socket is waited for: our client is back at once, if it can. */
const RETURN_MS = 500;

/** After this long without an answer its instance is asked whether it is there; most answer sooner. */
const PROBE_AFTER_MS = 700;

/** How long an instance may take to say so: two posts by way of a KV on another continent. */
const PROBE_PATIENCE_MS = 1_000;

/**
 * Asks the parent that a viewer was placed under to carry it.
 *
 * @param asking what is known about asking it, and what is done when it is passed over
 */
export function askParent(
  context: Context,
  session: Session,
  watching: Watching,
  asking: Asking,
): void {
  const { parent, offer, broadcast, attempt } = watching;
  if (!parent || !offer) return;
  const { clock, suspects, deliver, address } = context;
  watching.asking = asking;
  asking.isReached = false;
  const isCurrent = () =>
    watching.asking === asking && watching.attempt === attempt && watching.offer !== null;
  const waitFor = (afterMs: number, step: () => void | Promise<void>) =>
    atDeadline(context, session, watching, {
      afterMs,
      step: () => isCurrent() ? step() : undefined,
    });
  const passOver = () => {
    suspects.suspect(parent.id, UNANSWERED_MS);
    return asking.passOver();
  };
  const probe = () => {
    const probedAt = clock.now();
    const { instance } = parent.address;
    waitFor(PROBE_PATIENCE_MS, () => {
      if (asking.isReached || suspects.isHeardSince(instance, probedAt)) {
        return waitFor(RELAY_DEADLINE_MS - PROBE_AFTER_MS - PROBE_PATIENCE_MS, passOver);
      }
      suspects.silence(instance);
      return asking.passOver();
    });
    deliver(parent.address, { type: "probe", to: parent.id, from: session.id, address, attempt });
  };
  // Beforehand: a parent on this instance is reached, or not, before deliver() returns.
  const isElsewhere = parent.address.instance !== address.instance;
  if (asking.isLastResort || !isElsewhere) waitFor(RELAY_DEADLINE_MS, passOver);
  else waitFor(PROBE_AFTER_MS, probe);
  deliver(parent.address, {
    type: "relay",
    to: parent.id,
    from: session.id,
    address,
    broadcast,
    attempt,
    frame: encode({ command: "RELAY_BROADCAST", peer: session.id, offer }),
  });
}

/** Takes in that the parent being asked has a socket. */
export function onReached({ watching }: Session, { from, attempt }: Asked): void {
  if (isBeingAsked(watching, { from, attempt })) watching.asking.isReached = true;
}

/** Takes in that the parent being asked has no socket just now. */
export function onUnreached(context: Context, session: Session, asked: Asked): void {
  const { watching } = session;
  if (!isBeingAsked(watching, asked)) return;
  const { asking } = watching;
  // There is nobody else: its return is waited for like an answer.
  if (asking.isLastResort) return;
  context.suspects.suspect(asked.from, UNREACHED_MS);
  atDeadline(context, session, watching, { afterMs: RETURN_MS, step: () => asking.passOver() });
}

/** Takes a child that the tree has put under this session's peer, and gives its client the offer. */
export function onRelay(context: Context, session: Session, relay: EnvelopeOf<"relay">): void {
  const { broadcast, from, address, attempt, frame } = relay;
  if (!session.carriesIn(broadcast)) return;
  session.setChild(from, { address, broadcast, attempt, answered: false });
  session.sendFrame(frame);
  if (!session.isOpen) unreached(context, relay);
}

/** Says whether the client that is being asked has got the offer. */
export function onProbe(context: Context, session: Session, probe: EnvelopeOf<"probe">): void {
  const { from, to, address, attempt } = probe;
  const isAsked = isLinkOf(session.child(from), attempt);
  if (!isAsked || !session.isOpen) return unreached(context, probe);
  context.deliver(address, { type: "reached", to: from, from: to, attempt });
}

/** Tells a viewer that the parent it asks has no socket, here at least. */
export function unreached(context: Context, asked: EnvelopeOf<"relay" | "probe">): void {
  const { from, to, address, attempt } = asked;
  context.deliver(address, { type: "unreached", to: from, from: to, attempt });
}

/**
 * Tells those who still wait for the answer of a client that has come back, so that they ask again
 * (RESUME-8); to be called after WELCOME.
 */
export function tellOfReturn({ deliver, address, suspects }: Context, session: Session): void {
  const from = session.id;
  suspects.acquit(from);
  for (const to of session.childIds) {
    const child = session.child(to)!;
    if (!child.answered) deliver(child.address, { type: "returned", to, from, address });
  }
}

/** Takes in that a parent has a socket again: if it is being asked, the offer may have been lost. */
export function onReturned(
  context: Context,
  session: Session,
  { from, address }: EnvelopeOf<"returned">,
): void {
  context.suspects.acquit(from);
  const { watching } = session;
  if (watching?.parent?.id !== from) return;
  watching.parent.address = address;
  if (watching.asking) askParent(context, session, watching, watching.asking);
}

/** Says whether a link is the one that a child's count of joins means; null was not learnt, and fits. */
export function isLinkOf(link: ChildLink | undefined, attempt: number | null): boolean {
  return link !== undefined &&
    (link.attempt === attempt || link.attempt === null || attempt === null);
}

/** Which parent was asked, and for which attempt. */
interface Asked {
  from: PeerId;
  attempt: number;
}

function isBeingAsked(
  watching: Watching | null,
  { from, attempt }: Asked,
): watching is Watching & { asking: Asking } {
  return watching !== null && watching.asking !== null && watching.offer !== null &&
    watching.parent?.id === from && watching.attempt === attempt;
}
