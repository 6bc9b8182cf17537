/** The time as state: a hook that renders its component again at a steady pace. */
import { useEffect, useState } from "preact/hooks";

/** Returns the time, renewed every `everyMs`; `start` is what the server rendered with. */
export function useNow(everyMs: number, start: number = Date.now()): number {
  const [now, setNow] = useState(start);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
