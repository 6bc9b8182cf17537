/**
 * What a person calls themselves, kept in this browser from one visit to the next, for the studio
 * and for watching. Where the browser keeps nothing, the name lasts as long as the page.
 */

const KEY = "tributary.your-name";

let kept = "";

/** Returns the name that was given last, or "". */
export function recallName(): string {
  try {
    return localStorage.getItem(KEY) ?? kept;
  } catch {
    return kept;
  }
}

/** Keeps a name; "" forgets it. */
export function keepName(name: string): void {
  kept = name;
  try {
    if (name) localStorage.setItem(KEY, name);
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is closed to this page, or full.
  }
}
