import { assertEquals } from "@std/assert";
import { formatDistance } from "../../islands/watch/distance.ts";

Deno.test("formatDistance() says what is known, in tenths of seconds and in viewers", () => {
  const format = (latencyMs: number | null, depth: number | null) =>
    formatDistance({ latencyMs, depth });
  assertEquals(format(1_234, 3), "1.2 s behind, through 2 viewers");
  assertEquals(format(12, 1), "0.1 s behind, direct");
  assertEquals(format(null, 2), "through 1 viewer");
  assertEquals(format(9_940, null), "9.9 s behind");
  assertEquals(format(9_960, null), "10 s behind");
  assertEquals(format(61_400, null), "61 s behind");
  assertEquals(format(null, null), "");
});
