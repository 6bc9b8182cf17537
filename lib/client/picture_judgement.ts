/**
 * What it means when a picture stands still: the source may be paused, the parent may be looking for
 * a parent of its own, it may pass nothing on, or it may be gone. Pure.
 * This module is browser compatible.
 */
import type { Flow, Said } from "./link_status.ts";

/** Below this a gap is the network's: at 15 frames a second it is six frames. */
const GAP_MS = 400;

/** A picture that stands for this long is seen to stand, also where there are few frames a second. */
export const STANDSTILL_MS = 1_000;

/** Parents answer within a round trip; four questions in a row that are lost are no accident. */
const UNANSWERED_MS = 800;

/**
 * What the parent has and the child does not get. A parent notices within a second that its own
 * picture stands and says so; one second more tells the two apart for certain.
 */
const WITHHELD_MS = 2_000;

/** The first picture of a link takes 2 s where many join on one machine; a busy one needs longer. */
const FIRST_MEDIA_MS = 6_000;

/**
 * A parent that gets nothing notices it within 2 s (`WITHHELD_MS`), and has another parent after a
 * second or two more, or never.
 */
const PATIENCE_MS = 5_000;

/** A rest ends with a key frame, which is asked for after 4.5 s (`lane.ts`). */
const MAX_REST_MS = 8_000;

/** What a child knows of the picture or of the sound. */
export interface MediaSigns {
  /** Something has come over this link. */
  hasCome: boolean;
  /** Since something came last, or since the link was up. */
  stillMs: number;
}

/** What a child knows of its parent. */
export interface Signs {
  picture: MediaSigns;
  sound: MediaSigns;
  /** What the parent said last; null if it never says anything, as older ones. */
  said: Said | null;
  /** Since it has been saying so. */
  saidMs: number;
  /** The parent lets this child's link rest, and goes on soon. */
  rests: boolean;
  /** Since the first question that it has not answered; 0 when it has answered all. */
  unansweredMs: number;
}

/** Says what of the stream moves, or that nothing more will come from this parent. */
export function judge({ picture, sound, said, saidMs, rests, unansweredMs }: Signs): Flow | "lost" {
  if (moves(picture)) return "picture";
  // Where there was a picture once, or the parent has one, sound alone is no sign that all is well.
  const listens = said === "sound" || (said !== "picture" && !picture.hasCome);
  if (listens && moves(sound)) return "sound";
  const { hasCome, stillMs } = listens ? sound : picture;
  const stands = stillMs >= (hasCome ? STANDSTILL_MS : FIRST_MEDIA_MS);
  const waiting = moves(sound) ? "sound" : "stalled";
  if (said === null || unansweredMs >= UNANSWERED_MS) return stands ? "lost" : waiting;
  if (rests && stillMs < MAX_REST_MS) return waiting;
  if (said === "stalled") return stands && saidMs >= PATIENCE_MS ? "lost" : waiting;
  const answers = unansweredMs < GAP_MS;
  if (said === "nothing" || said === "unknown") return answers ? "nothing" : waiting;
  if (Math.min(stillMs, saidMs) >= (hasCome ? WITHHELD_MS : FIRST_MEDIA_MS)) return "lost";
  return answers && !stands && hasCome ? said : waiting;
}

function moves({ hasCome, stillMs }: MediaSigns): boolean {
  return hasCome && stillMs < GAP_MS;
}
