import { assertEquals } from "@std/assert";
import { cleanTitle, MAX_TITLE_CHARACTERS, MAX_TITLE_LENGTH } from "../../lib/protocol/mod.ts";

Deno.test("[START-5] a title is one line, trimmed, without what cannot be seen", () => {
  const titles: [given: string, kept: string][] = [
    ["  The harvest \t", "The harvest"],
    ["One\nline\r\nonly", "One line only"],
    ["a\u0000b\u001bc\u007fd\u009fe", "abcde"],
    ["\u202egnp.exe\u2066 really\u2069", "gnp.exe really"],
    ["\ufeffmark", "mark"],
    ["a\u200bb", "a b"],
    [" \u0007\n ", ""],
    ["", ""],
    ["👩‍👩‍👧 日本語 e\u0301", "👩‍👩‍👧 日本語 e\u0301"],
    ["<b>&amp;</b>", "<b>&amp;</b>"],
  ];
  for (const [given, kept] of titles) assertEquals(cleanTitle(given), kept);
});

Deno.test("[START-5] of a long title 100 characters are kept, and none of them is cut in two", () => {
  assertEquals(cleanTitle("x".repeat(100)), "x".repeat(100));
  assertEquals(cleanTitle("x".repeat(101)), "x".repeat(100));
  // A hundred of the largest characters are as long as a title may come.
  const smiles = "😀".repeat(MAX_TITLE_CHARACTERS);
  assertEquals(smiles.length, MAX_TITLE_LENGTH);
  assertEquals(cleanTitle(smiles), smiles);
  const family = "👩‍👩‍👧";
  assertEquals([...family].length, 5);
  assertEquals(cleanTitle(`${"x".repeat(97)}${family}`), "x".repeat(97));
  assertEquals(cleanTitle(`${"x".repeat(99)} y`), "x".repeat(99));
});
