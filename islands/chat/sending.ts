/**
 * What is to be said when a message was not taken, and whether it was said after all: pure.
 * This module is browser compatible.
 */
import type { ChatState } from "../../lib/client/chat_state.ts";

/** Why what was written is still in the field. */
export type Obstacle =
  /** Until then nothing more is taken; in ms by the page's clock. */
  | { kind: "wait"; until: number }
  /** The connection was lost before it was said whether the message had come. */
  | { kind: "unsure"; text: string; after: string }
  | { kind: "failed"; text: string };

/** How soon before the limit the characters that are left are told. */
const NEAR_LIMIT = 50;

/** Tells what an error of the SDK means for the field; `text` is what was to be said. */
export function obstacleOf(
  { code, waitMs = 0 }: { code: string; waitMs?: number },
  { now, text, after }: { now: number; text: string; after: string },
): Obstacle | null {
  switch (code) {
    case "too_fast":
      return { kind: "wait", until: now + waitMs };
    case "connection_lost":
      return { kind: "unsure", text, after };
    // The chat itself says so.
    case "chat_off":
    case "chat_muted":
      return null;
    case "not_watching":
      return { kind: "failed", text: "You are just joining. Try again in a moment." };
    case "invalid_field":
      return { kind: "failed", text: "Nothing could be seen of this. Write it another way." };
    case "busy":
      return { kind: "failed", text: "There is a lot going on. Try again in a moment." };
    default:
      return { kind: "failed", text: "This was not sent, and the fault is ours. Try again." };
  }
}

/** Says in words why what was written is still there. */
export function obstacleText(obstacle: Obstacle, now: number): string {
  if (obstacle.kind === "failed") return obstacle.text;
  if (obstacle.kind === "unsure") {
    return "The connection broke while this was on its way. If it does not appear, send it again.";
  }
  const seconds = Math.max(1, Math.ceil((obstacle.until - now) / 1000));
  return `One moment: you can send this in ${seconds} s.`;
}

/** Tells whether a message of which that was unsure is there. */
export function wasSaid({ messages, self }: ChatState, { text, after }: {
  text: string;
  after: string;
}): boolean {
  return messages.some((each) => each.from === self && each.id > after && each.text === text);
}

/** Tells how many characters are left, near the limit; else "". */
export function remainingText(length: number, limit: number): string {
  const left = limit - length;
  if (left > NEAR_LIMIT) return "";
  return left === 1 ? "1 character left" : `${left} characters left`;
}
