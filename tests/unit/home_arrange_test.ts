/** The cards of the home page: what moves, and when. */
import { assertEquals } from "@std/assert";
import { arrange, type Card, cardsOf, clear } from "../../islands/home/arrange.ts";
import type { BroadcastList, BroadcastSummary } from "../../lib/broadcast_summary.ts";

function listOf(names: string, { total = names.length, viewers = 0 } = {}): BroadcastList {
  const broadcasts = [...names].map((name): BroadcastSummary => ({
    name,
    title: name,
    broadcaster: "Ann",
    viewers,
    startedAt: 1,
    still: null,
  }));
  return { broadcasts, total };
}

const FREE = { now: 1_000, isHeld: false };
const HELD = { now: 1_000, isHeld: true };

/** A letter for each card: small for what is over, followed by ! for what is new. */
const shape = (cards: Card[]) =>
  cards.map(({ broadcast: { name }, isNew, overAt }) =>
    (overAt === null ? name : name.toLowerCase()) + (isNew ? "!" : "")
  ).join("");

Deno.test("cards keep their places whatever the list's order is, and know the latest", () => {
  const cards = arrange(cardsOf(listOf("ABC")), listOf("CBA", { viewers: 7 }), FREE);
  assertEquals(shape(cards), "ABC");
  assertEquals(cards.map(({ broadcast }) => broadcast.viewers), [7, 7, 7]);
});

Deno.test("new cards come last", () => {
  assertEquals(shape(arrange(cardsOf(listOf("AB")), listOf("XAYB"), FREE)), "ABX!Y!");
});

Deno.test("a card says for a while that its broadcast is over, and then goes", () => {
  let cards = arrange(cardsOf(listOf("ABC")), listOf("AC"), FREE);
  assertEquals(shape(cards), "AbC");
  cards = arrange(cards, listOf("AC"), { ...FREE, now: 6_000 });
  assertEquals(shape(clear(cards, { ...FREE, now: 6_999 })), "AbC");
  assertEquals(shape(clear(cards, { ...FREE, now: 7_000 })), "AC");
  assertEquals(shape(arrange(cards, listOf("ABC"), { ...FREE, now: 60_000 })), "ABC", "again live");
});

Deno.test("nothing goes under a hand", () => {
  let cards = arrange(cardsOf(listOf("ABC")), listOf("AC"), HELD);
  cards = clear(cards, { now: 600_000, isHeld: true });
  assertEquals(shape(cards), "AbC");
  assertEquals(shape(clear(cards, { now: 600_000, isHeld: false })), "AC");
});

Deno.test("who is only less watched now is not said to be over", () => {
  const most = listOf("AC", { total: 90 });
  assertEquals(shape(arrange(cardsOf(listOf("ABC", { total: 90 })), most, FREE)), "AC");
  assertEquals(shape(arrange(cardsOf(listOf("ABC", { total: 90 })), most, HELD)), "ABC");
});
