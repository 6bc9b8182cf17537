/** JOIN_BROADCAST: somebody watches, or watches from another place. */
import { ANONYMOUS, UserError } from "../../protocol/mod.ts";
import { watch } from "../watching.ts";
import type { Handler } from "./handler.ts";

/** Looks for a parent; the parent's answer is the answer (JOIN-1 to JOIN-11). */
export const joinBroadcast: Handler<"JOIN_BROADCAST"> = async (context, session, message) => {
  const { name, offer, peerName, lost, relay } = message;
  // The store is asked too: after a START or END that failed on the way it may be somebody else's.
  if (
    session.broadcasts.has(name) && (await context.store.broadcast(name))?.root === session.id
  ) {
    throw new UserError("own_broadcast", `You cannot join "${name}": you are broadcasting it`);
  }
  await watch(context, session, {
    broadcast: name,
    offer,
    peerName: peerName || ANONYMOUS,
    lost,
    relay,
  });
};
