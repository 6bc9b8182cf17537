/**
 * How much data came and went while somebody watched. Pure. This module is browser compatible.
 */
import type { TributaryStats } from "../../lib/client/mod.ts";

/** What was received and given in all, over changes of parents and children. */
export interface Totals {
  bytesReceived: number;
  bytesGiven: number;
}

/** Adds what came and went between two looks. */
export function addTotals(
  totals: Totals,
  before: TributaryStats | undefined,
  after: TributaryStats,
): Totals {
  const received = after.bytesReceived - (before?.bytesReceived ?? 0);
  const given = after.bytesSent - (before?.bytesSent ?? 0);
  return {
    // Less than before: counted anew, with another parent.
    bytesReceived: totals.bytesReceived + (received >= 0 ? received : after.bytesReceived),
    // Less than before: a child has gone, and what it got with it.
    bytesGiven: totals.bytesGiven + Math.max(0, given),
  };
}
