/** Asks the SDK every second what it has counted, while somebody looks at the page. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../parts/client.ts";
import { formatDistance } from "./distance.ts";
import { Samples } from "./samples.ts";

/** Often enough to follow, and rare enough not to flicker. */
const INTERVAL_MS = 1_000;

/**
 * Returns how far the viewer is from the broadcaster, as text that is empty while nothing is known or
 * `isOn` is false, how many it carries, and all that was counted, which renders nothing by itself.
 */
export function useSamples(
  client: RefObject<Client | null>,
  isOn: boolean,
): { distance: string; children: number; samples: Samples } {
  const [distance, setDistance] = useState("");
  const [children, setChildren] = useState(0);
  const samples = useRef<Samples | null>(null);
  samples.current ??= new Samples();
  useEffect(() => {
    if (!isOn) return;
    let isCurrent = true;
    const look = async () => {
      if (document.hidden || !client.current) return;
      const stats = await client.current.getStats();
      // On a busy device timers come late, and then several at once: rates of so short a time are noise.
      const before = samples.current!.all.at(-1)?.timestamp ?? -Infinity;
      if (!isCurrent || stats.timestamp - before < INTERVAL_MS / 2) return;
      samples.current!.add(stats);
      setDistance(formatDistance(stats));
      setChildren(stats.children);
    };
    const timer = setInterval(look, INTERVAL_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
      setDistance("");
      setChildren(0);
    };
  }, [isOn]);
  return { distance, children, samples: samples.current };
}
