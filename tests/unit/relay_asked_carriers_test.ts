/** When a page is asked for carriers, and when to make none. */
import { assertEquals } from "@std/assert";
import { AskedCarriers } from "../../lib/client/relay/asked_carriers.ts";

/** Carriers in a time of their own; returns what the page was told since the last look. */
function world() {
  let now = 0;
  let told: string[] = [];
  const carriers = new AskedCarriers((what) => told.push(what), () => now);
  const look = () => {
    const before = told;
    told = [];
    return before;
  };
  const pass = (ms: number) => {
    for (let i = 0; i < ms; i += 10) {
      now += 10;
      carriers.tick();
    }
  };
  return { carriers, look, pass };
}

Deno.test("while carriers are asked for, the page is told of nothing else", () => {
  const { carriers, look, pass } = world();
  for (let i = 0; i < 30; i++) {
    carriers.make();
    pass(500);
  }
  assertEquals(new Set(look()), new Set(["make"]));
});

Deno.test("before the last picture would be sent again, the page is told to pause, once", () => {
  const { carriers, look, pass } = world();
  carriers.make();
  pass(950);
  assertEquals(look(), ["make", "pause"]);
  pass(60_000);
  assertEquals(look(), []);
  carriers.make();
  assertEquals(look(), ["make"]);
});

Deno.test("the first carrier after a pause is a key frame that nobody has wished for", () => {
  const { carriers, pass } = world();
  carriers.make();
  assertEquals(carriers.explainsKey(), false, "no pause before it");
  pass(2_000);
  carriers.make();
  assertEquals(carriers.explainsKey(), true);
  carriers.make();
  assertEquals(carriers.explainsKey(), false, "the next one is a wish");
});
