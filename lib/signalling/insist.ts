/**
 * Repeats what the tree has to learn but nobody waits for: that a peer is gone, that it has a
 * picture. A client cannot ask again for these, so a store that fails for a while must not lose them.
 */
import type { Clock } from "../clock.ts";
import { errorFields, type Log } from "../log.ts";

/** The pause after a first failure; doubled after each, up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/** With these pauses about ten minutes: a store that is gone for longer has lost more than this. */
const MAX_ATTEMPTS = 28;

/** What insist() needs. */
export interface InsistOptions {
  clock: Clock;
  log: Log;
  /** The event that is logged for each failure. */
  event: string;
}

/** Carries out a step, again and again if it fails. Never throws: in the end it gives up. */
export async function insist(
  { clock, log, event }: InsistOptions,
  step: () => Promise<unknown>,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      await step();
      return;
    } catch (error) {
      log("error", event, { attempt, ...errorFields(error) });
    }
    if (attempt === MAX_ATTEMPTS) return;
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
