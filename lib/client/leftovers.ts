/**
 * What a session still has according to the service and the page has given up: it was ended, or
 * never begun as far as the page knows, while the socket was lost.
 * This module is browser compatible.
 */
import type { ClientMessageOf } from "../protocol/mod.ts";
import type { Welcome } from "./connection.ts";

/**
 * Returns what to send so that only `wanted` is left.
 *
 * @param wanted the broadcast that the page sends or watches, if any
 */
export function giveUpLeftovers(
  { broadcasts, watching }: Welcome,
  wanted: { name: string; isViewer: boolean } | null,
): ClientMessageOf<"END_BROADCAST" | "LEAVE_BROADCAST">[] {
  const own = wanted && !wanted.isViewer ? wanted.name : null;
  const ends = broadcasts
    .filter((name) => name !== own)
    .map((name) => ({ command: "END_BROADCAST", name }) as const);
  // A viewer of something else has joined it by now, and has left the first one by that.
  return watching && !wanted?.isViewer ? [...ends, { command: "LEAVE_BROADCAST" }] : ends;
}
