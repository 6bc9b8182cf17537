/** Whether the viewer wants to pass streams on, kept in this browser from one visit to the next. */

const KEY = "tributary.relaying";

/** Returns what was chosen last; null where nothing was. */
export function recallRelaying(): boolean | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === null ? null : kept === "on";
  } catch {
    return null;
  }
}

/** Keeps a choice. */
export function keepRelaying(isOn: boolean): void {
  try {
    localStorage.setItem(KEY, isOn ? "on" : "off");
  } catch {
    // Storage is closed to this page, or full.
  }
}
