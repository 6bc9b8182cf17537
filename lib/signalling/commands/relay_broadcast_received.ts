/** RELAY_BROADCAST_RECEIVED: a parent answers the offer of a child it was given. */
import { encode } from "../../protocol/mod.ts";
import { notLinked } from "./not_linked.ts";
import type { Handler } from "./handler.ts";

/** Passes the answer on to the child (JOIN-2, LINK-2). */
export const relayBroadcastReceived: Handler<"RELAY_BROADCAST_RECEIVED"> = (
  { deliver },
  session,
  { peer, answer },
) => {
  const child = session.child(peer);
  if (!child || child.answered) throw notLinked(peer);
  child.answered = true;
  deliver(child.address, {
    type: "answer",
    to: peer,
    from: session.id,
    attempt: child.attempt,
    frame: encode({ command: "JOIN_BROADCAST_RECEIVED", peer: session.id, answer }),
  });
};
