/**
 * What it means when a picture stands still: the source may be paused, the parent may be looking for
 * a parent of its own, or it may be gone. Pure.
 * This module is browser compatible.
 */
import type { Flow } from "./link_status.ts";

/** Below this a gap is the network's: at 15 frames a second it is six frames. */
const GAP_MS = 400;

/** A picture that stands for this long is seen to stand. */
const STANDSTILL_MS = 1_000;

/** Parents answer within a round trip; four questions in a row that are lost are no accident. */
const UNANSWERED_MS = 800;

/** A parent that has lost its own parent has another one after a second or two, or never. */
const PATIENCE_MS = 4_000;

/** What a child knows of its parent. */
export interface Signs {
  /** Since the picture moved last, or since there was sound where there is no picture. */
  stillMs: number;
  /** What the parent said last; null if it never says anything, as older ones. */
  said: Flow | null;
  /** Since it has been saying so. */
  saidMs: number;
  /** Since the first question that it has not answered; 0 when it has answered all. */
  unansweredMs: number;
}

/** Says whether the stream flows, stands, or will not come from this parent any more. */
export function judge({ stillMs, said, saidMs, unansweredMs }: Signs): Flow | "lost" {
  if (stillMs < GAP_MS) return "ok";
  const stands = stillMs >= STANDSTILL_MS;
  if (said === null) return stands ? "lost" : "stalled";
  if (unansweredMs >= UNANSWERED_MS) return stands ? "lost" : "stalled";
  if (said === "stalled") return stands && saidMs >= PATIENCE_MS ? "lost" : "stalled";
  // The source is paused, or shows what does not move.
  return unansweredMs < GAP_MS ? "ok" : "stalled";
}
