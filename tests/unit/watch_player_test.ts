/** What the player and the page around it decide: keys, volume, relaying, figures, words. */
import { assertEquals } from "@std/assert";
import { formatLength, formatLiveFor } from "../../islands/parts/durations.ts";
import { type KeyPress, shortcutOf, SHORTCUTS } from "../../islands/watch/controls/shortcuts.ts";
import { chooseVolume, formatLoudness, stepVolume } from "../../islands/watch/controls/volume.ts";
import { endedText, STILL_RECONNECTING, textOf } from "../../islands/watch/phases.ts";
import {
  decideRelaying,
  explainRelaying,
  summarizeRelaying,
} from "../../islands/watch/relaying/decision.ts";
import { MAX_SAMPLES, Samples } from "../../islands/watch/samples.ts";
import {
  curvesOf,
  factsOf,
  formatBytes,
  formatLast,
  ratesBetween,
} from "../../islands/watch/statistics/figures.ts";
import type { TributaryStats } from "../../lib/client/mod.ts";
import { NOT_RELAYING, NOT_WATCHING } from "../../lib/client/stats.ts";
import { TributaryState } from "../../lib/client/tributary_state.ts";

const press = (key: string, fields: Partial<KeyPress> = {}) =>
  shortcutOf({
    key,
    hasModifier: false,
    target: "other",
    isInPlayer: false,
    isWholePage: true,
    ...fields,
  });

Deno.test("shortcuts: every key that the help names does what it says, in both cases", () => {
  for (const { keys, action } of SHORTCUTS) {
    for (const name of keys) {
      const key = { Space: " ", "↑": "ArrowUp", "↓": "ArrowDown" }[name] ?? name;
      assertEquals(press(key, { isInPlayer: true }), action, name);
      assertEquals(press(key.length === 1 ? key.toLowerCase() : key, { isInPlayer: true }), action);
    }
  }
  assertEquals(press("x"), null);
});

Deno.test("shortcuts: nothing happens while somebody types, or means the browser", () => {
  for (const { keys: [key] } of SHORTCUTS) {
    assertEquals(press(key!, { target: "field", isInPlayer: true }), null, key);
    assertEquals(press(key!, { hasModifier: true, isInPlayer: true }), null, key);
  }
});

Deno.test("shortcuts: whoever wants none elsewhere has them in the player", () => {
  for (const { keys: [key], action } of SHORTCUTS.filter(({ keys: [key] }) => key!.length === 1)) {
    const name = { "↑": "ArrowUp", "↓": "ArrowDown" }[key!] ?? key!;
    assertEquals(press(name, { isWholePage: false }), null, key);
    assertEquals(press(name, { isWholePage: false, isInPlayer: true }), action, key);
  }
  assertEquals(press(" ", { isWholePage: false }), null);
});

Deno.test("shortcuts: what has the focus keeps the keys that it needs, and pages scroll by arrows", () => {
  assertEquals(press(" ", { target: "button" }), null);
  assertEquals(press("k", { target: "button" }), "play");
  assertEquals(press("ArrowUp", { target: "slider", isInPlayer: true }), null);
  assertEquals(press("ArrowUp"), null);
  assertEquals(press("ArrowDown", { isInPlayer: true }), "quieter");
});

Deno.test("volume: steps are whole ones, end at both ends, and silence keeps the volume for later", () => {
  let loudness = { volume: 1, muted: false };
  for (let i = 0; i < 9; i++) loudness = stepVolume(loudness, -0.1);
  assertEquals(loudness, { volume: 0.1, muted: false });
  loudness = stepVolume(loudness, -0.1);
  assertEquals(loudness, { volume: 0.1, muted: true });
  assertEquals(stepVolume(loudness, -0.1), { volume: 0.1, muted: true });
  assertEquals(stepVolume({ volume: 0.6, muted: true }, 0.1), { volume: 0.1, muted: false });
  assertEquals(stepVolume({ volume: 1, muted: false }, 0.1), { volume: 1, muted: false });
  assertEquals(stepVolume({ volume: 0.43, muted: false }, 0.1), { volume: 0.5, muted: false });
  assertEquals(chooseVolume(0, 0.7), { volume: 0.7, muted: true });
  assertEquals(formatLoudness({ volume: 0.3, muted: false }), "Volume 30 %");
  assertEquals(formatLoudness({ volume: 0.3, muted: true }), "Sound off");
});

Deno.test("relaying: what was chosen counts, else it is off where it costs money or the battery", () => {
  const battery = { isCharging: false, level: 0.19 };
  const decide = (chosen: boolean | null, isMetered = false, has: typeof battery | null = null) =>
    decideRelaying(chosen, { isMetered, battery: has });
  assertEquals(decide(null), { isOn: true, why: "usual" });
  assertEquals(decide(null, true), { isOn: false, why: "metered" });
  assertEquals(decide(null, false, battery), { isOn: false, why: "battery" });
  assertEquals(decide(null, false, { isCharging: true, level: 0.1 }).isOn, true);
  assertEquals(decide(null, false, { isCharging: false, level: 0.2 }).isOn, true);
  assertEquals(decide(true, true, battery), { isOn: true, why: "chosen" });
  assertEquals(decide(false), { isOn: false, why: "chosen" });
});

