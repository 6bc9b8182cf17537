import { assertEquals, assertLessOrEqual } from "@std/assert";
import {
  type BroadcastList,
  type BroadcastSummary,
  compareBroadcasts,
} from "../../lib/broadcast_summary.ts";
import { applyChanges, changesBetween } from "../../lib/list_changes.ts";
import { seededRandom } from "../support/sim/random.ts";

function summary(name: string, fields: Partial<BroadcastSummary> = {}): BroadcastSummary {
  return {
    name,
    title: name,
    broadcaster: "Ann",
    viewers: 0,
    startedAt: 1,
    still: null,
    ...fields,
  };
}

const listOf = (...broadcasts: BroadcastSummary[]): BroadcastList => ({
  broadcasts: broadcasts.sort(compareBroadcasts),
  total: broadcasts.length,
});

Deno.test("[LIST-4] changes say what came, what went, and of the others only what is different", () => {
  const before = listOf(summary("a"), summary("b", { viewers: 3 }), summary("c"));
  const after = listOf(summary("b", { viewers: 4 }), summary("c"), summary("d", { still: "v" }));
  assertEquals(changesBetween(before, after), {
    total: 3,
    gone: ["a"],
    came: [summary("d", { still: "v" })],
    changed: [{ name: "b", viewers: 4 }],
  });
  assertEquals(changesBetween(before, structuredClone(before)), null);
  assertEquals(changesBetween(before, { ...before, total: 9 })?.total, 9);
});

Deno.test("[LIST-4] a list and the changes make the next list, whatever has happened", () => {
  const random = seededRandom(7);
  const chance = (n: number) => Math.floor(random() * n);
  let list = listOf();
  for (let step = 0; step < 500; step++) {
    const broadcasts = list.broadcasts
      .filter(() => chance(10) > 0)
      .map((it) => chance(3) ? it : { ...it, viewers: chance(5), still: `v${chance(3)}` });
    for (const name of ["__proto__", `b${chance(30)}`, `b${chance(30)}`]) {
      if (!broadcasts.some((it) => it.name === name)) {
        broadcasts.push(summary(name, { startedAt: chance(4) }));
      }
    }
    const next = listOf(...broadcasts);
    const changes = changesBetween(list, next);
    if (changes) assertEquals(applyChanges(list, JSON.parse(JSON.stringify(changes))), next);
    else assertEquals(list, next);
    list = next;
  }
});

Deno.test("[LIST-4] a change of one count costs a small part of the list", () => {
  const many = Array.from({ length: 60 }, (_, i) => summary(`broadcast ${i}`, { viewers: i }));
  const before = listOf(...many);
  const after = listOf(...many.map((it, i) => i === 30 ? { ...it, viewers: 31.5 } : it));
  const bytes = JSON.stringify(changesBetween(before, after)).length;
  assertLessOrEqual(bytes, JSON.stringify(after).length / 50);
});
