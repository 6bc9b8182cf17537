/** When a child counts as too slow, with made-up figures of senders. */
import { assertEquals } from "@std/assert";
import { ChildPace, type SentSample } from "../../lib/client/relay/child_pace.ts";

/** A sender that is looked at twice a second and sends 1 Mbit/s, in 60 packets each time. */
class Sender {
  readonly pace = new ChildPace(0);
  #sample: SentSample = {
    atMs: 0,
    packets: 0,
    bytes: 0,
    sendDelayMs: 0,
    loss: 0,
    availableBps: 5_000_000,
    backlog: 0,
    isResting: false,
  };

  /** Half a second goes by; returns how often the child fell behind in so many of them. */
  pass(
    times: number,
    { delayMs = 10, packets = 60, ...rest }: Partial<SentSample> & { delayMs?: number } = {},
  ): number {
    let count = 0;
    for (let i = 0; i < times; i++) {
      this.#sample = {
        ...this.#sample,
        loss: 0,
        availableBps: 5_000_000,
        backlog: 0,
        isResting: false,
        ...rest,
        atMs: this.#sample.atMs + 500,
        packets: this.#sample.packets + packets,
        bytes: this.#sample.bytes + packets * 1_042,
        sendDelayMs: this.#sample.sendDelayMs + packets * delayMs,
      };
      if (this.pace.note(this.#sample)) count++;
    }
    return count;
  }
}

Deno.test("a link that keeps up is left alone", () => {
  const sender = new Sender();
  assertEquals([sender.pass(100), sender.pace.pace], [0, "well"]);
  // Lost packets alone are the air's, up to a point.
  assertEquals(sender.pass(100, { loss: 0.1 }), 0);
});

Deno.test("a new link may take some seconds to get going", () => {
  const sender = new Sender();
  assertEquals(sender.pass(7, { delayMs: 1_500, backlog: 60 }), 0);
  assertEquals(sender.pass(10), 0);
});

Deno.test("a child is behind when frames leave late, are lost, wait for carriers, or soon will", () => {
  for (
    const sign of [
      { delayMs: 500 },
      { loss: 0.3 },
      { backlog: 16 },
      { delayMs: 200, availableBps: 600_000 },
    ]
  ) {
    const sender = new Sender();
    sender.pass(10);
    assertEquals(sender.pass(1, sign), 1, JSON.stringify(sign));
    assertEquals([sender.pass(1), sender.pace.pace], [0, "well"]);
  }
});

Deno.test("what the link is believed to carry is no sign by itself", () => {
  const sender = new Sender();
  sender.pass(10);
  assertEquals(sender.pass(10, { availableBps: 300_000 }), 0);
});

Deno.test("nothing is said of a link over which nothing is sent", () => {
  const sender = new Sender();
  sender.pass(10);
  assertEquals(sender.pass(4, { packets: 0, delayMs: 500, loss: 0.5 }), 0);
});

Deno.test("what was on its way when a rest began is late, and no other time", () => {
  const sender = new Sender();
  sender.pass(10);
  assertEquals(sender.pass(1, { delayMs: 600 }), 1);
  assertEquals(sender.pace.pace, "resting");
  assertEquals(sender.pass(5, { delayMs: 1_200, loss: 0.9, isResting: true }), 0);
  assertEquals(sender.pace.pace, "resting");
  assertEquals([sender.pass(1), sender.pace.pace], [0, "well"]);
});

Deno.test("who falls behind three times in 30 s is slow, until that is over", () => {
  const sender = new Sender();
  sender.pass(10);
  for (const pace of ["resting", "resting", "slow"]) {
    assertEquals(sender.pass(1, { delayMs: 600 }), 1);
    assertEquals(sender.pace.pace, pace);
    sender.pass(5, { isResting: true });
    assertEquals(sender.pace.pace, pace);
    sender.pass(1);
  }
  assertEquals(sender.pace.pace, "slow");
  sender.pass(40);
  assertEquals(sender.pace.pace, "well");
});
