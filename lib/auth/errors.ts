/**
 * What can go wrong while somebody signs in, as one typed error. The messages are plain sentences
 * for the person at the browser; the code is for programs, which decide what to answer with. Text
 * that came from the provider or the URL never gets into a message, except as a short error code.
 */

/** Every code an OAuthError can carry. Codes are stable: they are never renamed, only added. */
export const OAUTH_ERROR_CODES = [
  "missing_cookie",
  "unknown_session",
  "session_expired",
  "state_mismatch",
  "wrong_provider",
  "denied",
  "invalid_response",
  "code_refused",
  "provider_unreachable",
] as const;

/** A stable code of an OAuthError. */
export type OAuthErrorCode = typeof OAUTH_ERROR_CODES[number];

/** Thrown when a sign-in cannot be started or completed; nobody has been signed in. */
export class OAuthError extends Error {
  override name = "OAuthError";

  constructor(readonly code: OAuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
