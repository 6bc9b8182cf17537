/** How far the viewer is from the broadcaster, as state: asks the SDK every second while that is seen. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Client } from "../parts/client.ts";
import { formatDistance } from "./distance.ts";

/** Often enough to follow, and rare enough not to flicker. */
const INTERVAL_MS = 1_000;

/** Returns the distance as text; empty while nothing is known, or `isOn` is false. */
export function useDistance(client: RefObject<Client | null>, isOn: boolean): string {
  const [text, setText] = useState("");
  useEffect(() => {
    if (!isOn) return;
    let isCurrent = true;
    const look = async () => {
      if (document.hidden || !client.current) return;
      const stats = await client.current.getStats();
      if (isCurrent) setText(formatDistance(stats));
    };
    const timer = setInterval(look, INTERVAL_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
      setText("");
    };
  }, [isOn]);
  return text;
}
