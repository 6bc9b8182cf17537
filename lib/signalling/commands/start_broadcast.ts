/** START_BROADCAST: a broadcast goes live. */
import { ANONYMOUS, cleanTitle } from "../../protocol/mod.ts";
import { beginBroadcast } from "../broadcasting.ts";
import type { Handler } from "./handler.ts";

/** Makes the broadcast live, then acknowledges (START-1). */
export const startBroadcast: Handler<"START_BROADCAST"> = async (context, session, message) => {
  await beginBroadcast(context, session, {
    name: message.name,
    title: cleanTitle(message.title ?? "") || message.name,
    visibility: message.visibility ?? "public",
    peerName: message.peerName || ANONYMOUS,
  });
  session.send({ command: "START_BROADCAST_RECEIVED" });
};