Deno.test("relaying: it is said why it is off, and for how many it is on", () => {
  const said = new Set(
    (["chosen", "metered", "battery"] as const).map((why) => explainRelaying({ isOn: false, why })),
  );
  assertEquals(said.size, 3);
  const on = { isOn: true, why: "usual" } as const;
  assertEquals(summarizeRelaying(on, 1), "You pass the stream on to 1 viewer");
  assertEquals(summarizeRelaying(on, 3), "You pass the stream on to 3 viewers");
  assertEquals(summarizeRelaying({ ...on, isOn: false }, 3), "You do not pass the stream on");
});

function sampleOf(fields: Partial<TributaryStats>): TributaryStats {
  return {
    timestamp: 0,
    state: TributaryState.LISTENING,
    relayMode: "forward",
    ...NOT_WATCHING,
    ...NOT_RELAYING,
    sending: [],
    parent: "p1",
    ...fields,
  };
}

Deno.test("figures: rates are those between two looks, and of one parent only", () => {
  const before = sampleOf({
    timestamp: 1_000,
    bytesReceived: 1_000,
    packetsReceived: 100,
    packetsLost: 1,
    bytesSent: 500,
  });
  const after = sampleOf({
    timestamp: 3_000,
    bytesReceived: 251_000,
    packetsReceived: 199,
    packetsLost: 2,
    bytesSent: 125_500,
  });
  assertEquals(ratesBetween(before, after), { received: 1_000_000, given: 500_000, loss: 1 });
  const moved = { ...after, parent: "p2" };
  assertEquals(ratesBetween(before, moved), { received: null, given: 500_000, loss: null });
  assertEquals(ratesBetween(after, before), { received: null, given: null, loss: null });
  assertEquals(ratesBetween(after, after).received, null);
});

Deno.test("figures: there is a curve for each, as long as time, with dashes for what is not known", () => {
  const samples = [0, 1, 2].map((i) =>
    sampleOf({ timestamp: 1_000 * i, latencyMs: 100 + i, bytesReceived: 125_000 * i })
  );
  const { times, curves } = curvesOf(samples);
  assertEquals(times, [0, 1, 2]);
  assertEquals(curves.map(({ name, values }) => [name, values]), [
    ["Behind live", [100, 101, 102]],
    ["In", [null, 1, 1]],
    ["Frame rate", [null, null, null]],
    ["Loss", [null, null, null]],
  ]);
  assertEquals(formatLast([null, 1.25], "Mbit/s"), "1.25 Mbit/s");
  assertEquals(formatLast([311.6], "ms"), "312 ms");
  assertEquals(formatLast([1, null], "%"), "–");
  assertEquals(formatLast([], "%"), "–");
});

Deno.test("figures: what is in words is short, and says who the parent is", () => {
  const totals = { bytesReceived: 12_345_678, bytesGiven: 999 };
  const facts = Object.fromEntries(factsOf(
    sampleOf({ frameWidth: 640, frameHeight: 360, depth: 2, parent: "0123456789abcdef" }),
    totals,
  ));
  assertEquals(facts["Picture"], "640 × 360");
  assertEquals(facts["Parent"], "01234567");
  assertEquals(facts["Passing on"], "As it comes");
  assertEquals([facts["Received"], facts["Given"]], ["12.3 MB", "1 kB"]);
  assertEquals(
    Object.fromEntries(factsOf(sampleOf({ depth: 1 }), totals))["Parent"],
    "The broadcaster",
  );
  assertEquals(formatBytes(3_210_000_000), "3.21 GB");
});

Deno.test("samples: the latest minutes are kept, and totals go on over new parents and lost children", () => {
  const samples = new Samples();
  let told = 0;
  const end = samples.listen(() => told++);
  const add = (bytesReceived: number, bytesSent: number) =>
    samples.add(sampleOf({ bytesReceived, bytesSent }));
  add(1_000, 10);
  add(5_000, 100);
  add(200, 40);
  add(1_200, 60);
  assertEquals(samples.totals, { bytesReceived: 6_200, bytesGiven: 120 });
  end();
  for (let i = 0; i < 2 * MAX_SAMPLES; i++) add(1_200, 60);
  assertEquals([samples.all.length, told], [MAX_SAMPLES, 4]);
});

Deno.test("phases: an end says when it was and for how long; a long search says that it goes on", () => {
  const at = (ms: number) => `t${ms}`;
  const { text } = endedText({ startedAt: 0, endedAt: 72 * 60_000 }, at);
  assertEquals(text?.startsWith("It ended at t4320000 and was 1 h 12 min long."), true, text);
  assertEquals(
    endedText({ startedAt: null, endedAt: 5 }, at).text?.startsWith("It ended at t5."),
    true,
  );
  assertEquals(
    textOf("reconnecting", { isSearchLong: true, ending: null }),
    STILL_RECONNECTING,
  );
  assertEquals([formatLength(0), formatLength(59_000), formatLength(60_000)], [
    "1 s",
    "59 s",
    "1 min",
  ]);
  assertEquals([formatLiveFor(0, 59_000), formatLiveFor(0, 61_000)], [
    "Just started",
    "Live for 1 min",
  ]);
});
