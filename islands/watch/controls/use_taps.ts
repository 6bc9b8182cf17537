/** What pressing the picture itself does: a mouse plays and pauses, a finger asks for the controls. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Taps {
  onClick: () => void;
  onDoubleClick: () => void;
  onTap: () => void;
}

/** What is over the picture and has presses of its own. */
const OTHERS = "button, a, input, dialog, .controls, .stage-message, .statistics";

/** Tells presses of the picture in `frame`. */
export function useTaps(frame: RefObject<HTMLElement | null>, taps: Taps): void {
  const latest = useRef(taps);
  latest.current = taps;
  useEffect(() => {
    const element = frame.current!;
    let isTouch = false;
    const isPicture = ({ target }: Event) => target instanceof Element && !target.closest(OTHERS);
    // Not every browser says with the click what it was made by.
    const down = ({ pointerType }: PointerEvent) => isTouch = pointerType === "touch";
    const click = (event: MouseEvent) => {
      if (!isPicture(event)) return;
      if (isTouch) latest.current.onTap();
      else latest.current.onClick();
    };
    const doubleClick = (event: MouseEvent) => {
      if (isPicture(event) && !isTouch) latest.current.onDoubleClick();
    };
    element.addEventListener("pointerdown", down);
    element.addEventListener("click", click);
    element.addEventListener("dblclick", doubleClick);
    return () => {
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("click", click);
      element.removeEventListener("dblclick", doubleClick);
    };
  }, []);
}
