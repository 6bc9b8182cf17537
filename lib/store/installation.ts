/**
 * The mark that the first instance leaves in a database, for good: who finds it knows that the data
 * was not made for it alone.
 */
import { GroupCommitter } from "./group_committer.ts";
import { keys } from "./keys.ts";

/** What is written once in the life of a database. */
export interface Installation {
  id: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** What readInstallation() needs. */
export interface InstallationOptions {
  kv: Pick<Deno.Kv, "get" | "atomic">;
  newId: () => string;
  now: number;
  /** Returns a number in [0, 1). */
  random?: () => number;
  delay?: (ms: number) => Promise<void>;
}

/** Reads the mark of a database, and leaves one where there is none. */
export async function readInstallation(
  { kv, newId, now, random = Math.random, delay = delayMs }: InstallationOptions,
): Promise<Installation & { isNew: boolean }> {
  const key = keys.installation();
  const found = async () => (await kv.get<Installation>(key)).value;
  const existing = await found();
  if (existing) return { ...existing, isNew: false };
  const made: Installation = { id: newId(), createdAt: now };
  const checks = [{ key, versionstamp: null }];
  const committer = new GroupCommitter({ kv, random, delay });
  const version = await committer.commit({ checks, sets: [[key, made]] });
  if (version !== null) return { ...made, isNew: true };
  return { ...(await found() ?? made), isNew: false };
}

function delayMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
