import { assertEquals } from "@std/assert";
import { Hints } from "../../lib/signalling/hints.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { virtualBusNetwork } from "../support/virtual_bus.ts";

/** Two instances, and what each was told. */
function twoInstances() {
  const clock = new SimClock();
  const network = virtualBusNetwork(clock);
  const [here, there] = ["here", "there"].map((instance) => {
    const bus = network.join(instance);
    const hints = new Hints({ bus, clock });
    const told: string[] = [];
    const unlisten = hints.listen((broadcast) => told.push(broadcast));
    return { bus, hints, told, unlisten };
  });
  return { clock, here: here!, there: there! };
}

Deno.test("Hints tell the own instance of every change, before changed() returns", () => {
  const { here } = twoInstances();
  here.hints.changed("a");
  here.hints.changed("a");
  here.hints.changed("b");
  assertEquals(here.told, ["a", "a", "b"]);
});

Deno.test("Hints tell others of a first change at once, and of a wave in few messages", async () => {
  const { clock, here, there } = twoInstances();
  here.hints.changed("a");
  await clock.advance(0);
  assertEquals(there.told, ["a"]);
  for (let i = 0; i < 100; i++) {
    here.hints.changed("a");
    await clock.advance(1);
  }
  assertEquals(there.told.length, 3, "one more for each 50 ms");
});

Deno.test("Hints never leave the last change of a wave untold", async () => {
  const { clock, here, there } = twoInstances();
  here.hints.changed("a");
  await clock.advance(1);
  here.hints.changed("a");
  await clock.advance(1);
  assertEquals(there.told.length, 1);
  await clock.advance(60);
  assertEquals(there.told.length, 2);
  await clock.advance(10_000);
  assertEquals(there.told.length, 2, "and nothing follows");
});

Deno.test("Hints go out at once again after a quiet while", async () => {
  const { clock, here, there } = twoInstances();
  for (let i = 1; i <= 3; i++) {
    here.hints.changed("a");
    await clock.advance(0);
    assertEquals(there.told.length, i);
    await clock.advance(60);
  }
});

Deno.test("Hints about one broadcast do not hold up those about another", async () => {
  const { clock, here, there } = twoInstances();
  for (const name of ["a", "b", "__proto__"]) here.hints.changed(name);
  await clock.advance(0);
  assertEquals(there.told, ["a", "b", "__proto__"]);
});

Deno.test("Hints that arrive go to the listeners and not back to the bus", async () => {
  const { clock, here, there } = twoInstances();
  here.hints.changed("a");
  await clock.advance(1_000);
  assertEquals([here.told, there.told], [["a"], ["a"]]);
});

Deno.test("Hints end with unlisten() and close(), and take nothing that is no name", async () => {
  const { clock, here, there } = twoInstances();
  const second: string[] = [];
  there.hints.listen((broadcast) => second.push(broadcast));
  there.unlisten();
  here.hints.changed("a");
  here.bus.publish("broadcasts", { not: "a name" });
  await clock.advance(10);
  assertEquals([there.told, second], [[], ["a"]]);
  there.hints.close();
  here.hints.changed("a");
  here.hints.close();
  await clock.advance(1_000);
  assertEquals([here.told, second], [["a", "a"], ["a"]]);
});
