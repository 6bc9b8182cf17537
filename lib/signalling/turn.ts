/**
 * The turns of a session: steps that change or read the tree run one at a time, in the order they
 * came (FRAME-5).
 */
import type { Session } from "./session.ts";

/** Runs a step of a session when all earlier ones are done. The step must not throw. */
export function inTurn(session: Session, step: () => void | Promise<void>): Promise<void> {
  session.waitingCommands++;
  const run = (session.queue ?? Promise.resolve()).then(step).finally(() => {
    session.waitingCommands--;
    if (session.queue === run) session.queue = null;
  });
  session.queue = run;
  return run;
}
