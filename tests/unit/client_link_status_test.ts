import { assertEquals } from "@std/assert";
import { decodeStatus } from "../../lib/client/link_status.ts";

Deno.test("a link's status says whether the parent has the stream", () => {
  assertEquals(decodeStatus('{"alive": true, "upstream": "ok"}'), "ok");
  assertEquals(decodeStatus('{"alive": true, "upstream": "stalled"}'), "stalled");
});

Deno.test("what is not a link's status is passed over", () => {
  for (const data of ["", "?", "null", "[]", "{}", '{"upstream": "well"}', new ArrayBuffer(2)]) {
    assertEquals(decodeStatus(data), null);
  }
});
