/** The health of a broadcast as the studio's state: asks the SDK, and has it judged. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SendingLink } from "../../lib/client/sending.ts";
import type { Client } from "../parts/client.ts";
import { type Health, judgeHealth, steadyHealth } from "./health.ts";
import type { Stopped } from "./sources/source_kind.ts";

/** What changes sooner is not worth a look. */
const LOOK_MS = 2_000;

/** What is known without asking. */
interface Known {
  isLive: boolean;
  isConnected: boolean;
  stopped: Stopped | null;
}

/** Keeps the health of a client's broadcast; null while there is none. */
export function useHealth(
  client: RefObject<Client | null>,
  { isLive, isConnected, stopped }: Known,
): Health | null {
  const [health, setHealth] = useState<Health | null>(null);
  const last = useRef<Health | null>(null);
  const formerLinks = useRef<readonly SendingLink[]>([]);
  useEffect(() => {
    if (!isLive) {
      formerLinks.current = [];
      last.current = null;
      return setHealth(null);
    }
    let isCurrent = true;
    const look = async () => {
      const { sending: links } = await client.current!.getStats();
      if (!isCurrent) return;
      const next = judgeHealth({ isConnected, stopped, links, formerLinks: formerLinks.current });
      setHealth(steadyHealth(last.current, next));
      formerLinks.current = links;
      last.current = next;
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [isLive, isConnected, stopped]);
  return health;
}
