/**
 * How a viewer passes on what it watches: how many it may carry, and what becomes of those below it
 * when that changes. The tree changes first; who lost a place is told after the commit.
 */
import { UserError } from "../protocol/mod.ts";
import type { RelayMode } from "../tree/types.ts";
import type { Context } from "./context.ts";
import { slotsOpened } from "./departing.ts";
import { insist } from "./insist.ts";
import type { Session, Watching } from "./session.ts";
import { inTurn } from "./turn.ts";

/** How many children a viewer may have that relays in this way; null: it has not said. */
export function fanoutOf({ config }: Context, relay: RelayMode | null): number {
  return relay === "none" ? 0 : config.fanout;
}

/**
 * Takes in how a viewer relays from now on.
 *
 * @throws {UserError} `not_watching`
 */
export async function setRelay(
  context: Context,
  session: Session,
  relay: RelayMode,
): Promise<void> {
  const { watching } = session;
  if (!watching) throw new UserError("not_watching", "You are not watching a broadcast");
  // Beforehand, so that a placement that is being claimed is put right when it is done.
  watching.relay = relay;
  await applyRelay(context, session, watching);
}

/**
 * Puts a place right that was claimed with another way of relaying than the session has now: that
 * changed while the claim was under way.
 */
export function catchUpWithRelay(context: Context, session: Session, watching: Watching): void {
  if (watching.placed!.peer.relay === watching.relay) return;
  const { clock, log } = context;
  void inTurn(session, () =>
    insist({ clock, log, event: "relay_failed" }, async () => {
      if (session.watching === watching) await applyRelay(context, session, watching);
    }));
}

async function applyRelay(
  context: Context,
  session: Session,
  { broadcast, relay }: Watching,
): Promise<void> {
  if (relay === null) return;
  const { store, deliver, address } = context;
  const relaying = { relay, fanout: fanoutOf(context, relay) };
  const change = await store.setRelaying(broadcast, session.id, relaying, {
    ifAt: address.instance,
  });
  // Without a place yet: then it is claimed with this, or put right when it has been claimed.
  if (!change) return;
  for (const child of change.orphans) {
    session.deleteChild(child.id);
    deliver(child.address, { type: "orphaned", to: child.id, from: session.id, broadcast });
  }
  slotsOpened(context, broadcast);
}
