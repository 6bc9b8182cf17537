/**
 * The title of a broadcast as it is kept and shown (START-5). The service cleans what it is sent;
 * a page may do the same to show beforehand what will become of a text.
 * This module is browser compatible.
 */
import { MAX_TITLE_CHARACTERS } from "./limits.ts";

/** What is seen as a space, and ends a line or a field elsewhere. */
const SPACES = /[\s\u0085\u200b\u2060\ufeff]+/g;

/**
 * What is not seen and changes what is: control characters, and what turns the direction of all that
 * follows. Joiners stay: scripts and emoji are put together with them.
 */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Cleans a title: one line, without control characters, trimmed, at most 100 characters (code
 * points); what people see as one character is not cut in two. "" when nothing is left.
 */
export function cleanTitle(text: string): string {
  const line = text.replace(SPACES, " ").replace(UNSEEN, "").trim();
  if (line.length <= MAX_TITLE_CHARACTERS) return line;
  let kept = "";
  let count = 0;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    count += [...segment].length;
    if (count > MAX_TITLE_CHARACTERS) break;
    kept += segment;
  }
  return kept.trimEnd();
}
