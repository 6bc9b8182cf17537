import { assert, assertEquals } from "@std/assert";
import { endsSearch, reconnectDelayMs, resumeDelayMs } from "../../lib/client/reconnect_policy.ts";

Deno.test("reconnectDelayMs() tries at once, then waits longer each time, up to a limit", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 100].map((failures) => reconnectDelayMs(failures, 0.5));
  assertEquals(delays, [0, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

Deno.test("reconnectDelayMs() spreads the children of one parent by a quarter either way", () => {
  assertEquals(reconnectDelayMs(2, 0), 750);
  assertEquals(reconnectDelayMs(2, 1), 1250);
  assert(reconnectDelayMs(2, 0.3) < reconnectDelayMs(2, 0.6));
});

Deno.test("resumeDelayMs() tries at once, then waits longer each time, up to a limit", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 100].map((failures) => resumeDelayMs(failures, 0.5, 1006));
  assertEquals(delays, [0, 250, 500, 1000, 2000, 4000, 5000, 5000]);
});

Deno.test("[RESUME-7] resumeDelayMs() spreads those whom a restarting service sent away", () => {
  assertEquals([0, 0.5, 1].map((random) => resumeDelayMs(0, random, 1012)), [0, 750, 1500]);
});

Deno.test("endsSearch() lets a broadcast that a service has forgotten be started again", () => {
  assertEquals(endsSearch("unknown_broadcast", Infinity), true);
  assertEquals(endsSearch("unknown_broadcast", 14_000), false);
  assertEquals(endsSearch("unknown_broadcast", 15_000), true);
  assertEquals(endsSearch("broadcast_ended", 0), true);
  assertEquals(endsSearch("no_capacity", Infinity), false);
});
