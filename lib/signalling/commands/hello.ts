/** HELLO: a client that may lose its socket without losing its place. */
import { greet } from "../resuming.ts";
import type { Handler } from "./handler.ts";

/** Welcomes the client, with the session of its token if there is one (HELLO-1 to RESUME-6). */
export const hello: Handler<"HELLO"> = (context, session, message) => {
  return greet(context, session, message);
};
