/** END_BROADCAST: a broadcast is over. */
import { UserError } from "../../protocol/mod.ts";
import { endBroadcast as end } from "../broadcasting.ts";
import type { Handler } from "./handler.ts";

/** Ends the broadcast for everybody, then acknowledges (END-1, END-3). */
export const endBroadcast: Handler<"END_BROADCAST"> = async (context, session, { name }) => {
  if (await end(context, session, name)) {
    session.send({ command: "END_BROADCAST_RECEIVED", name });
    return;
  }
  const broadcast = await context.store.broadcast(name);
  if (broadcast?.state !== "live") {
    throw new UserError("unknown_broadcast", `Broadcast "${name}" does not exist`);
  }
  throw new UserError(
    "not_broadcaster",
    `Peer "${session.id}" did not start broadcast "${name}"`,
  );
};
