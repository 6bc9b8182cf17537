/**
 * Errors that cross the wire. A UserError becomes an ERROR message: text for people, a stable code
 * for programs. Anything else that is thrown is a bug or a fault and is answered as `internal`.
 * This module is browser compatible.
 */

/** Every code an ERROR can carry. Codes are stable: they are never renamed, only added. */
export const ERROR_CODES = [
  "bad_json",
  "bad_message",
  "unknown_command",
  "bad_order",
  "invalid_field",
  "name_taken",
  "unknown_broadcast",
  "not_broadcaster",
  "own_broadcast",
  "not_watching",
  "not_linked",
  "no_capacity",
  "bad_picture",
  "not_listed",
  "too_fast",
  "busy",
  "chat_off",
  "chat_muted",
  "internal",
] as const;

/** A stable code of an ERROR message. */
export type ErrorCode = typeof ERROR_CODES[number];

/** An error whose text and code go to the client; the connection lives on. */
export class UserError extends Error {
  override name = "UserError";

  /** @param waitMs after how long the same may be tried again, where that is known */
  constructor(readonly code: ErrorCode, message: string, readonly waitMs?: number) {
    super(message);
  }
}
