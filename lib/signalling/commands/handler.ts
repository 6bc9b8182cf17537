/** What every command's handler looks like. */
import type { ClientCommand, ClientMessageOf } from "../../protocol/mod.ts";
import type { Context } from "../context.ts";
import type { Session } from "../session.ts";

/**
 * Carries out one command of a session.
 *
 * @throws {UserError} what the client is told; anything else is a fault of ours.
 */
export type Handler<C extends ClientCommand> = (
  context: Context,
  session: Session,
  message: ClientMessageOf<C>,
) => void | Promise<void>;
