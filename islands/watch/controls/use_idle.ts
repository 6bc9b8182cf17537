/** Whether the viewer only watches: controls hide from those who neither move nor touch anything. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Long enough to decide what to press, short enough not to be in the way. */
const IDLE_AFTER_MS = 3_000;

/** What shows that somebody is there. */
const SIGNS = ["pointermove", "pointerdown", "keydown", "focusin"] as const;

/**
 * Returns true when nothing has been done in `frame` for a while.
 *
 * @param isKept keeps it from becoming so, as while something is paused
 */
export function useIdle(
  frame: RefObject<HTMLElement | null>,
  isKept: boolean,
): { isIdle: boolean; setIdle: (isIdle: boolean) => void } {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    const element = frame.current!;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        // Whoever goes through the buttons with the keyboard has to see them.
        const focused = element.querySelector(".controls :focus-visible");
        if (!focused) setIdle(true);
      }, IDLE_AFTER_MS);
    };
    const wake = (event: Event) => {
      // A finger asks for the controls, or sends them away, by its tap.
      const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
      if (!isTouch || isOnControls(event)) setIdle(false);
      wait();
    };
    const leave = () => {
      clearTimeout(timer);
      if (!element.querySelector(".controls :focus-visible")) setIdle(true);
    };
    if (isKept) return setIdle(false);
    wait();
    for (const sign of SIGNS) element.addEventListener(sign, wake);
    element.addEventListener("mouseleave", leave);
    return () => {
      clearTimeout(timer);
      for (const sign of SIGNS) element.removeEventListener(sign, wake);
      element.removeEventListener("mouseleave", leave);
    };
  }, [isKept]);
  return { isIdle, setIdle };
}

function isOnControls({ target }: Event): boolean {
  return target instanceof Element && target.closest(".controls") !== null;
}
