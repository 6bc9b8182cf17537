import { decodeFigures, encodeFigures } from "../../lib/client/links/figures.ts";
import { assertEquals } from "@std/assert";
import {
  decodeQuestion,
  decodeStatus,
  encodeQuestion,
  encodeStatus,
  nextNumber,
} from "../../lib/client/link_status.ts";
import type { Told } from "../../lib/client/latency/link_latency.ts";

const TOLD: Told = { depth: 2, ageMs: 35.04, captured: [[4_294_967_295, 1_234.56]] };
const NOTHING: Told = { depth: null, ageMs: null, captured: [] };
const TIMES = { number: 17, receivedAt: 100, answeredAt: 101.5 };

Deno.test("a link's status says what of the stream moves at the parent", () => {
  for (const flow of ["picture", "sound", "nothing", "stalled"] as const) {
    assertEquals(decodeStatus(encodeStatus(flow, NOTHING, null))?.said, flow);
  }
});

Deno.test("a link's status is what children of earlier versions expect: a pause is as good as a picture", () => {
  const upstreamOf = (status: string) => JSON.parse(status).upstream;
  for (const times of [TIMES, null]) {
    assertEquals(
      (["picture", "sound", "nothing"] as const).map((flow) =>
        upstreamOf(encodeStatus(flow, TOLD, times))
      ),
      ["ok", "ok", "ok"],
    );
    assertEquals(upstreamOf(encodeStatus("stalled", TOLD, times)), "stalled");
  }
});

Deno.test("a link's status may leave open what moves, as earlier versions do and later ones might", () => {
  const saidOf = (text: string) => decodeStatus(text)?.said;
  assertEquals(saidOf('{"alive": true, "upstream": "ok"}'), "unknown");
  assertEquals(saidOf('{"alive": true, "upstream": "ok", "moves": "smell"}'), "unknown");
  assertEquals(saidOf('{"alive": true, "upstream": "stalled"}'), "stalled");
});

Deno.test("[PACE-1] a parent says that a child's link rests or is slow; what it says else is no matter", () => {
  for (const pace of ["resting", "slow", "well"] as const) {
    assertEquals(decodeStatus(encodeStatus("picture", NOTHING, null, { pace }))?.pace, pace);
  }
  const paceOf = (text: string) => decodeStatus(text)?.pace;
  assertEquals(paceOf('{"alive": true, "upstream": "ok"}'), "well");
  assertEquals(paceOf('{"alive": true, "upstream": "ok", "pace": "lame"}'), "well");
});

Deno.test("what is not a link's status is passed over", () => {
  for (const data of ["", "?", "null", "[]", "{}", '{"upstream": "well"}', new ArrayBuffer(2)]) {
    assertEquals(decodeStatus(data), null);
  }
});

Deno.test("[LATENCY-2] who asks with a number is told about time, who asks without only the depth", () => {
  assertEquals(decodeStatus(encodeStatus("picture", TOLD, TIMES)), {
    said: "picture",
    pace: "well",
    told: { depth: 2, ageMs: 35, captured: [[4_294_967_295, 1_234.6]] },
    times: TIMES,
    wantsFigures: false,
  });
  assertEquals(decodeStatus(encodeStatus("stalled", TOLD, null)), {
    said: "stalled",
    pace: "well",
    told: { depth: 2, ageMs: null, captured: [] },
    times: null,
    wantsFigures: false,
  });
});

Deno.test("[LATENCY-1] a parent that knows nothing about time says so, one of an earlier version says nothing", () => {
  assertEquals(decodeStatus(encodeStatus("picture", NOTHING, null))?.told, NOTHING);
  const earlier = '{"alive": true, "upstream": "ok", "moves": "picture"}';
  assertEquals(decodeStatus(earlier), {
    said: "picture",
    pace: "well",
    told: null,
    times: null,
    wantsFigures: false,
  });
});

Deno.test("what makes no sense about time is taken for nothing", () => {
  const told = (fields: Record<string, unknown>) =>
    decodeStatus(JSON.stringify({ upstream: "ok", depth: 1, ...fields }));
  for (const depth of [-1, 1.5, "2", 1e9, null]) assertEquals(told({ depth })?.told?.depth, null);
  for (const age of [-1, "2", null, {}]) assertEquals(told({ age })?.told?.ageMs, null);
  for (const captured of [1, "x", {}, [[1]], [[1, "2"]], [null], [[1, 2, 3]]]) {
    assertEquals(told({ captured })?.told?.captured, []);
  }
  const many = Array.from({ length: 1_000 }, (_, i) => [i, i]);
  assertEquals(told({ captured: many })?.told?.captured.length, 64);
  for (const clock of [1, [1, 2], [1, 2, "3"], [1, 2, null]]) {
    assertEquals(told({ clock })?.times, null);
  }
});

Deno.test("[LATENCY-1] questions have numbers of at most nine digits, or none", () => {
  for (const number of [null, 1, 999_999_999]) {
    assertEquals(decodeQuestion(encodeQuestion(number)), { number });
  }
  for (const data of ["", "?x", "?1234567890", "? 1", "1", new ArrayBuffer(1)]) {
    assertEquals(decodeQuestion(data), null);
  }
  assertEquals([nextNumber(0), nextNumber(999_999_999)], [1, 1]);
});

Deno.test("[LINKS-1] a parent asks for figures or says nothing of them, and an earlier version does not ask", () => {
  const asked = (wantsFigures: boolean) => encodeStatus("picture", NOTHING, null, { wantsFigures });
  assertEquals(decodeStatus(asked(true))?.wantsFigures, true);
  assertEquals(decodeStatus(asked(false))?.wantsFigures, false);
  assertEquals(JSON.parse(asked(false)).links, undefined);
  assertEquals(decodeStatus('{"upstream": "ok", "links": "please"}')?.wantsFigures, false);
});

Deno.test("[LINKS-7] figures are neither a question nor a status: who does not know them passes them over", () => {
  const text = encodeFigures([{
    who: "",
    distance: 0,
    latencyMs: 312,
    roundTripMs: 24,
    loss: 0.01,
  }]);
  assertEquals([decodeQuestion(text), decodeStatus(text)], [null, null]);
  for (const data of ["?", "?17", encodeStatus("picture", TOLD, TIMES), new ArrayBuffer(2), "{"]) {
    assertEquals(decodeFigures(data), []);
  }
});
