/**
 * What becomes of those who are lost: peers whose instance is gone, sessions that nobody can come
 * back to, and parents that a child has reported while nobody else can reach them either.
 */
import { errorFields } from "../log.ts";
import { isRoot } from "../tree/root.ts";
import type { Peer, PeerId } from "../tree/types.ts";
import { endLostBroadcast } from "./broadcasting.ts";
import type { Context } from "./context.ts";
import { tellOfDeparture } from "./departing.ts";
import type { EnvelopeOf } from "./envelope.ts";
import { GONE_AFTER_MS } from "./grace.ts";
import { forgetPeer, forgetUnlessInTree } from "./remembering.ts";
import type { Session } from "./session.ts";

/** Between being remembered and being placed lies a wait for a place, at most. */
const STALE_AFTER_MS = 60_000;

/** Gives up the place of a peer whose instance is gone, unless it has come back elsewhere. */
export async function departLost(context: Context, name: string, peer: Peer): Promise<void> {
  const ifAt = peer.address.instance;
  if (isRoot(peer)) await endLostBroadcast(context, { name, root: peer.id, ifAt });
  else {
    const departure = await context.store.leave(name, peer.id, { ifAt });
    if (departure) tellOfDeparture(context, name, departure, null);
  }
  // It may have come back elsewhere, or be in another broadcast still.
  if (peer.resumable) await forgetPeer(context, peer.id);
}

/**
 * Forgets sessions whose peers are in no tree any more: they ended while nobody held them. Returns
 * how many there were.
 */
export async function forgetStaleSessions(context: Context): Promise<number> {
  let forgotten = 0;
  for await (const record of context.resumes.all()) {
    // It is remembered before it is in a tree.
    if (record.at > context.clock.now() - STALE_AFTER_MS) continue;
    if (await forgetUnlessInTree(context, record)) forgotten++;
  }
  return forgotten;
}

/**
 * Passes on that a child sees nothing of its parent any more (LEAVE-8). Should the parent's whole
 * instance not even take note, it is given up from here.
 */
export function reportLost(context: Context, child: PeerId, name: string, parent: Peer): void {
  const { deliver, address, clock, suspects, log } = context;
  const reportedAt = clock.now();
  const { instance } = parent.address;
  if (instance !== address.instance) {
    clock.after(GONE_AFTER_MS, async () => {
      if (suspects.isHeardSince(instance, reportedAt)) return;
      suspects.silence(instance);
      try {
        await evict(context, name, parent);
      } catch (error) {
        // Then the lease of its instance decides.
        log("warn", "eviction_failed", { broadcast: name, ...errorFields(error) });
      }
    });
  }
  deliver(parent.address, { type: "reported", to: parent.id, from: child, address });
}

/** Takes in that a child sees nothing of this session's peer any more. */
export function onReported(
  { deliver }: Context,
  session: Session,
  { from, to, address }: EnvelopeOf<"reported">,
): void {
  deliver(address, { type: "noted", to: from, from: to });
  // A broadcast is not for its viewers to end.
  if (session.broadcasts.size === 0) session.grace?.report();
}

async function evict(context: Context, name: string, { id, address }: Peer): Promise<void> {
  const peer = await context.store.peer(name, id);
  if (!peer?.parent || isRoot(peer) || peer.address.instance !== address.instance) return;
  context.log("info", "peer_evicted", { broadcast: name, silent: address.instance });
  await departLost(context, name, peer);
  // In case it is there after all, on an instance that is only slow: it joins again.
  context.deliver(address, { type: "orphaned", to: id, from: peer.parent, broadcast: name });
}
