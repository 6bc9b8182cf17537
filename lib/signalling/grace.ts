/**
 * What happens while a session that greeted has no socket: it keeps its place for a while, and those
 * below who could not find out by themselves that it is gone are told in time.
 */
import type { Context } from "./context.ts";
import type { Session } from "./session.ts";

/** After this long without a socket, in ms, its children of the prototype are told (LEAVE-7): our client is back sooner, if it can. */
const DESERTED_MS = 2_000;

/** Begins a session's grace period, unless it is in it; `giveUp` is called when it is over. */
export function beginGrace(context: Context, session: Session, giveUp: () => void): void {
  if (session.grace) return;
  const { clock, config: { grace } } = context;
  const graceMs = session.broadcasts.size > 0 ? grace.broadcasterMs : grace.viewerMs;
  const timers = [
    clock.after(graceMs, giveUp),
    clock.after(DESERTED_MS, () => desert(context, session)),
  ];
  session.grace = () => timers.forEach((cancel) => cancel());
}

function desert(context: Context, session: Session): void {
  for (const id of session.childIds) {
    const { address } = session.child(id)!;
    context.deliver(address, { type: "deserted", to: id, from: session.id });
  }
}
