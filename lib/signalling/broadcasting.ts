/**
 * The life of a broadcast: begins, and ends for everybody, orphans and those below them too.
 */
import { nameTaken } from "../store/tree_store.ts";
import type { Peer } from "../tree/types.ts";
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
    if (await unwatch(context, session)) session.send({ command: "BROADCAST_ENDED", name });
  }
  const now = context.clock.now();
  // Beforehand: a viewer may be placed under the new root before we hear that it is written.
  session.addBroadcast(name);
  const { config: { fanout }, address } = context;
  const edition = context.newId();
  const root = {
    id: session.id,
    displayName: peerName,
    fanout,
    address,
    resumable: session.isResumable,
    joinedAt: now,
  };
  try {
    while (!await context.store.createBroadcast({ name, edition, title, createdAt: now, root })) {
      // Whoever was ending it may be gone; what is half done is finished by whoever needs it done.
      tellEnded(context, name, await context.store.sweep(name));
    }
  } catch (error) {
    session.deleteBroadcast(name);
    throw error;
  }
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
  tellEnded(context, name, members.filter(({ id }) => id !== session.id));
  context.log("info", "broadcast_ended", { broadcast: name, viewers: members.length - 1 });
  context.hints.changed(name);
  return true;
}

/** Tells members, in one message per instance and broadcast: a sweep may find late ones of earlier ones. */
function tellEnded(context: Context, broadcast: string, members: Peer[]): void {
  const groups = Map.groupBy(members, ({ edition, address }) => `${edition} ${address.instance}`);
  for (const group of groups.values()) {
    const { edition, address } = group[0]!;
    const to = group.map(({ id }) => id);
    context.deliver(address, { type: "ended", to, broadcast, edition });
  }
}
