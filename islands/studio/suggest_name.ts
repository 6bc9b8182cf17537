/**
 * Suggests a name for a broadcast, so that going live takes one click. Short enough to be read out
 * over the telephone. The server calls it, once per page. This module is browser compatible.
 */

const FIRST = [
  "amber",
  "blue",
  "bright",
  "calm",
  "clear",
  "early",
  "gentle",
  "golden",
  "green",
  "late",
  "little",
  "misty",
  "open",
  "quick",
  "quiet",
  "silver",
  "still",
  "sunny",
  "warm",
  "wild",
];

const SECOND = [
  "bank",
  "bay",
  "bend",
  "bridge",
  "brook",
  "creek",
  "delta",
  "falls",
  "ferry",
  "ford",
  "harbour",
  "island",
  "lagoon",
  "lake",
  "meadow",
  "mill",
  "reed",
  "river",
  "shore",
  "spring",
];

/** Suggests a name such as "quiet-delta-42"; `random` returns a number in [0, 1). */
export function suggestName(random: () => number): string {
  const pick = (words: string[]) => words[Math.floor(random() * words.length)];
  return `${pick(FIRST)}-${pick(SECOND)}-${10 + Math.floor(random() * 90)}`;
}
