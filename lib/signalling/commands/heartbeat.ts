/** HEARTBEAT: a client wants to know whether it is still heard. */
import type { Handler } from "./handler.ts";

/** Answers at once (HEARTBEAT-1). */
export const heartbeat: Handler<"HEARTBEAT"> = (_context, session) => {
  session.send({ command: "HEARTBEAT_RECEIVED" });
};
