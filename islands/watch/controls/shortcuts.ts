/**
 * Which key does what in the player. Pure: what is known of the key press goes in.
 * This module is browser compatible.
 */

/** What can be done by keys. */
export type ShortcutAction =
  | "play"
  | "mute"
  | "louder"
  | "quieter"
  | "fullScreen"
  | "pictureInPicture"
  | "theatre"
  | "statistics"
  | "help";

/** One line of the help. */
export interface Shortcut {
  action: ShortcutAction;
  /** As people name the keys. */
  keys: string[];
  text: string;
}

/** All shortcuts, as the help lists them. */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: "play", keys: ["Space", "K"], text: "Play or pause" },
  { action: "mute", keys: ["M"], text: "Sound on or off" },
  { action: "louder", keys: ["↑"], text: "Louder, in the player" },
  { action: "quieter", keys: ["↓"], text: "Quieter, in the player" },
  { action: "fullScreen", keys: ["F"], text: "Full screen" },
  { action: "pictureInPicture", keys: ["I"], text: "Picture in picture" },
  { action: "theatre", keys: ["T"], text: "Wide picture" },
  { action: "statistics", keys: ["S"], text: "Statistics" },
  { action: "help", keys: ["?"], text: "These shortcuts" },
];

/** What a key press is judged by. */
export interface KeyPress {
  /** As `KeyboardEvent.key`. */
  key: string;
  /** Ctrl, Alt or Meta is held: then the key is the browser's. */
  hasModifier: boolean;
  /** What has the focus takes this key for itself. */
  target: KeyTarget;
  /** The focus is in the player, or the player has the whole screen. */
  isInPlayer: boolean;
  /** Keys count outside of the player, too. */
  isWholePage: boolean;
}

/** What has the focus, as far as keys go. */
export type KeyTarget =
  /** Something in which one types or chooses: all keys are its own. */
  | "field"
  /** Something that is moved by arrows. */
  | "slider"
  /** Something that Space and Enter press. */
  | "button"
  | "other";

/** Says what a key press is to do; null for nothing. */
export function shortcutOf(
  { key, hasModifier, target, isInPlayer, isWholePage }: KeyPress,
): ShortcutAction | null {
  if (hasModifier || target === "field" || !(isInPlayer || isWholePage)) return null;
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case " ":
      return target === "button" ? null : "play";
    case "k":
      return "play";
    case "m":
      return "mute";
    // Outside of the player these scroll the page.
    case "ArrowUp":
      return isInPlayer && target !== "slider" ? "louder" : null;
    case "ArrowDown":
      return isInPlayer && target !== "slider" ? "quieter" : null;
    case "f":
      return "fullScreen";
    case "i":
      return "pictureInPicture";
    case "t":
      return "theatre";
    case "s":
      return "statistics";
    case "?":
      return "help";
    default:
      return null;
  }
}

const FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), " +
  "textarea, select, [contenteditable]:not([contenteditable=false]), dialog[open]";

/** Tells what has the focus. */
export function keyTargetOf(element: Element | null): KeyTarget {
  if (element?.closest(FIELDS)) return "field";
  if (element?.closest("input[type=range]")) return "slider";
  if (element?.closest("button, summary, a[href], input, [role=button]")) return "button";
  return "other";
}
