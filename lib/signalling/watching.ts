/**
 * How somebody begins to watch, or to watch from another place. What follows is in parenting.ts, the
 * end in departing.ts.
 */
import type { Opaque } from "../protocol/mod.ts";
import type { Peer, PeerId, RelayMode } from "../tree/types.ts";
import type { Context } from "./context.ts";
import { giveUpPlace, giveUpPlacement, unwatch } from "./departing.ts";
import { MAX_WAIT_MS } from "./placement.ts";
import { reportLost } from "./lost.ts";
import { lookForParent } from "./parenting.ts";
import { handleForgotten, remember } from "./remembering.ts";
import type { Session, Watching } from "./session.ts";

/** Lost parents somebody may report in this window before it is made to wait (JOIN-13). */
const LOST_REPORTS_WINDOW_MS = 30_000;
const LOST_REPORTS_ALLOWED = 5;
const LAST_LOST_DELAY_MS = 10_000;

/** Begins to watch, or to watch from another place; resolves once a parent is being looked for. */
export async function watch(
  context: Context,
  session: Session,
  join: {
    broadcast: string;
    peerName: string;
    offer: Opaque;
    lost?: PeerId;
    relay?: RelayMode;
  },
): Promise<void> {
  await giveUpPlacement(session);
  if (session.watching && session.watching.broadcast !== join.broadcast) {
    await unwatch(context, session);
  }
  if (session.isGone) return;
  const watching = session.watching ??= newWatching(join.broadcast, {
    displayName: join.peerName,
    relay: join.relay ?? null,
  });
  const avoided = [join.lost, watching.unanswered].filter((id) => id != null);
  watching.avoided = avoided.length > 0 ? new Set(avoided) : null;
  watching.unanswered = null;
  await remember(context, session);
  if (watching.member) {
    const before = await giveUpPlace(context, session, watching);
    if (before?.parent && before.parent.id === join.lost) {
      reportLost(context, session.id, join.broadcast, before.parent);
    }
    if (session.watching !== watching) return;
    watching.member = before !== null;
    if (!before) {
      handleForgotten(session);
      await remember(context, session);
      if (session.watching !== watching) return;
    }
  }
  // Not before the old place is given up: until then no other parent is to be looked for.
  watching.offer = join.offer;
  const now = context.clock.now();
  const notBefore = join.lost ? countReport(session, now) : now;
  watching.until = Math.max(now, notBefore) + MAX_WAIT_MS;
  lookForParent(context, session, watching, notBefore);
}

/** Makes what a session begins to watch with. */
export function newWatching(
  broadcast: string,
  { displayName, relay }: Pick<Peer, "displayName" | "relay">,
): Watching {
  return {
    broadcast,
    peerName: displayName,
    relay,
    edition: null,
    member: false,
    attempt: 0,
    offer: null,
    until: 0,
    parent: null,
    placed: null,
    asking: null,
    pending: null,
    settled: null,
    lostParents: null,
    endedEditions: null,
    unanswered: null,
    avoided: null,
    deadline: null,
  };
}

/** Notes that a parent was reported lost; returns when the next one may be looked for (JOIN-13). */
function countReport(session: Session, now: number): number {
  session.lostReports = session.lostReports.filter((at) => at > now - LOST_REPORTS_WINDOW_MS);
  session.lostReports.push(now);
  const tooMany = session.lostReports.length - LOST_REPORTS_ALLOWED;
  return tooMany <= 0 ? 0 : now + Math.min(500 * 2 ** (tooMany - 1), LAST_LOST_DELAY_MS);
}
