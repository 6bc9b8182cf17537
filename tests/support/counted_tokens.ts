/** Tokens that are the same in every run, for virtual time. */
import type { Tokens } from "../../lib/signalling/tokens.ts";

/** Makes tokens that are counted, with hashes that are made at once. */
export function countedTokens(): Tokens {
  let count = 0;
  return {
    make: () => `token-${count++}`,
    hash: (token) => Promise.resolve(`hash of ${token}`),
  };
}
