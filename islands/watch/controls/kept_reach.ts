/**
 * Where single keys are the player's: on the whole page, or only while the focus is in the player, as
 * people want it who speak to their computer or press keys by accident (WCAG 2.1.4). Kept in this
 * browser from one visit to the next.
 */

const KEY = "tributary.shortcuts";

/** Returns true when keys count on the whole page: unless somebody has said otherwise. */
export function recallReach(): boolean {
  try {
    return localStorage.getItem(KEY) !== "player";
  } catch {
    return true;
  }
}

/** Keeps whether keys count on the whole page. */
export function keepReach(isWholePage: boolean): void {
  try {
    if (isWholePage) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "player");
  } catch {
    // Storage is closed to this page, or full.
  }
}
