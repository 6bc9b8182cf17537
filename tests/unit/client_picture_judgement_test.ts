import { assertEquals } from "@std/assert";
import { judge, type Signs } from "../../lib/client/picture_judgement.ts";

const FLOWING: Signs = { stillMs: 0, said: "ok", saidMs: 60_000, unansweredMs: 0 };

const judged = (signs: Partial<Signs>) => judge({ ...FLOWING, ...signs });

Deno.test("judge() takes a picture that moves for one that flows, whatever else", () => {
  assertEquals(judged({ unansweredMs: 5_000 }), "ok");
  assertEquals(judged({ said: null }), "ok");
  assertEquals(judged({ said: "stalled" }), "ok");
});

Deno.test("judge() lets a source pause for as long as it likes while the parent answers", () => {
  assertEquals(judged({ stillMs: 3_600_000 }), "ok");
  assertEquals(judged({ stillMs: 3_600_000, unansweredMs: 200 }), "ok");
});

Deno.test("judge() gives up a parent that stands still and is silent for a second", () => {
  assertEquals(judged({ stillMs: 600, unansweredMs: 600 }), "stalled");
  assertEquals(judged({ stillMs: 900, unansweredMs: 900 }), "stalled");
  assertEquals(judged({ stillMs: 1_100, unansweredMs: 900 }), "lost");
});

Deno.test("judge() is patient with a parent that looks for a parent itself", () => {
  assertEquals(judged({ stillMs: 3_000, said: "stalled", saidMs: 2_500 }), "stalled");
  assertEquals(judged({ stillMs: 4_500, said: "stalled", saidMs: 4_100 }), "lost");
});

Deno.test("judge() goes by the picture alone where the parent never says anything", () => {
  const older = { said: null, unansweredMs: 60_000 };
  assertEquals(judged({ ...older, stillMs: 500 }), "stalled");
  assertEquals(judged({ ...older, stillMs: 1_000 }), "lost");
});
