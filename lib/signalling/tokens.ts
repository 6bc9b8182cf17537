/**
 * Tokens that take a session up again: unguessable, and kept only as hashes.
 */

/** Makes tokens and their hashes. */
export interface Tokens {
  make(): string;
  hash(token: string): Promise<string>;
}

/** 256 bits from the system's randomness, and SHA-256. */
export const secureTokens: Tokens = {
  make: () => crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url" }),
  async hash(token) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
    return new Uint8Array(digest).toHex();
  },
};
