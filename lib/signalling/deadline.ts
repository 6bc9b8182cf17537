/**
 * The one thing that is to happen to a viewer if nothing else does: whatever is set replaces what was
 * set before.
 */
import { errorFields } from "../log.ts";
import type { Context } from "./context.ts";
import type { Session, Watching } from "./session.ts";
import { inTurn } from "./turn.ts";

/** Pause before a repair that failed is tried again. */
const REPAIR_AGAIN_MS = 1_000;

/**
 * Takes a step in its turn when a time has passed, unless the session has gone on meanwhile. If it
 * fails it is taken again: nobody else would.
 */
export function atDeadline(
  context: Context,
  session: Session,
  watching: Watching,
  { afterMs, step }: { afterMs: number; step: () => void | Promise<void> },
): void {
  watching.deadline?.();
  watching.deadline = context.clock.after(afterMs, () => {
    inTurn(session, async () => {
      if (session.watching !== watching || session.isGone) return;
      try {
        await step();
      } catch (error) {
        const fields = { broadcast: watching.broadcast, ...errorFields(error) };
        context.log("error", "repair_failed", fields);
        atDeadline(context, session, watching, { afterMs: REPAIR_AGAIN_MS, step });
      }
    });
  });
}
