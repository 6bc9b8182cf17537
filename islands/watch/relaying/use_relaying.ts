/** Whether what is watched is passed on, as state: decided, told to the SDK, and changed by a switch. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../../parts/client.ts";
import { decideRelaying, type DeviceFacts, type RelayingDecision } from "./decision.ts";
import { watchDevice } from "./device.ts";
import { keepRelaying, recallRelaying } from "./kept_relaying.ts";

/** What `useRelaying` returns. */
export interface Relaying {
  decision: RelayingDecision;
  /** Switches it, and remembers that. */
  choose: (isOn: boolean) => void;
}

/** What a server can know. */
const UNKNOWN: DeviceFacts = { isMetered: false, battery: null };

/**
 * To be called after the effect that makes the client, so that it counts for the first join.
 *
 * @param may false where nothing is to be passed on, whatever the viewer has chosen elsewhere
 */
export function useRelaying(client: RefObject<Client | null>, may = true): Relaying {
  // Not states: a join does not wait until the page has been drawn with them.
  const chosen = useRef<boolean | null>(null);
  const facts = useRef(UNKNOWN);
  const [decision, setDecision] = useState(() => decideRelaying(null, UNKNOWN));

  function decide() {
    const next = decideRelaying(may ? chosen.current : false, facts.current);
    setDecision(next);
    client.current?.setRelaying(next.isOn).catch(() => {
      // The service does not know how: what is shown is what goes on.
      setDecision((shown) => shown === next ? { ...next, isOn: !next.isOn } : shown);
    });
  }

  useEffect(() => {
    chosen.current = recallRelaying();
    return watchDevice((known) => {
      facts.current = known;
      decide();
    });
  }, []);

  return {
    decision,
    choose(isOn) {
      keepRelaying(isOn);
      chosen.current = isOn;
      decide();
    },
  };
}
