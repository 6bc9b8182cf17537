/** How loud the viewer wants it, kept in this browser from one visit to the next. */

const KEY = "tributary.volume";

/** Returns the volume that was chosen last, from 0 to 1; 1 where none was. */
export function recallVolume(): number {
  try {
    const kept = Number.parseFloat(localStorage.getItem(KEY) ?? "1");
    return kept >= 0 && kept <= 1 ? kept : 1;
  } catch {
    return 1;
  }
}

/** Keeps a volume. */
export function keepVolume(volume: number): void {
  try {
    localStorage.setItem(KEY, String(volume));
  } catch {
    // Storage is closed to this page, or full.
  }
}
