/**
 * The viewer's state: joins by itself, follows what the SDK reports, and joins again when the
 * broadcast comes back. Between the SDK and the watch page's components; draws nothing.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Client, codeOf, type Connect, missingSupport } from "../parts/client.ts";
import { followBroadcast } from "../parts/live_broadcasts.ts";
import { recallName } from "../parts/your_name.ts";
import {
  type Ending,
  JOINED_PHASES,
  LONG_SEARCH_MS,
  phaseOfError,
  phaseOfState,
  textOf,
  type WatchPhase,
} from "./phases.ts";
import { useRelaying } from "./relaying/use_relaying.ts";
import { useSamples } from "./use_samples.ts";

/** Pauses between tries: the first lets a restarting service come up, the last is easy on it. */
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30_000;

/** Another parent is mostly found before anybody sees that the last one has gone. */
const UNSEEN_CHANGE_MS = 600;

/** What `useWatch` is told. */
export interface WatchOptions {
  name: string;
  /** When the broadcast that the server saw began; null when it saw none. */
  startedAt: number | null;
  /** How many watched when the server looked. */
  viewers?: number | null;
  /** False where nothing is to be passed on, whatever the viewer has chosen elsewhere. */
  relays?: boolean;
  /** Makes the client; absent while the server renders. */
  connect: Connect | undefined;
}

/** What `useWatch` returns. */
export type Watching = ReturnType<typeof useWatch>;

/** Watches one broadcast on one client of the SDK. */
export function useWatch(
  { name, startedAt, viewers: seenViewers = null, relays = true, connect }: WatchOptions,
) {
  const client = useRef<Client | null>(null);
  // Which broadcast of this name was watched last, to tell its successor from a late list.
  const [startedNow, setStartedNow] = useState(startedAt);
  const seenStart = useRef(startedAt);
  const [viewers, setViewers] = useState(seenViewers);
  const [ending, setEnding] = useState<Ending | null>(null);
  /** Each leave begins another visit, and what an earlier one still reports counts no more. */
  const visit = useRef(0);
  /** The visit whose join is under way. */
  const joining = useRef<number | null>(null);
  const leaving = useRef<Promise<void>>(Promise.resolve());
  const [phase, setPhase] = useState<WatchPhase>(startedAt === null ? "unknown" : "connecting");
  const latestPhase = useRef(phase);
  latestPhase.current = phase;
  const [stream, setStream] = useState<MediaStream | null>(null);

  /** A quiet join changes nothing on the page until it has succeeded or failed for a new reason. */
  async function join({ quiet = false } = {}) {
    if (!quiet) setPhase("connecting");
    const current = visit.current;
    if (joining.current === current) return;
    joining.current = current;
    try {
      await leaving.current;
      if (current !== visit.current) return;
      await client.current!.joinBroadcast(name, recallName() || undefined);
    } catch (error) {
      if (current === visit.current) setPhase(phaseOfError(codeOf(error)));
    } finally {
      if (joining.current === current) joining.current = null;
    }
  }

  function endVisit() {
    visit.current++;
    leaving.current = client.current!.leaveBroadcast().catch(() => {});
  }

  function leave() {
    setPhase("left");
    endVisit();
  }

  /** The tree knows a peer by the name it came with, so another name takes coming again. */
  function handleNameChange() {
    if (!JOINED_PHASES.has(phase)) return;
    endVisit();
    join();
  }

  useEffect(() => {
    if (!connect) return;
    const problem = missingSupport();
    if (problem) return setPhase(problem);
    const tributary = client.current = connect();
    tributary.on("stream", setStream);
    tributary.on("viewers", setViewers);
    let change: ReturnType<typeof setTimeout>;
    tributary.on("statechanged", (next) => {
      clearTimeout(change);
      const show = () => setPhase((old) => phaseOfState(next, old));
      if (next === "RECONNECTING") change = setTimeout(show, UNSEEN_CHANGE_MS);
      else show();
    });
    if (startedAt !== null) join();
    // The SDK ends everything when the page goes; browsers may bring the same page back later.
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (persisted && JOINED_PHASES.has(latestPhase.current)) join();
    };
    addEventListener("pageshow", comeBack);
    return () => {
      clearTimeout(change);
      removeEventListener("pageshow", comeBack);
      tributary.close();
    };
  }, []);

  const relaying = useRelaying(client, relays);

  const isWaiting = phase === "unknown" || phase === "ended";
  useEffect(() => {
    if (!isWaiting || !client.current) return;
    return followBroadcast(name, {
      onBroadcast(successor) {
        if (!successor || successor.startedAt === seenStart.current) return;
        seenStart.current = successor.startedAt;
        setStartedNow(successor.startedAt);
        join();
      },
    });
  }, [isWaiting]);

  const isRetried = phase === "lost" || phase === "no_room";
  useEffect(() => {
    if (!isRetried) return;
    let retryMs = FIRST_RETRY_MS;
    let timer: ReturnType<typeof setTimeout>;
    function schedule() {
      timer = setTimeout(() => {
        join({ quiet: true });
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
        schedule();
      }, retryMs * (0.75 + Math.random() / 2));
    }
    schedule();
    return () => clearTimeout(timer);
  }, [isRetried]);

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
    if (phase === "ended") setEnding({ startedAt: seenStart.current, endedAt: Date.now() });
    if (!JOINED_PHASES.has(phase)) samples.clear();
  }, [phase]);

  const { distance, children, samples } = useSamples(client, phase === "live");

  return {
    phase,
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
    /** When what is watched began, in ms since the epoch; null when that is not known. */
    startedAt: startedNow,
    client,
    join,
    leave,
    handleNameChange,
  };
}
