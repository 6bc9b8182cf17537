/** What a frame understands and says, and that the document tells of all of it. */
import { assert, assertEquals } from "@std/assert";
import { readCommand, toMessage } from "../../islands/embed/messages.ts";
import { readParameters } from "../../islands/embed/parameters.ts";
import { PHASE_TEXTS } from "../../islands/watch/phases.ts";
import { TributaryPlayer } from "../../lib/client/element/player_element.ts";
import { PLAYER_STYLES } from "../../lib/client/element/player_styles.ts";
import { PLAYER_ACTIONS, PLAYER_WORDS } from "../../lib/client/element/player_words.ts";

const DOCUMENT = await Deno.readTextFile(new URL("../../docs/EMBEDDING.md", import.meta.url));

const STATES = Object.keys(PLAYER_WORDS) as (keyof typeof PLAYER_WORDS)[];

/** The first words in code of each row of the tables below a heading. */
function tableBelow(heading: string): string[] {
  const section = DOCUMENT.split(/^#+ /m).find((one) => one.startsWith(`${heading}\n`));
  assert(section, heading);
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, first]) => first!);
}

Deno.test("parameters of a frame are 0 or 1, and anything else counts as not said", () => {
  const read = (query: string) => readParameters(new URLSearchParams(query));
  const usual = { isMuted: false, hasControls: true, relays: true };
  assertEquals(read(""), usual);
  assertEquals(read("muted=1&controls=0&relay=0"), {
    isMuted: true,
    hasControls: false,
    relays: false,
  });
  assertEquals(read("muted=true&controls=&relay=no&__proto__=1&muted[]=1"), usual);
});

Deno.test("a frame takes commands that are meant for it, and nothing else", () => {
  for (const command of ["play", "mute", "unmute", "leave"]) {
    assertEquals(readCommand({ target: "tributary", command, more: 1 }), command);
  }
  for (
    const data of [
      null,
      undefined,
      "play",
      [],
      { command: "play" },
      { target: "Tributary", command: "play" },
      { target: "tributary", command: "toString" },
      { target: "tributary", command: ["play"] },
    ]
  ) assertEquals(readCommand(data), null, JSON.stringify(data));
});

Deno.test("a frame says what it is about", () => {
  assertEquals(toMessage("x", { event: "state", state: "live" }), {
    source: "tributary",
    name: "x",
    event: "state",
    state: "live",
  });
});

Deno.test("frame and element have the same states", () => {
  assertEquals(Object.keys(PHASE_TEXTS).sort(), [...STATES].sort());
});

Deno.test("the document tells of everything there is, and of nothing else", () => {
  assertEquals(tableBelow("Parameters"), ["muted=1", "controls=0", "relay=0"]);
  const messages = tableBelow("Messages").filter((row) => !row.startsWith("{"));
  assertEquals(
    messages,
    messages.filter((command) => readCommand({ target: "tributary", command })),
  );
  assertEquals(messages.length, 4);
  assertEquals(tableBelow("Attributes").sort(), [...TributaryPlayer.observedAttributes].sort());
  assertEquals(tableBelow("States"), STATES);
  const hooks = tableBelow("Styling");
  for (const [hook] of PLAYER_STYLES.matchAll(/--tributary-[\w-]+/g)) {
    assert(hooks.includes(hook), `${hook} is not told of`);
  }
  for (const hook of hooks) {
    const part = /^::part\((\w+)\)$/.exec(hook)?.[1];
    const isThere = part
      ? PLAYER_STYLES.includes(`[part=${part}]`) || PLAYER_STYLES.includes(part)
      : PLAYER_STYLES.includes(hook);
    assert(isThere || hook.includes("[state="), `there is no ${hook}`);
  }
  for (const slot of Object.keys(PLAYER_ACTIONS)) assert(DOCUMENT.includes(`\`${slot}\``), slot);
});
