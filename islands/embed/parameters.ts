/**
 * What an address of `/embed/NAME` can say about the player, after its question mark. Pure; the one
 * place where these are read, and what docs/EMBEDDING.md tells of.
 * This module is browser compatible.
 */

/** How an embedded player begins. */
export interface EmbedParameters {
  /** Without sound. */
  isMuted: boolean;
  /** With controls, title and the link to the watch page. */
  hasControls: boolean;
  /** Whether what is watched is passed on to others. */
  relays: boolean;
}

/** Reads the parameters; what is not known, or is neither 0 nor 1, counts as not said. */
export function readParameters(said: URLSearchParams): EmbedParameters {
  return {
    isMuted: flag(said.get("muted"), false),
    hasControls: flag(said.get("controls"), true),
    relays: flag(said.get("relay"), true),
  };
}

function flag(value: string | null, otherwise: boolean): boolean {
  return value === "1" || (value === "0" ? false : otherwise);
}
