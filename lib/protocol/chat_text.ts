/**
 * What people write in a chat, made fit to be shown to others: one line, nothing in it that turns
 * what stands beside it around, nothing that cannot be seen. What is left is text and no markup.
 * This module is browser compatible.
 */
import { MAX_CHAT_NAME_LENGTH } from "./limits.ts";

/** White space and controls, line breaks too; a run of them is one space. */
const GAPS = /[\s\p{Cc}]+/gu;

/** What turns the direction of the text after it: embeddings, overrides, isolates. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text of nothing but these looks empty: format characters, and letters without a picture. */
const UNSEEN = /^[\s\p{Cf}\p{M}\u115f\u1160\u2800\u3164\uffa0]*$/u;

/** Cleans what somebody wrote (CHAT-4); returns "" when there is nothing to be seen. */
export function cleanChatText(text: string): string {
  const clean = text.replace(TURNS, "").replace(GAPS, " ").trim();
  return UNSEEN.test(clean) ? "" : clean;
}

/** Cleans the name beside a message (CHAT-5), and cuts it; returns "" for none. */
export function cleanChatName(name: string): string {
  const clean = cleanChatText(name);
  if (clean.length <= MAX_CHAT_NAME_LENGTH) return clean;
  // Not through the middle of a character of two units.
  return clean.slice(0, MAX_CHAT_NAME_LENGTH - 1).replace(/[\ud800-\udbff]$/, "") + "…";
}
