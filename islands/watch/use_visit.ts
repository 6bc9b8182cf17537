/**
 * The page's visit to its broadcast, as state: begun by itself, and anew after a leave, with another
 * name, and when the browser brings the page back. Each time it is another Visit on the one client, so
 * that nothing of an earlier one counts any more. How to wait and try again, Visit knows.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { PlayerState } from "../../lib/client/visit/player_state.ts";
import { Visit } from "../../lib/client/visit/visit.ts";
import { type Client, type Connect, missingSupport } from "../parts/client.ts";
import { followBroadcast } from "../parts/live_broadcasts.ts";
import { recallName } from "../parts/your_name.ts";
import { JOINED_PHASES } from "./phases.ts";

/** What `useVisit` is told. */
export interface UseVisitOptions {
  name: string;
  /** When the broadcast that the server saw began; null when it saw none. */
  startedAt: number | null;
  /** Makes the client; absent while the server renders. */
  connect: Connect | undefined;
}

/** Visits one broadcast on one client of the SDK. */
export function useVisit({ name, startedAt, connect }: UseVisitOptions) {
  const client = useRef<Client | null>(null);
  const visit = useRef<Visit | null>(null);
  const leaving = useRef(Promise.resolve());
  const [phase, setPhase] = useState<PlayerState>(startedAt === null ? "waiting" : "connecting");
  // Which broadcast of this name was watched last, to tell its successor from a late list.
  const [startedNow, setStartedNow] = useState(startedAt);
  const seenStart = useRef(startedAt);

  function begin(): Visit {
    visit.current?.close();
    const next = visit.current = new Visit({
      name,
      client: client.current!,
      peerName: () => recallName() || undefined,
      earlier: leaving.current,
      follow: (join) =>
        followBroadcast(name, {
          onBroadcast(successor) {
            if (!successor || successor.startedAt === seenStart.current) return;
            seenStart.current = successor.startedAt;
            setStartedNow(successor.startedAt);
            join();
          },
        }),
    });
    next.on("state", setPhase);
    return next;
  }

  function end() {
    visit.current?.close();
    visit.current = null;
    leaving.current = client.current!.leaveBroadcast().catch(() => {});
  }

  function join() {
    // Where this browser cannot watch, there is none.
    if (client.current) void (visit.current ?? begin()).join();
  }

  function leave() {
    setPhase("idle");
    end();
  }

  const isJoined = () => visit.current !== null && JOINED_PHASES.has(visit.current.state);

  /** The tree knows a peer by the name it came with, so another name takes coming again. */
  function handleNameChange() {
    if (!isJoined()) return;
    end();
    join();
  }

  useEffect(() => {
    if (!connect) return;
    const problem = missingSupport();
    if (problem) return setPhase(problem);
    const tributary = client.current = connect();
    if (startedAt === null) begin().wait();
    else join();
    // The SDK ends everything when the page goes. Browsers may bring the same page back later, so that is
    // no loss to tell of: hence heard first.
    const handleHide = () => {
      if (isJoined()) visit.current!.close();
    };
    const handleShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted && isJoined()) void begin().join();
    };
    addEventListener("pagehide", handleHide, { capture: true });
    addEventListener("pageshow", handleShow);
    return () => {
      removeEventListener("pagehide", handleHide, { capture: true });
      removeEventListener("pageshow", handleShow);
      visit.current?.close();
      tributary.close();
    };
  }, []);

  return {
    phase,
    /** When what is watched began, in ms since the epoch; null when that is not known. */
    startedAt: startedNow,
    client,
    join,
    leave,
    handleNameChange,
  };
}
