/** The error for a peer that is not linked to the session, whether it exists or not (LINK-1). */
import { UserError } from "../../protocol/mod.ts";

/** Makes the error, in the prototype's words. */
export function notLinked(peer: string): UserError {
  return new UserError("not_linked", `Unknown peer: ${peer}`);
}
