/** Steps that many ask for, in virtual time. */
import { assertEquals } from "@std/assert";
import { Paced } from "../../lib/signalling/paced.ts";
import { SimClock } from "../support/sim/sim_clock.ts";

Deno.test("Paced puts together what is asked for too soon, and forgets nothing", async () => {
  const clock = new SimClock();
  const at: number[] = [];
  const step = async () => {
    at.push(clock.now());
    await clock.delay(30);
  };
  const paced = new Paced({ clock, step, settleMs: 10, intervalMs: () => 100 });
  paced.ask();
  paced.ask(5);
  await clock.advance(20);
  // Under way: once more, when the pause after it is over.
  paced.ask();
  paced.ask(1_000);
  await clock.advance(500);
  assertEquals(at, [5, 135]);
  paced.ask(1_000);
  paced.ask();
  await clock.advance(5_000);
  assertEquals(at, [5, 135, 530]);
  paced.ask();
  paced.cancel();
  await clock.advance(5_000);
  assertEquals(at.length, 3);
});

Deno.test("Paced takes a step at once for whom it is said to, but one at a time", async () => {
  const clock = new SimClock();
  const steps: number[] = [];
  const step = async () => {
    steps.push(clock.now());
    await clock.delay(20);
  };
  const paced = new Paced({ clock, step, settleMs: 10, intervalMs: () => 100 });
  paced.askAtOnce();
  await clock.advance(30);
  paced.askAtOnce();
  await clock.advance(10);
  paced.askAtOnce();
  await clock.advance(1_000);
  assertEquals(steps, [0, 30, 150]);
});
