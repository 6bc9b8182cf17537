/**
 * What promises of the client reject with: a stable code for programs and a plain sentence for
 * people. The service's codes come from the protocol; the others arise in the browser.
 * This module is browser compatible.
 */
import { ERROR_CODES, type ErrorCode } from "../protocol/errors.ts";
import type { ServerMessageOf } from "../protocol/mod.ts";
import type { TributaryState } from "./tributary_state.ts";

/** Every code that arises in the browser and not at the service. */
export type ClientErrorCode =
  | "connection_lost"
  | "taken_over"
  | "camera_refused"
  | "camera_missing"
  | "camera_busy"
  | "wrong_state"
  | "bad_quality"
  | "broadcast_ended"
  | "cancelled"
  | "refused";

/** Every code that a TributaryError can carry. */
export type TributaryErrorCode = ErrorCode | ClientErrorCode;

/** Sentences for people. Codes without one come with the service's own text. */
const SENTENCES: Partial<Record<TributaryErrorCode, string>> = {
  name_taken: "A broadcast with this name is already live. Please choose another name.",
  unknown_broadcast: "There is no live broadcast with this name.",
  not_broadcaster: "Only the one who started this broadcast can end it.",
  own_broadcast: "You cannot watch your own broadcast from the same page.",
  no_capacity: "This broadcast is full at the moment. Please try again shortly.",
  bad_picture: "This picture cannot be used: it has to be WebP or JPEG, and at most 40 KiB.",
  not_listed: "This broadcast is unlisted, so there is no list to show a picture in.",
  too_fast: "That was too often. Please try again in a moment.",
  busy: "The service is busy at the moment. Please try again shortly.",
  internal: "Something went wrong at the service. Please try again.",
  connection_lost: "The connection to the service was lost.",
  taken_over: "This goes on in another tab, which has taken it over.",
  camera_refused: "The camera and microphone may not be used: permission was refused.",
  camera_missing: "No camera or microphone was found.",
  camera_busy: "The camera or microphone is in use by another application.",
  broadcast_ended: "This broadcast has ended.",
  cancelled: "This was given up before it was done.",
};

/** Says what went wrong: `code` for programs, `message` for people. */
export class TributaryError extends Error {
  override name = "TributaryError";
  /** After how many ms the same may be tried again, where the service has said so. */
  waitMs: number | undefined;

  constructor(readonly code: TributaryErrorCode, message?: string, options?: ErrorOptions) {
    super(message ?? SENTENCES[code] ?? "Something went wrong.", options);
  }
}

/** Turns the service's ERROR into a TributaryError; the prototype's server sends no code. */
export function fromErrorMessage(message: ServerMessageOf<"ERROR">): TributaryError {
  const code = ERROR_CODES.find((known) => known === message.code) ?? "refused";
  const error = new TributaryError(code, SENTENCES[code] ?? message.message);
  error.waitMs = message.waitMs;
  return error;
}

/** Turns anything that was thrown into a TributaryError, its cause kept. */
export function toTributaryError(thrown: unknown): TributaryError {
  if (thrown instanceof TributaryError) return thrown;
  return new TributaryError("internal", "Something went wrong in the browser. Please try again.", {
    cause: thrown,
  });
}

/** Makes the error for what cannot be done in a state. */
export function wrongState(state: TributaryState, what: string): TributaryError {
  return new TributaryError("wrong_state", `It is not possible to ${what} now (${state}).`);
}
