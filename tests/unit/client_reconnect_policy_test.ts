import { assert, assertEquals } from "@std/assert";
import { reconnectDelayMs } from "../../lib/client/reconnect_policy.ts";

Deno.test("reconnectDelayMs() tries at once, then waits longer each time, up to a limit", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 100].map((failures) => reconnectDelayMs(failures, 0.5));
  assertEquals(delays, [0, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

Deno.test("reconnectDelayMs() spreads the children of one parent by a quarter either way", () => {
  assertEquals(reconnectDelayMs(2, 0), 750);
  assertEquals(reconnectDelayMs(2, 1), 1250);
  assert(reconnectDelayMs(2, 0.3) < reconnectDelayMs(2, 0.6));
});
