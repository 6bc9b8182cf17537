/** Listens for the player's keys; what each does is decided in shortcuts.ts. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { keyTargetOf, type ShortcutAction, shortcutOf } from "./shortcuts.ts";

/**
 * Calls `act` for each shortcut that is pressed; it returns false for what cannot be done.
 *
 * @param isWholePage whether keys count outside of the player, too
 */
export function useShortcuts(
  frame: RefObject<HTMLElement | null>,
  isWholePage: boolean,
  act: (action: ShortcutAction) => boolean,
): void {
  const latest = useRef({ isWholePage, act });
  latest.current = { isWholePage, act };
  useEffect(() => {
    const handleKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const focused = document.activeElement;
      const action = shortcutOf({
        key: event.key,
        hasModifier: event.ctrlKey || event.altKey || event.metaKey,
        target: document.querySelector("dialog:modal") ? "field" : keyTargetOf(focused),
        isInPlayer: frame.current!.contains(focused) || document.fullscreenElement !== null,
        isWholePage: latest.current.isWholePage,
      });
      // A key that is held repeats what has steps, and nothing else.
      if (!action || event.repeat && action !== "louder" && action !== "quieter") return;
      if (latest.current.act(action)) event.preventDefault();
    };
    document.addEventListener("keydown", handleKey);
    return () => document.removeEventListener("keydown", handleKey);
  }, []);
}
