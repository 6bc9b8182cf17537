/**
 * Asks the SDK time and again how the links do, for as long as somebody looks at the tree: whoever is
 * below tells it for as long as it is asked for. Between the SDK and the picture; draws nothing.
 */
import type { RefObject } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { TreeStats } from "../../lib/client/mod.ts";
import type { Client } from "../parts/client.ts";
import type { Census } from "./census.ts";
import { believe, type KnownFigures, NOTHING_KNOWN } from "./figures.ts";

/** What the tree needs of the SDK. */
export type TreeClient = RefObject<Pick<Client, "getTreeStats"> | null>;

/** Peers tell their figures every two seconds; people do not read quicker than this. */
const INTERVAL_MS = 1_000;

/** What is known of the peers of a tree, again and again. */
export function useFigures(client: TreeClient, census: Census, self: string | null): KnownFigures {
  const [stats, setStats] = useState<TreeStats | null>(null);
  useEffect(() => {
    const ask = () => {
      if (!document.hidden) setStats(client.current?.getTreeStats() ?? null);
    };
    ask();
    const timer = setInterval(ask, INTERVAL_MS);
    return () => clearInterval(timer);
  }, []);
  return useMemo(
    () => stats ? believe(census, stats, self) : NOTHING_KNOWN,
    [census, stats, self],
  );
}
