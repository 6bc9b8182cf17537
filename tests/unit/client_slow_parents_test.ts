/** How often a viewer leaves parents whose links are too slow. */
import { assertEquals } from "@std/assert";
import { SlowParents } from "../../lib/client/slow_parents.ts";

Deno.test("[PACE-3] the first slow parent is left at once, later ones after waits that grow", () => {
  const parents = new SlowParents();
  const leftAt: number[] = [];
  for (let minute = 0; minute < 60; minute++) {
    if (parents.mayLeave(minute * 60_000)) leftAt.push(minute);
  }
  assertEquals(leftAt, [0, 1, 3, 7, 15, 31, 47]);
});
