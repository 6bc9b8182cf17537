/**
 * From a client's frame to the handler of its command, and from what the handler throws to the
 * ERROR the client gets. Keeps the order of a session's commands (FRAME-5).
 */
import { errorFields } from "../log.ts";
import {
  BadMessageError,
  type ClientMessage,
  CLOSE_TOO_BIG,
  decodeClientMessage,
  MAX_FRAME_BYTES,
  MAX_WAITING_COMMANDS,
  UserError,
} from "../protocol/mod.ts";
import { handlers, IMMEDIATE } from "./commands/mod.ts";
import type { Handler } from "./commands/handler.ts";
import type { Context } from "./context.ts";
import type { Session } from "./session.ts";
import { inTurn } from "./turn.ts";

/** Takes one frame of a client. Never throws. */
export function dispatch(context: Context, session: Session, frame: string): void {
  if (!session.isOpen) return;
  if (isTooBig(frame)) {
    session.close(CLOSE_TOO_BIG, "The message is too big");
    return;
  }
  let message: ClientMessage;
  try {
    message = decodeClientMessage(frame);
  } catch (error) {
    const answers = error instanceof BadMessageError ? error.answers : undefined;
    sendError(context, session, error, answers);
    return;
  }
  const isFirst = !session.hasSpoken;
  session.hasSpoken = true;
  if (message.command === "HELLO" && !isFirst) {
    const error = new UserError("bad_order", "HELLO has to be the first command");
    sendError(context, session, error, message.command);
    return;
  }
  if (IMMEDIATE.has(message.command)) {
    // Nobody waits for any of these.
    carryOut(context, session, message);
    return;
  }
  if (session.waitingCommands >= MAX_WAITING_COMMANDS) {
    const error = new UserError("busy", "Too many commands at once. Wait for the answers");
    sendError(context, session, error, message.command);
    return;
  }
  inTurn(session, () => {
    // By the time its turn comes, HELLO may have taken up an earlier session.
    const { successor } = session;
    if (!successor) return carryOut(context, session, message);
    return inTurn(successor, () => carryOut(context, successor, message));
  });
}

function carryOut(
  context: Context,
  session: Session,
  message: ClientMessage,
): void | Promise<void> {
  const handler = handlers[message.command] as Handler<typeof message.command>;
  const onError = (error: unknown) => sendError(context, session, error, message.command);
  try {
    return handler(context, session, message)?.catch(onError);
  } catch (error) {
    onError(error);
  }
}

function sendError(
  context: Context,
  session: Session,
  error: unknown,
  answers: string | undefined,
): void {
  if (error instanceof UserError) {
    const { message, code, waitMs } = error;
    session.send({ command: "ERROR", message, code, answers, waitMs });
    return;
  }
  context.log("error", "command_failed", { command: answers, ...errorFields(error) });
  session.send({
    command: "ERROR",
    message: "Something went wrong on our side. Try again in a moment",
    code: "internal",
    answers,
  });
}

const encoder = new TextEncoder();

/** Measures in bytes of UTF-8, counting only where the number of UTF-16 units leaves a doubt. */
function isTooBig(frame: string): boolean {
  if (frame.length * 3 <= MAX_FRAME_BYTES) return false;
  return frame.length > MAX_FRAME_BYTES || encoder.encode(frame).length > MAX_FRAME_BYTES;
}
