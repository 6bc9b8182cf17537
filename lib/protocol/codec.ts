/**
 * Text to message and back. The server decodes what clients send, the browser what the server
 * sends; both encode with `encode`. Knows nothing of sockets.
 * This module is browser compatible.
 */
import {
  CLIENT_MESSAGES,
  type ClientCommand,
  type ClientMessage,
  type ServerMessage,
  serverMessage,
} from "./messages.ts";
import { type ErrorCode, UserError } from "./errors.ts";

/** A message that could not be understood; `answers` is its command, where it had one. */
export class BadMessageError extends UserError {
  override name = "BadMessageError";

  constructor(code: ErrorCode, message: string, readonly answers?: string) {
    super(code, message);
  }
}

/**
 * Reads one frame of a client.
 *
 * @throws {BadMessageError} with the prototype's text where the prototype had one.
 */
export function decodeClientMessage(frame: string): ClientMessage {
  const value = parseJson(frame);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadMessageError("bad_message", "Message is not a JSON object");
  }
  const command = (value as { command?: unknown }).command;
  if (typeof command !== "string") {
    throw new BadMessageError("bad_message", "Message is lacking a command property");
  }
  if (!Object.hasOwn(CLIENT_MESSAGES, command)) {
    throw new BadMessageError(
      "unknown_command",
      `Unknown command: ${excerpt(command)}`,
      excerpt(command),
    );
  }
  const schema = CLIENT_MESSAGES[command as ClientCommand];
  const result = schema.safeParse(value);
  if (result.success) return result.data as ClientMessage;
  const field = String(result.error.issues[0]?.path[0] ?? "command");
  throw new BadMessageError("invalid_field", describeField(command, field, value), command);
}

/**
 * Reads one frame of the server; null for a command this client does not know yet, so that an
 * older page survives a newer server.
 */
export function decodeServerMessage(frame: string): ServerMessage | null {
  const result = serverMessage.safeParse(parseJson(frame));
  return result.success ? result.data : null;
}

/** Writes a message as one text frame. */
export function encode(message: ServerMessage | ClientMessage): string {
  return JSON.stringify(message);
}

function parseJson(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    throw new BadMessageError("bad_json", "Message is not valid JSON");
  }
}

/** What a field must be, for the text of an error. */
const FIELD_KINDS: Record<string, string> = {
  name: "a string",
  peerName: "a string",
  title: "a string",
  visibility: '"public" or "unlisted"',
  picture: "a string",
  peer: "a string",
  offer: "an object",
  answer: "an object",
  candidates: "an array",
  lost: "a string",
  version: "a whole number",
  resume: "a string",
  text: "a string",
  reaction: "a known reaction",
  hide: "a string",
  mute: "a string",
  unmute: "a string",
  isOn: "a boolean",
};

function describeField(command: string, field: string, value: object): string {
  const kind = FIELD_KINDS[field] ?? "valid";
  const given = (value as Record<string, unknown>)[field];
  const isOfKind = kind === "an array"
    ? Array.isArray(given)
    // A word that is none of those is of the wrong kind, too.
    : kind === "an object" || kind === "a boolean" || kind === "a known reaction" ||
        field === "visibility"
    ? false
    : typeof given === "string";
  if (!isOfKind) return `No "${field}" property specified or not ${kind} in ${command} message`;
  return `The "${field}" property in ${command} message is empty, too long or not well-formed`;
}

/** Error texts quote what was sent, but not all of a quarter of a megabyte. */
function excerpt(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…`.toWellFormed() : text;
}
