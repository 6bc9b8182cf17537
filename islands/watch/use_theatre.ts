/**
 * The wide layout, remembered from one visit to the next: in a cookie, because the server has to
 * know of it for the page to be right from the beginning.
 */
import { useState } from "preact/hooks";
import type { Theatre } from "./controls/controls.tsx";

/** The cookie's name; its value is 1 while the layout is wide. */
export const THEATRE_COOKIE = "theatre";

const YEAR_S = 365 * 24 * 3600;

/** Returns the layout, and what switches it. */
export function useTheatre(isOnAtFirst: boolean): Theatre {
  const [isOn, setOn] = useState(isOnAtFirst);
  function toggle() {
    setOn(!isOn);
    const age = isOn ? 0 : YEAR_S;
    document.cookie = `${THEATRE_COOKIE}=1; path=/watch; max-age=${age}; samesite=lax`;
  }
  return { isOn, toggle };
}
