/** The parts of a chat that know neither time nor network. */
import { assert, assertEquals } from "@std/assert";
import { EMPTY_CHAT, foldChat } from "../../lib/client/chat_state.ts";
import {
  type ChatMessage,
  cleanChatName,
  cleanChatText,
  MAX_CHAT_NAME_LENGTH,
  MAX_MUTED,
  type ServerMessageOf,
} from "../../lib/protocol/mod.ts";
import { Allowance } from "../../lib/signalling/chat/allowance.ts";
import { nextMessageId } from "../../lib/signalling/chat/message_ids.ts";
import { ReactionSums } from "../../lib/signalling/chat/reaction_sums.ts";
import { decide } from "../../lib/signalling/chat/rules.ts";
import { NO_RULES } from "../../lib/store/chat_store.ts";
import { seededRandom } from "../support/sim/random.ts";

Deno.test("[CHAT-4] cleanChatText() leaves one line of what can be seen", () => {
  const cases = [
    ["plain", "plain"],
    ["  a \r\n\t b\u0000\u0007c ", "a b c"],
    ["\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"],
    ["👩‍👩‍👧 ok", "👩‍👩‍👧 ok"],
    ["مرحبا \u200fשלום", "مرحبا \u200fשלום"],
    ["<b>&amp;", "<b>&amp;"],
    ["\u200b\u2060\ufeff \u3164", ""],
    ["\u0301", ""],
    ["", ""],
  ];
  for (const [text, clean] of cases) assertEquals(cleanChatText(text!), clean);
});

Deno.test("[CHAT-5] cleanChatName() cuts long names, never through a character of two units", () => {
  const name = cleanChatName("x" + "👍".repeat(100));
  assert(name.length <= MAX_CHAT_NAME_LENGTH && name.endsWith("👍…") && name.isWellFormed());
  assertEquals(cleanChatName(" Ada\n"), "Ada");
});

Deno.test("[CHAT-6] an allowance fills up steadily, and no further than it was", () => {
  const allowance = new Allowance({ burst: 2, everyMs: 1_000 }, 0);
  assertEquals([0, 0, 0, 100].map((at) => allowance.take(at)), [0, 0, 1_000, 900]);
  assertEquals([1_000, 1_000].map((at) => allowance.take(at)), [0, 1_000]);
  assertEquals([60_000, 60_000, 60_000].map((at) => allowance.take(at)), [0, 0, 1_000]);
  // A clock that was put back takes nothing away and gives nothing.
  assertEquals(allowance.take(59_000), 1_000);
});

Deno.test("[CHAT-10] ids grow with the time, and with what was seen by an instance whose clock is slow", () => {
  const random = seededRandom(1);
  let latest = "";
  for (const now of [1e12, 1e12, 1e12 + 1, 1e12 - 5_000, 1e12 + 2, 3e13]) {
    const id = nextMessageId(now, latest, random);
    assert(id > latest, `${id} after ${latest}`);
    assertEquals(id.length, 17);
    latest = id;
  }
});

Deno.test("decide() changes what it is told to, and tells when nothing changes", () => {
  const ann = { id: "a", name: "Ann" };
  let rules = decide(NO_RULES, { mute: ann, hide: "m" });
  assertEquals(rules, { isOn: true, muted: [ann], hidden: ["m"] });
  assertEquals(decide(rules, { mute: { id: "a", name: "Other" }, hide: "m", isOn: true }), rules);
  assert(decide(rules, { unmute: "unknown" }) === rules);
  rules = decide(rules, { unmute: "a", isOn: false });
  assertEquals(rules, { isOn: false, muted: [], hidden: ["m"] });
  for (let i = 0; i < 200; i++) {
    rules = decide(rules, { hide: `h${i}`, mute: { id: `p${i}`, name: "P" } });
  }
  assertEquals([rules.hidden.length, rules.muted.length], [100, MAX_MUTED]);
  assertEquals([rules.hidden.at(-1), rules.muted[0]!.id], ["h199", "p100"]);
});

Deno.test("[CHAT-9] sums of reactions count everything once", () => {
  const [here, there] = [new ReactionSums("here"), new ReactionSums("there")];
  assertEquals([here.takePost(), here.takeDue()], [null, null]);
  here.add("heart");
  here.add("heart");
  here.add("wow");
  const post = here.takePost()!;
  assertEquals([here.takeDue(), here.takeDue()], [{ heart: 2, wow: 1 }, null]);
  there.add("heart");
  assertEquals([there.hear(post), there.hear(post)], [true, false]);
  assertEquals(there.takeDue(), { heart: 3, wow: 1 });
  assertEquals(there.takePost(), ["there", 1, { heart: 1 }]);
  here.add("like");
  assert(there.hear(here.takePost()!));
});

Deno.test("[CHAT-10] foldChat() puts what comes late, twice and in any order where it belongs", () => {
  const all = Array.from({ length: 30 }, (_, i) => message(i));
  const random = seededRandom(7);
  let state = foldChat(EMPTY_CHAT, news({ self: "me", isOn: true, messages: all.slice(0, 5) }));
  assertEquals([state.self, state.isConnected], ["me", true]);
  for (const each of [...all, ...all].sort(() => random() - 0.5)) {
    state = foldChat(state, news({ messages: [each] }));
  }
  assertEquals(state.messages, all);
  state = foldChat(state, news({ hidden: [all[3]!.id, all[9]!.id] }));
  state = foldChat(state, news({ messages: [all[3]!, all[4]!] }));
  assertEquals(state.messages.length, 28);
  assertEquals(state.hidden, [all[3]!.id, all[9]!.id]);
});

Deno.test("foldChat() keeps what news do not speak of, and the last messages of many", () => {
  const muted = [{ id: "p", name: "P" }];
  let state = foldChat(EMPTY_CHAT, news({ self: "me", isOn: false, isMuted: true, muted }));
  state = foldChat({ ...state, isConnected: false }, news({ messages: [message(1)] }));
  assertEquals([state.isOn, state.isMuted, state.muted, state.isConnected], [
    false,
    true,
    muted,
    false,
  ]);
  for (let i = 0; i < 300; i++) state = foldChat(state, news({ messages: [message(i)] }));
  assertEquals([state.messages.length, state.messages.at(-1)], [200, message(299)]);
});

function message(i: number): ChatMessage {
  return { id: String(i).padStart(5, "0"), at: i, from: "v", name: "V", text: `says ${i}` };
}

function news(
  fields: Partial<ServerMessageOf<"CHAT_CHANGED">>,
): ServerMessageOf<"CHAT_CHANGED"> {
  return { command: "CHAT_CHANGED", name: "b", ...fields };
}
