import { assertEquals } from "@std/assert";
import { judge, type MediaSigns, type Signs } from "../../lib/client/picture_judgement.ts";

const moving: MediaSigns = { hasCome: true, stillMs: 0 };
const never = (stillMs: number): MediaSigns => ({ hasCome: false, stillMs });
const still = (stillMs: number): MediaSigns => ({ hasCome: true, stillMs });

const FLOWING: Signs = {
  picture: moving,
  sound: moving,
  said: "picture",
  saidMs: 60_000,
  rests: false,
  unansweredMs: 0,
};

const judged = (signs: Partial<Signs>) => judge({ ...FLOWING, ...signs });

Deno.test("judge() takes a picture that moves for one that flows, whatever else", () => {
  assertEquals(judged({ unansweredMs: 5_000 }), "picture");
  for (const said of [null, "unknown", "sound", "nothing", "stalled"] as const) {
    assertEquals(judged({ said }), "picture");
  }
});

Deno.test("judge() lets a source pause for as long as it likes while the parent answers", () => {
  const [picture, sound] = [still(3_600_000), still(3_600_000)];
  assertEquals(judged({ picture, sound, said: "nothing" }), "nothing");
  assertEquals(judged({ picture, sound, said: "nothing", unansweredMs: 200 }), "nothing");
  assertEquals(judged({ picture: never(3_600_000), sound, said: "nothing" }), "nothing");
});

Deno.test("judge() gives up a parent that has a picture and does not pass it on for 2 s", () => {
  for (const sound of [moving, still(60_000)]) {
    const withheld = (ms: number) => judged({ picture: still(ms), sound });
    assertEquals(withheld(1_900), sound === moving ? "sound" : "stalled");
    assertEquals(withheld(2_000), "lost");
  }
});

Deno.test("[PACE-2] judge() waits for a parent that lets the link rest, and not for ever", () => {
  for (const [sound, waiting] of [[moving, "sound"], [still(60_000), "stalled"]] as const) {
    const resting = (ms: number) => judged({ picture: still(ms), sound, rests: true });
    assertEquals([resting(2_000), resting(7_900), resting(8_000)], [waiting, waiting, "lost"]);
    assertEquals(judged({ picture: still(3_000), sound, rests: true, unansweredMs: 900 }), "lost");
  }
});

Deno.test("judge() counts what is withheld from when the parent has it again", () => {
  const picture = still(60_000);
  assertEquals(judged({ picture, sound: picture, saidMs: 1_900 }), "stalled");
  assertEquals(judged({ picture, sound: picture, saidMs: 2_000 }), "lost");
});

Deno.test("judge() does not take few frames a second for a standstill", () => {
  assertEquals(judged({ picture: still(900), sound: never(60_000) }), "picture");
});

Deno.test("judge() gives a new parent more time for its first picture, and not for ever", () => {
  const [picture, sound] = [never(5_900), never(5_900)];
  for (const said of [null, "picture", "stalled"] as const) {
    assertEquals(judged({ picture, sound, said }), "stalled");
  }
  assertEquals(judged({ picture: never(6_000), sound: never(6_000) }), "lost");
  // Its sound has come, which does for the page, and not for those below.
  assertEquals(judged({ picture: never(6_000) }), "lost");
  assertEquals(judged({ picture: never(6_000), sound: never(6_000), said: null }), "lost");
});

Deno.test("judge() goes by the sound where the parent has nothing else", () => {
  const said = "sound";
  assertEquals(judged({ picture: never(60_000), said }), "sound");
  assertEquals(judged({ picture: still(60_000), said }), "sound");
  assertEquals(judged({ picture: still(60_000), sound: still(1_900), said }), "stalled");
  assertEquals(judged({ picture: still(60_000), sound: still(2_000), said }), "lost");
  assertEquals(judged({ picture: never(60_000), sound: never(6_000), said }), "lost");
});

Deno.test("judge() gives up a parent that stands still and is silent for a second", () => {
  const silent = (ms: number) =>
    judged({ picture: still(ms), sound: still(ms), unansweredMs: Math.min(ms, 900) });
  assertEquals([silent(600), silent(900), silent(1_100)], ["stalled", "stalled", "lost"]);
});

Deno.test("judge() is patient with a parent that looks for a parent itself", () => {
  const stalled = (ms: number) =>
    judged({ picture: still(ms), sound: still(ms), said: "stalled", saidMs: ms - 500 });
  assertEquals([stalled(5_400), stalled(5_500)], ["stalled", "lost"]);
});

Deno.test("judge() waits for an earlier parent that is well, for it does not say what moves", () => {
  const [picture, sound] = [still(60_000), still(60_000)];
  assertEquals(judged({ picture, sound, said: "unknown" }), "nothing");
  assertEquals(judged({ picture: never(60_000), said: "unknown" }), "sound");
});

Deno.test("judge() goes by the picture alone where the parent never says anything", () => {
  const older = { said: null, unansweredMs: 60_000 };
  assertEquals(judged({ ...older, picture: still(500), sound: still(500) }), "stalled");
  assertEquals(judged({ ...older, picture: still(1_000) }), "lost");
});
