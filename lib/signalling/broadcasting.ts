/**
 * The life of a broadcast: begins, and ends for everybody, orphans and those below them too.
 */
import { UserError } from "../protocol/mod.ts";
import { nameTaken } from "../store/tree_store.ts";
import type { InstanceId, Peer, PeerId, Visibility } from "../tree/types.ts";
import type { Context } from "./context.ts";
import type { Session } from "./session.ts";
import { unwatch } from "./departing.ts";
import { forgetIfEmpty, remember } from "./remembering.ts";

/**
 * Makes a broadcast live.
 *
 * @throws {UserError} `name_taken`.
 */
export async function beginBroadcast(
  context: Context,
  session: Session,
  { name, title, visibility, peerName }: {
    name: string;
    title: string;
    visibility: Visibility;
    peerName: string;
  },
): Promise<void> {
  if (session.watching?.broadcast === name) {
    // Watches, or waits for, what is over: were it still to get a place, or to leave one, that
    // would be under its own name in its own broadcast.
    if ((await context.store.broadcast(name))?.state === "live") throw nameTaken(name);
    if (await unwatch(context, session)) session.send({ command: "BROADCAST_ENDED", name });
  }
  const isKnown = session.broadcasts.has(name);
  // Beforehand: a viewer may be placed under the new root before we hear that it is written.
  session.addBroadcast(name);
  const { config: { fanout }, address } = context;
  const edition = context.newId();
  const root = {
    id: session.id,
    displayName: peerName,
    fanout,
    address,
    relay: null,
    resumable: session.isResumable,
  };
  try {
    await remember(context, session);
    const create = () => {
      // An earlier broadcast of the name may have been waited for.
      const now = context.clock.now();
      const begins = { ...root, joinedAt: now };
      return context.store.createBroadcast({
        name,
        edition,
        title,
        visibility,
        createdAt: now,
        root: begins,
      });
    };
    while (!await create()) {
      // Whoever was ending it may be gone; what is half done is finished by whoever needs it done.
      await context.store.sweep(name, (members) => tellEnded(context, name, members));
    }
  } catch (error) {
    // After a fault it may be live all the same; then END, or the end of the session, ends it.
    if (error instanceof UserError && !isKnown) session.deleteBroadcast(name);
    throw error;
  }
  context.log("info", "broadcast_started", { broadcast: name });
  context.hints.changed(name);
}

/** Ends a broadcast of this session, also one whose end failed on the way; false when there is none. */
export async function endBroadcast(
  context: Context,
  session: Session,
  name: string,
): Promise<boolean> {
  if (!session.broadcasts.has(name)) return false;
  const { address, store } = context;
  if (!await store.beginEnding(name, session.id, { ifAt: address.instance })) {
    const left = await store.broadcast(name);
    if (left?.root !== session.id || left.state !== "ending") {
      session.deleteBroadcast(name);
      return false;
    }
  }
  let viewers = 0;
  await store.sweep(name, (members) => {
    const others = members.filter(({ id }) => id !== session.id);
    tellEnded(context, name, others);
    viewers += others.length;
  });
  session.deleteBroadcast(name);
  session.send({ command: "BROADCAST_ENDED", name });
  concludeEnding(context, name, viewers);
  await forgetIfEmpty(context, session);
  return true;
}

/** Ends a broadcast whose broadcaster's socket was lost together with its instance `ifAt`. */
export async function endLostBroadcast(
  context: Context,
  { name, root, ifAt }: { name: string; root: PeerId; ifAt: InstanceId },
): Promise<void> {
  const { store } = context;
  const begins = await store.beginEnding(name, root, { ifAt });
  // Also when an earlier attempt has failed on the way.
  const left = begins ? null : await store.broadcast(name);
  if (begins || (left?.root === root && left.state === "ending")) await finishEnding(context, name);
}

/** Finishes the end of a broadcast that somebody began and nobody finished. */
export async function finishEnding(context: Context, name: string): Promise<void> {
  let told = 0;
  await context.store.sweep(name, (members) => {
    tellEnded(context, name, members);
    told += members.length;
  });
  concludeEnding(context, name, told);
}

function concludeEnding({ log, hints }: Context, name: string, told: number): void {
  log("info", "broadcast_ended", { broadcast: name, told });
  hints.changed(name);
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
