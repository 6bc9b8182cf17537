/**
 * What happens while a session that greeted has no socket: it keeps its place for a while, and those
 * below who could not find out by themselves that it is gone are told in time.
 */
import type { Context } from "./context.ts";
import type { Session } from "./session.ts";

/**
 * Who has had no socket for so long, in ms, and of whom others say that it is gone, is gone: our
 * client would have come back sooner, if it could.
 */
export const GONE_AFTER_MS = 2_000;

/** The time that a session has to come back. */
export interface GracePeriod {
  /** Ends it without a consequence. */
  cancel(): void;
  /** A child has seen that nothing comes from it any more: it is not waited for to the end (LEAVE-8). */
  report(): void;
}

/** Begins a session's grace period, unless it is in it; `giveUp` is called when it is over. */
export function beginGrace(context: Context, session: Session, giveUp: () => void): void {
  if (session.grace) return;
  const { clock, config: { grace } } = context;
  const graceMs = session.broadcasts.size > 0 ? grace.broadcasterMs : grace.viewerMs;
  let isReported = false;
  let isOverdue = false;
  const timers = [
    clock.after(graceMs, giveUp),
    clock.after(GONE_AFTER_MS, () => {
      isOverdue = true;
      if (isReported) giveUp();
      else desert(context, session);
    }),
  ];
  session.grace = {
    cancel: () => timers.forEach((cancel) => cancel()),
    report() {
      isReported = true;
      if (isOverdue) giveUp();
    },
  };
}

/** Tells the children that did not greet, who cannot tell whether it carries on (LEAVE-7). */
function desert(context: Context, session: Session): void {
  for (const id of session.childIds) {
    const { address } = session.child(id)!;
    context.deliver(address, { type: "deserted", to: id, from: session.id });
  }
}
