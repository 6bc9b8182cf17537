/** LEAVE_BROADCAST: somebody stops watching. */
import { UserError } from "../../protocol/mod.ts";
import { unwatch } from "../departing.ts";
import type { Handler } from "./handler.ts";

/** Leaves, then acknowledges (LEAVE-1). */
export const leaveBroadcast: Handler<"LEAVE_BROADCAST"> = async (context, session, { name }) => {
  const { watching } = session;
  if (!watching || (name !== undefined && name !== watching.broadcast)) {
    throw new UserError(
      "not_watching",
      name === undefined ? "You are not watching a broadcast" : `You are not watching "${name}"`,
    );
  }
  await unwatch(context, session);
  session.send({ command: "LEAVE_BROADCAST_RECEIVED" });
};
