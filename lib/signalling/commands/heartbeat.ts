/** HEARTBEAT: a client wants to know whether it is still heard. */
import type { Handler } from "./handler.ts";

/** Answers at once, with what is known of the number of viewers (HEARTBEAT-1, HEARTBEAT-2). */
export const heartbeat: Handler<"HEARTBEAT"> = ({ viewerCounts }, session) => {
  const name = session.watching?.broadcast ?? [...session.broadcasts][0];
  const viewers = name === undefined ? undefined : viewerCounts.latest(name);
  session.send({ command: "HEARTBEAT_RECEIVED", viewers });
};
