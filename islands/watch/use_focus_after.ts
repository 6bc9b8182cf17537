/** Where the keyboard goes when a button takes itself away. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PlayerState } from "../../lib/client/visit/player_state.ts";

/**
 * Runs what a button does; the phase that follows takes the button away, so the focus goes to what
 * can be done next, and the keyboard stays where the eyes are.
 */
export function useFocusAfter(frame: RefObject<HTMLElement | null>, phase: PlayerState) {
  const isDue = useRef(false);
  useEffect(() => {
    if (!isDue.current) return;
    isDue.current = false;
    const stage = frame.current!;
    (stage.querySelector<HTMLElement>("button, a") ?? stage).focus();
  }, [phase]);
  return (action: () => void) => {
    isDue.current = true;
    action();
  };
}
