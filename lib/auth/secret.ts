/**
 * The random values a browser holds, and what is kept of them. The token goes into a cookie; KV,
 * logs and the rest of the program only ever see its hash, the id, with which nobody can sign in.
 */

/** 256 bits: beyond guessing, so that an id needs no counter of failed attempts. */
const TOKEN_BYTES = 32;

/** How text is written that goes into cookies, URLs and keys. */
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Makes a random token. The source of randomness is not injected, unlike elsewhere: a token that
 * a caller could make predictable would be a hole, not a convenience.
 */
export function createToken(): string {
  return crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toBase64(BASE64URL);
}

/**
 * Derives the id of a token. A plain hash will do: a token has too many random bits for anybody to
 * find it by trying.
 */
export async function tokenId(token: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(hash).toBase64(BASE64URL);
}
