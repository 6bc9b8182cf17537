/**
 * What a resuming instance has to know of a session: in which broadcasts to look for its peer.
 */
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

/** Forgets a session that holds nothing any more: there is nothing to come back to. */
export async function forgetIfEmpty(context: Context, session: Session): Promise<void> {
  if (session.rememberedNames.size === 0 || session.holdsSomething) return;
  session.rememberedNames = new Set();
  await context.resumes.forget(session.id);
}
