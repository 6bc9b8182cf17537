/**
 * What a resuming instance has to know of a session: in which broadcasts to look for its peer.
 */
import type { ResumeRecord } from "../store/resume_store.ts";
import type { PeerId } from "../tree/types.ts";
import type { Context } from "./context.ts";
import type { Session } from "./session.ts";

/** Lets a resuming instance know in which broadcasts to look for the peer; before it is in them. */
export async function remember(context: Context, session: Session, name?: string): Promise<void> {
  if (!session.tokenHash) return;
  const names = new Set(session.broadcasts);
  if (session.watching) names.add(session.watching.broadcast);
  if (name !== undefined) names.add(name);
  if ([...names].every((known) => session.rememberedNames.has(known))) return;
  const record = { id: session.id, names: [...names], at: context.clock.now() };
  await context.resumes.remember(session.tokenHash, record);
  session.rememberedNames = names;
}

/**
 * Takes in that others gave up a session's place: they may have forgotten the session with it, so that
 * it has to be remembered anew before it gets another place.
 */
export function handleForgotten(session: Session): void {
  session.rememberedNames = new Set();
}

/** Forgets a session that holds nothing any more: there is nothing to come back to. */
export async function forgetIfEmpty(context: Context, session: Session): Promise<void> {
  const { id, rememberedNames: names } = session;
  if (names.size === 0 || session.holdsSomething) return;
  session.rememberedNames = new Set();
  await forgetUnlessInTree(context, { id, names: [...names] });
}

/** Forgets whatever is remembered of a peer, unless it is in a tree. */
export async function forgetPeer(context: Context, id: PeerId): Promise<void> {
  const record = await context.resumes.of(id);
  if (record) await forgetUnlessInTree(context, record);
}

/**
 * Forgets a session, unless its peer is in a tree: it may have come back on another instance, and we
 * have not heard of that. Returns whether it was forgotten.
 */
export async function forgetUnlessInTree(
  { resumes, store }: Context,
  { id, names }: Pick<ResumeRecord, "id" | "names">,
): Promise<boolean> {
  const peers = await Promise.all(names.map((name) => store.peer(name, id)));
  if (peers.some((peer) => peer !== null)) return false;
  await resumes.forget(id);
  return true;
}
