/**
 * How this folder reaches KV: through a handle it is given or a function that is called on first
 * use, so that importing the module opens nothing. The keys here have a root of their own, because
 * sign-in is no part of the tree: `lib/store` knows nothing of it, and neither may touch the other.
 */

/** An open KV, or what opens it when it is first needed. */
export type KvSource = Deno.Kv | (() => Deno.Kv | Promise<Deno.Kv>);

/** Layout of the keys; raise it when a value changes its meaning, so that old data is not misread. */
const ROOT = "auth1";

/** Every KV key of this folder. An id is the hash of a token (see secret.ts). */
export const authKeys = {
  /** A sign-in under way: what must come back from the provider. */
  oauthSession: (id: string) => [ROOT, "oauth_session", id],
  /** Somebody who is signed in. */
  siteSession: (id: string) => [ROOT, "site_session", id],
} satisfies Record<string, (id: string) => Deno.KvKey>;

/** With the delays below some two seconds, which is as long as somebody should wait for a redirect. */
const MAX_LOCKED_ATTEMPTS = 40;

/** The longest pause before trying again; short, because a commit holds the file for under 1 ms. */
const MAX_LOCKED_DELAY_MS = 100;

/** Opens KV once, on first use. An opening that failed is tried again by the next caller. */
export function lazyKv(source: KvSource): () => Promise<Deno.Kv> {
  if (typeof source !== "function") return () => Promise.resolve(source);
  let opening: Promise<Deno.Kv> | undefined;
  return () => {
    opening ??= Promise.resolve().then(source).catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}

/**
 * Repeats a write while KV says "database is locked", which a KV on a shared file throws when two
 * processes commit at once. The pause is random so that the two do not meet again.
 */
export async function whileLocked<T>(write: () => Promise<T>, random: () => number): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await write();
    } catch (error) {
      const locked = error instanceof Error && error.message.includes("locked");
      if (!locked || attempt === MAX_LOCKED_ATTEMPTS) throw error;
      const delayMs = random() * Math.min(2 ** attempt, MAX_LOCKED_DELAY_MS);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
