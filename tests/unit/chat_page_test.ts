/** What the pages make of a chat, as far as it needs no browser. */
import { assert, assertEquals } from "@std/assert";
import { colourOf, linesOf, piecesOf } from "../../islands/chat/lines.ts";
import { obstacleOf, obstacleText, remainingText, wasSaid } from "../../islands/chat/sending.ts";
import { EMPTY_CHAT } from "../../lib/client/chat_state.ts";
import type { ChatMessage } from "../../lib/protocol/mod.ts";

const message = (id: string, from = "v", text = id): ChatMessage => ({
  id,
  at: 1,
  from,
  name: "V",
  text,
});

Deno.test("linesOf() puts hidden messages where they were, those in a row together", () => {
  const lines = linesOf([message("b"), message("e")], ["d", "a", "c", "f"]);
  assertEquals(
    lines.map((line) => line.kind === "hidden" ? line.count : line.message.id),
    [1, "b", 2, "e", 1],
  );
  assertEquals(new Set(lines.map(({ id }) => id)).size, 5);
});

Deno.test("piecesOf() finds links to the web, and nothing else", () => {
  const links = (text: string) => piecesOf(text).flatMap(({ href }) => href ?? []);
  assertEquals(links("see https://a.example/x?y=1#z, or http://b.example."), [
    "https://a.example/x?y=1#z",
    "http://b.example",
  ]);
  for (const text of ["javascript:alert(1)", "data:text/html,x", "a.example", "https://", "//a"]) {
    assertEquals(links(text), [], text);
  }
  const text = "(https://a.example) and <https://b.example>";
  assertEquals(piecesOf(text).map((piece) => piece.text).join(""), text);
});

Deno.test("colourOf() is the same for the same peer, and not for all", () => {
  assertEquals(colourOf("p1"), colourOf("p1"));
  const colours = new Set(Array.from({ length: 200 }, () => colourOf(crypto.randomUUID())));
  assertEquals(colours.size, 8);
});

Deno.test("[CHAT-6] obstacleOf() says how long to wait, to the second", () => {
  const said = { now: 1_000, text: "Hi", after: "" };
  const obstacle = obstacleOf({ code: "too_fast", waitMs: 1_200 }, said)!;
  assertEquals(obstacle, { kind: "wait", until: 2_200 });
  assertEquals(obstacleText(obstacle, 1_000), "One moment: you can send this in 2 s.");
  assertEquals(obstacleText(obstacle, 2_150), "One moment: you can send this in 1 s.");
  assertEquals(obstacleOf({ code: "chat_off" }, said), null);
  assertEquals(obstacleOf({ code: "internal" }, said)?.kind, "failed");
});

Deno.test("a message of which nobody knew whether it was sent is recognised when it comes", () => {
  const obstacle = obstacleOf({ code: "connection_lost" }, { now: 0, text: "Hi", after: "b" })!;
  assert(obstacle.kind === "unsure");
  const state = { ...EMPTY_CHAT, self: "me" };
  const earlier = message("a", "me", "Hi");
  assertEquals(wasSaid({ ...state, messages: [earlier] }, obstacle), false);
  assertEquals(wasSaid({ ...state, messages: [message("c", "v", "Hi")] }, obstacle), false);
  assertEquals(wasSaid({ ...state, messages: [message("c", "me", "Hi")] }, obstacle), true);
});

Deno.test("remainingText() speaks up near the limit only", () => {
  assertEquals([200, 249, 250, 299, 300].map((length) => remainingText(length, 300)), [
    "",
    "",
    "50 characters left",
    "1 character left",
    "0 characters left",
  ]);
});
