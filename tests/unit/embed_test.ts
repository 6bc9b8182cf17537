/** What a frame understands and says, and that the document tells of all of it. */
import { assert, assertEquals } from "@std/assert";
import { readCommand, stateOfPhase, toMessage } from "../../islands/embed/messages.ts";
import { readParameters } from "../../islands/embed/parameters.ts";
import { PHASE_TEXTS, type WatchPhase } from "../../islands/watch/phases.ts";
import { TributaryPlayer } from "../../lib/client/element/player_element.ts";
import { stateOfClient, stateOfError } from "../../lib/client/element/player_state.ts";
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

Deno.test("frame and element have the same states, and every phase is one", () => {
  const phases = Object.keys(PHASE_TEXTS) as WatchPhase[];
  assertEquals(new Set(phases.map(stateOfPhase)), new Set(STATES));
});

Deno.test("what the SDK says leads from one state of a player to the next", () => {
  assertEquals(stateOfError("unknown_broadcast", "connecting"), "waiting");
  assertEquals(stateOfError("unknown_broadcast", "ended"), "ended", "it was there before");
  assertEquals(stateOfError("no_capacity", "connecting"), "full");
  assertEquals(stateOfError("connection_lost", "live"), "lost");
  assertEquals(stateOfError("internal", "waiting"), "failed");
  assertEquals(stateOfClient("LISTENING", "connecting"), "live");
  assertEquals(stateOfClient("RECONNECTING", "live"), "reconnecting");
  assertEquals(stateOfClient("RECONNECTING", "lost"), "lost");
  assertEquals(stateOfClient("BROADCAST_ENDED", "live"), "ended");
  assertEquals(stateOfClient("DISCONNECTED", "waiting"), "waiting", "it goes on waiting");
  assertEquals(stateOfClient("READY", "live"), "lost", "its page was left and is brought back");
  assertEquals(stateOfClient("READY", "waiting"), "waiting");
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
