/**
 * Whether to try again to find a parent, or the service, and how long to wait before. Pure.
 * This module is browser compatible.
 */
import { CLOSE_SERVICE_RESTART } from "../protocol/close_codes.ts";
import type { TributaryErrorCode } from "./tributary_error.ts";

/** The first wait: long enough for a parent that is just leaving to be gone from the tree. */
const FIRST_DELAY_MS = 500;

/** The longest wait: someone who looks at a frozen picture gives up not much later. */
const MAX_DELAY_MS = 8_000;

/** A service that is there again after a hiccup is found soon, and one that starts is not crowded. */
const FIRST_RESUME_DELAY_MS = 250;
const MAX_RESUME_DELAY_MS = 5_000;

/** Over what time those come back whom a restarting service has sent away. */
const RESTART_SPREAD_MS = 1_500;

/** With any other error of a join it is worth trying again. */
const FINAL_CODES: ReadonlySet<TributaryErrorCode> = new Set([
  "unknown_broadcast",
  "broadcast_ended",
  "own_broadcast",
  "invalid_field",
  "connection_lost",
  "cancelled",
]);

/**
 * When the service has forgotten everybody, viewers may be back before their broadcaster, whose tries
 * are some 6 s apart at most; then it starts again under the same name.
 */
const FORGOTTEN_GRACE_MS = 15_000;

/**
 * Says whether no other parent need be looked for after a join has failed.
 *
 * @param forgottenMs since the service turned out to have forgotten this peer; Infinity: it has not
 */
export function endsSearch(code: TributaryErrorCode, forgottenMs: number): boolean {
  if (code === "unknown_broadcast" && forgottenMs < FORGOTTEN_GRACE_MS) return false;
  return FINAL_CODES.has(code);
}

/**
 * Returns the wait before a try to find a parent, in ms: none before the first one, then doubling.
 *
 * @param failures how many tries have failed in a row
 * @param random a number from 0 to 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  return failures === 0 ? 0 : growing(failures, random, FIRST_DELAY_MS, MAX_DELAY_MS);
}

/**
 * Returns the wait before a try to resume, in ms: none before the first one, unless the service
 * restarts and everyone comes; then doubling.
 *
 * @param failures how many tries have failed in a row
 * @param random a number from 0 to 1
 * @param code with which the last socket was closed, if it was
 */
export function resumeDelayMs(failures: number, random: number, code?: number): number {
  if (failures > 0) return growing(failures, random, FIRST_RESUME_DELAY_MS, MAX_RESUME_DELAY_MS);
  return code === CLOSE_SERVICE_RESTART ? random * RESTART_SPREAD_MS : 0;
}

/** With a quarter of jitter either way, so that those who lost the same do not all come at once. */
function growing(failures: number, random: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), maxMs) * (0.75 + random / 2);
}
