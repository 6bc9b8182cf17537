/**
 * The reader of V8's logs on small logs whose sums are known.
 */
import { assert, assertEquals } from "@std/assert";
import { CodeMap } from "../../bench/code_map.ts";
import { addLog, type Samples } from "../../bench/profile.ts";

Deno.test("CodeMap finds code after it was replaced and moved", () => {
  const code = new CodeMap();
  code.add(4000, 200, { name: "over two pages", isScript: true });
  assertEquals(code.find(4000)?.name, "over two pages");
  assertEquals(code.find(4199)?.name, "over two pages");
  assertEquals(code.find(4200), undefined);
  code.move(4000, 90_000);
  assertEquals(code.find(4100), undefined);
  assertEquals(code.find(90_100)?.name, "over two pages");
  code.add(90_050, 10, { name: "new", isScript: true });
  assertEquals(code.find(90_055)?.name, "new");
  assertEquals(code.find(90_000), undefined);
});

Deno.test("addLog() adds up samples by function, caller and state", () => {
  const samples: Samples = {
    total: 0,
    self: new Map(),
    inclusive: new Map(),
    nativeBelow: new Map(),
  };
  addLog(
    [
      "code-creation,JS,10,1,0x1000,16,inner file:///a.ts:1:2,0x1,~",
      "code-creation,JS,10,1,0x2000,16,outer file:///a.ts:3:4,0x2,~",
      "code-creation,Builtin,3,1,0x3000,16,JsonParse",
      "tick,0x1004,10,0,0x0,0,0x2004",
      "tick,0x3004,10,0,0x0,0,0x1004,0x2004",
      "tick,0x9999,10,0,0x0,6,0x2004",
      "tick,0x9999,10,0,0x0,1,0x2004",
    ].join("\n"),
    samples,
  );
  assertEquals(samples.total, 4);
  assertEquals(samples.self.get("inner file:///a.ts:1"), 1);
  assertEquals(samples.self.get("JsonParse < inner file:///a.ts:1"), 1);
  assertEquals(samples.self.get("(garbage collection)"), 1);
  assertEquals(samples.nativeBelow.get("outer file:///a.ts:3"), 1);
  assertEquals(samples.inclusive.get("outer file:///a.ts:3"), 4);
  assert(!samples.inclusive.has("JsonParse"));
});
