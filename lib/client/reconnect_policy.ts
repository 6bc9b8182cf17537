/**
 * How long to wait before the next try to find a parent. Pure.
 * This module is browser compatible.
 */

/** The first wait: long enough for a parent that is just leaving to be gone from the tree. */
const FIRST_DELAY_MS = 500;

/** The longest wait: someone who looks at a frozen picture gives up not much later. */
const MAX_DELAY_MS = 8_000;

/**
 * Returns the wait before a try, in ms: none before the first one, then doubling, with a quarter of
 * jitter either way so that the children of one parent do not all come at once.
 *
 * @param failures how many tries have failed in a row
 * @param random a number from 0 to 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  if (failures === 0) return 0;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  return delayMs * (0.75 + random / 2);
}
