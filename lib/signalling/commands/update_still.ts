/** UPDATE_STILL: a still picture for the list of live broadcasts. */
import { UserError } from "../../protocol/mod.ts";
import { keepStill } from "../stills.ts";
import type { Handler } from "./handler.ts";

/** Keeps the picture, then acknowledges (STILL-1 to STILL-3). */
export const updateStill: Handler<"UPDATE_STILL"> = async (context, session, message) => {
  const { name } = message;
  const still = await keepStill(context, session, message);
  if (still !== null) {
    session.send({ command: "UPDATE_STILL_RECEIVED", name, still });
    return;
  }
  const broadcast = await context.store.broadcast(name);
  if (broadcast?.state !== "live") {
    throw new UserError("unknown_broadcast", `Broadcast "${name}" does not exist`);
  }
  if (broadcast.root === session.id && broadcast.visibility !== "public") {
    throw new UserError(
      "not_listed",
      `Broadcast "${name}" is in no list that would show a picture`,
    );
  }
  throw new UserError(
    "not_broadcaster",
    `Peer "${session.id}" did not start broadcast "${name}"`,
  );
};
