/**
 * Turns what asking a provider can throw into our typed errors: it answered "no", it answered
 * something that must not be trusted, or it did not answer. A mistake in our own call stays as it
 * is, because no person at a browser can do anything about it.
 */
import * as oauth from "oauth4webapi";
import { OAuthError } from "./errors.ts";

/** Asks a provider, and throws OAuthErrors only, apart from bugs of ours. */
export async function askProvider<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw toOAuthError(error);
  }
}

function toOAuthError(error: unknown): unknown {
  const options = { cause: error };
  if (error instanceof oauth.AuthorizationResponseError) {
    const reason = plainCode(error.error);
    return new OAuthError("denied", `The provider did not sign you in (${reason})`, options);
  }
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    const message = `The provider refused to complete the sign-in (${plainCode(refusal)})`;
    return new OAuthError("code_refused", message, options);
  }
  if (
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.UnsupportedOperationError
  ) {
    const message = "The provider's answer is not valid, so nobody was signed in";
    return new OAuthError("invalid_response", message, options);
  }
  if (isNetworkFault(error)) {
    return new OAuthError("provider_unreachable", "The provider could not be reached", options);
  }
  return error;
}

/** The token endpoint's error code, if that is what it answered with. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof oauth.ResponseBodyError) return error.error;
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return error.cause[0]?.parameters.error ?? "invalid_client";
  }
  // GitHub answers 200 and puts the error where the token should be.
  if (!(error instanceof oauth.OperationProcessingError)) return undefined;
  const body = (error.cause as { body?: { error?: unknown } } | undefined)?.body;
  return typeof body?.error === "string" ? body.error : undefined;
}

/** An error code that is safe to show anywhere; callbacks' codes come from a URL. */
function plainCode(code: string): string {
  return /^[a-z0-9_]{1,64}$/i.test(code) ? code : "unknown error";
}

function isNetworkFault(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === "TimeoutError";
  // `fetch` throws TypeErrors, and so does the library for arguments of the wrong kind.
  return error instanceof TypeError &&
    !String((error as { code?: unknown }).code).startsWith("ERR_INVALID_ARG");
}
