/**
 * Commits what may be committed twice. Below both halves of the KV bus: an entry that is written
 * again under its own key, or deleted again, does no harm, so every error is worth another attempt.
 */
import type { Timers } from "./timers.ts";

/** The part of Deno KV that the bus uses. */
export type BusKv = Pick<Deno.Kv, "atomic" | "get" | "list" | "watch">;

/** Longest pause between two attempts: a KV that comes back is used again within half a second. */
const MAX_PAUSE_MS = 500;

/** What a commit needs besides the atomic. */
export interface CommitOptions {
  timers: Timers;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** Tells whether it is too late for another attempt. */
  isOver: () => boolean;
}

/** Commits an atomic without checks until it succeeds; false when it is given up. */
export async function commitAgain(
  atomic: Deno.AtomicOperation,
  { timers, random, isOver }: CommitOptions,
): Promise<boolean> {
  for (let attempt = 1;; attempt++) {
    try {
      await atomic.commit();
      return true;
    } catch (error) {
      if (isOver() || isKvClosed(error)) return false;
      // Isolates that write one file at the same moment lock each other out for milliseconds; with
      // everything else KV is out of reach, which takes longer.
      const isLocked = error instanceof Error && error.message.includes("locked");
      const maxMs = Math.min((isLocked ? 1 : 50) * attempt, MAX_PAUSE_MS);
      await pause(timers, random() * maxMs);
    }
  }
}

/** Tells whether an error says that KV was closed, so that no attempt can succeed any more. */
export function isKvClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** Resolves after a time. */
export function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => timers.after(ms, resolve));
}
