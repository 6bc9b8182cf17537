/** SET_RELAY: a viewer passes on what it gets in another way, or no more, or again. */
import { setRelay } from "../relaying.ts";
import type { Handler } from "./handler.ts";

/** Changes the viewer's places, then says so (RELAY-1 to RELAY-5). */
export const setRelayHandler: Handler<"SET_RELAY"> = async (context, session, { relay }) => {
  await setRelay(context, session, relay);
  session.send({ command: "SET_RELAY_RECEIVED" });
};
