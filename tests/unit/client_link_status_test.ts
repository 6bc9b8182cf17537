import { assertEquals } from "@std/assert";
import { decodeStatus, encodeStatus } from "../../lib/client/link_status.ts";

Deno.test("a link's status says what of the stream moves at the parent", () => {
  for (const flow of ["picture", "sound", "nothing", "stalled"] as const) {
    assertEquals(decodeStatus(encodeStatus(flow)), flow);
  }
});

Deno.test("a link's status is what children of earlier versions expect: a pause is as good as a picture", () => {
  const upstreamOf = (status: string) => JSON.parse(status).upstream;
  assertEquals(
    ["picture", "sound", "nothing"].map((flow) => upstreamOf(encodeStatus(flow as "picture"))),
    [
      "ok",
      "ok",
      "ok",
    ],
  );
  assertEquals(upstreamOf(encodeStatus("stalled")), "stalled");
});

Deno.test("a link's status may leave open what moves, as earlier versions do and later ones might", () => {
  assertEquals(decodeStatus('{"alive": true, "upstream": "ok"}'), "unknown");
  assertEquals(decodeStatus('{"alive": true, "upstream": "ok", "moves": "smell"}'), "unknown");
  assertEquals(decodeStatus('{"alive": true, "upstream": "stalled"}'), "stalled");
});

Deno.test("what is not a link's status is passed over", () => {
  for (const data of ["", "?", "null", "[]", "{}", '{"upstream": "well"}', new ArrayBuffer(2)]) {
    assertEquals(decodeStatus(data), null);
  }
});
