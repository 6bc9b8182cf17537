import { assertEquals, assertStrictEquals } from "@std/assert";
import { place } from "../../lib/tree/place.ts";
import type { Slot } from "../../lib/tree/types.ts";
import { seededRandom } from "../support/sim/random.ts";
import { HERE, slotOf } from "../support/tree_peers.ts";

const NEIGHBOUR = { instance: "neighbour", region: HERE.region };
const FAR = { instance: "far", region: "us" };

Deno.test("[JOIN-3] place() prefers the shallowest slot, however far it is", () => {
  const near = slotOf("near", 0, { depth: 3, address: HERE });
  const shallow = slotOf("far", 0, { depth: 2, address: FAR });
  assertStrictEquals(place([near, shallow], HERE, () => 0), shallow);
  assertStrictEquals(place([shallow, near], HERE, () => 0), shallow);
});

Deno.test("place() among equally deep slots prefers the own instance, then the own region", () => {
  const far = slotOf("far", 0, { address: FAR });
  const neighbour = slotOf("neighbour", 0, { address: NEIGHBOUR });
  const here = slotOf("here", 0, { address: HERE });
  assertStrictEquals(place([far, neighbour, here], HERE, () => 0), here);
  assertStrictEquals(place([neighbour, far], HERE, () => 0), neighbour);
  assertStrictEquals(place([far], HERE, () => 0), far);
});

Deno.test("place() takes an instance for near by its id, and not by its region", () => {
  const sameId = slotOf("a", 0, { address: { instance: HERE.instance, region: "renamed" } });
  const sameRegion = slotOf("b", 0, { address: NEIGHBOUR });
  assertStrictEquals(place([sameRegion, sameId], HERE, () => 0), sameId);
});

Deno.test("place() gives each of the equals the same chance", () => {
  const slots = Array.from({ length: 5 }, (_, n) => slotOf("root", n));
  const deeper = slotOf("deeper", 0, { depth: 2 });
  const chosen = new Map<Slot, number>(slots.map((slot) => [slot, 0]));
  const random = seededRandom(7);
  const draws = 10_000;
  for (let i = 0; i < draws; i++) {
    // The deeper one in their midst must not disturb the count of the equals.
    const slot = place([slots[0]!, deeper, ...slots.slice(1)], HERE, random)!;
    chosen.set(slot, chosen.get(slot)! + 1);
  }
  // 2,000 are expected with a standard deviation of 40.
  const unfair = [...chosen.values()].filter((count) => Math.abs(count - draws / 5) > 200);
  assertEquals(unfair, []);
  assertEquals(chosen.has(deeper), false);
});

Deno.test("place() asks for no randomness where there is no choice", () => {
  const random = () => {
    throw new Error("not needed");
  };
  const slots = [slotOf("b", 0, { depth: 2 }), slotOf("a", 0, { address: FAR }), slotOf("c", 0)];
  assertEquals(place(slots, HERE, random)?.parent, "c");
});

Deno.test("place() returns null when there is no slot, and takes any iterable", () => {
  assertEquals(place([], HERE, () => 0), null);
  assertEquals(place(new Map<string, Slot>().values(), HERE, () => 0), null);
  const slot = slotOf("root", 1);
  assertStrictEquals(place(new Map([["x", slot]]).values(), HERE, () => 0), slot);
});
