/**
 * All that the watch page's components are given: the visit, and what is known of it besides. Between
 * the SDK and what is drawn; draws nothing.
 */
import { useEffect, useState } from "preact/hooks";
import { type Ending, JOINED_PHASES, LONG_SEARCH_MS, textOf } from "./phases.ts";
import { useRelaying } from "./relaying/use_relaying.ts";
import { useSamples } from "./use_samples.ts";
import { useVisit, type UseVisitOptions } from "./use_visit.ts";

/** What `useWatch` is told. */
export interface WatchOptions extends UseVisitOptions {
  /** How many watched when the server looked. */
  viewers?: number | null;
  /** False where nothing is to be passed on, whatever the viewer has chosen elsewhere. */
  relays?: boolean;
}

/** What `useWatch` returns. */
export type Watching = ReturnType<typeof useWatch>;

/** Watches one broadcast on one client of the SDK. */
export function useWatch(
  { viewers: seenViewers = null, relays = true, ...options }: WatchOptions,
) {
  const visit = useVisit(options);
  const { client, phase } = visit;
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [viewers, setViewers] = useState(seenViewers);
  const [ending, setEnding] = useState<Ending | null>(null);

  useEffect(() => {
    client.current?.on("stream", setStream);
    client.current?.on("viewers", setViewers);
  }, []);

  const relaying = useRelaying(client, relays);

  const isSearching = phase === "reconnecting";
  const [isSearchLong, setSearchLong] = useState(false);
  useEffect(() => {
    if (!isSearching) return;
    const timer = setTimeout(() => setSearchLong(true), LONG_SEARCH_MS);
    return () => {
      clearTimeout(timer);
      setSearchLong(false);
    };
  }, [isSearching]);

  useEffect(() => {
    if (phase === "ended") setEnding({ startedAt: visit.startedAt, endedAt: Date.now() });
    if (!JOINED_PHASES.has(phase)) samples.clear();
  }, [phase]);

  const { distance, children, samples } = useSamples(client, phase === "live");

  return {
    ...visit,
    /** What there is to say in this phase. */
    text: textOf(phase, { isSearchLong, ending }),
    stream,
    distance,
    samples,
    /** How many this browser carries. */
    children,
    relaying,
    /** How many watch; null when that is not known. */
    viewers,
  };
}
