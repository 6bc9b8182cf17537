/** What is known of other clocks, on made-up networks: nothing here waits. */
import { assert, assertEquals } from "@std/assert";
import { CaptureTimes, rtpDifferenceMs } from "../../lib/client/latency/capture_times.ts";
import { ClockOffset } from "../../lib/client/latency/clock_offset.ts";
import { LeastDelay } from "../../lib/client/latency/least_delay.ts";
import { seededRandom } from "../support/sim/random.ts";

/** Two ends of a link that ask and answer five times a second. */
class Ends {
  readonly clock = new ClockOffset();
  now = 5_000;
  /** The other clock less this one. */
  offsetMs = 123_456;
  /** By how much the other clock is faster. */
  drift = 0;
  thereMs = () => 20;
  backMs = () => 20;
  /** How long the other end takes to answer. */
  answerMs = () => 3;
  isLost = () => false;

  other(at: number): number {
    return at + this.offsetMs + this.drift * at;
  }

  ask(times: number): boolean {
    let hasJumped = false;
    for (let i = 0; i < times; i++) {
      this.now += 200;
      const received = this.now + this.thereMs();
      const answered = received + this.answerMs();
      if (this.isLost()) continue;
      hasJumped = this.clock.note({
        askedAt: this.now,
        receivedAt: this.other(received),
        answeredAt: this.other(answered),
        cameAt: answered + this.backMs(),
      }) || hasJumped;
    }
    return hasJumped;
  }

  /** By how much the estimate is wrong now. */
  get wrongMs(): number {
    return Math.abs(this.clock.offsetMs! - (this.other(this.now) - this.now));
  }
}

Deno.test("an offset is not known before the first answer", () => {
  const { offsetMs, roundTripMs, wayMs } = new ClockOffset();
  assertEquals([offsetMs, roundTripMs, wayMs], [null, null, null]);
});

Deno.test("one quick exchange says more than many slow ones, and lost answers say nothing", () => {
  const random = seededRandom(1);
  const ends = new Ends();
  ends.thereMs = () => 10 + (random() < 0.9 ? 300 * random() : 0);
  ends.backMs = () => 10 + (random() < 0.9 ? 80 * random() : 0);
  ends.isLost = () => random() < 0.5;
  ends.ask(150);
  assert(ends.wrongMs < 5, `wrong by ${ends.wrongMs} ms`);
  assert(ends.clock.roundTripMs! < 30);
});

Deno.test("a way that is longer in one direction makes the offset wrong by half of that, no more", () => {
  const ends = new Ends();
  ends.thereMs = () => 90;
  ends.backMs = () => 10;
  ends.ask(20);
  assertEquals(Math.round(ends.wrongMs), 40);
  assertEquals(ends.clock.roundTripMs, 100);
});

Deno.test("a queue on the way back is seen in that direction, and leaves the offset alone", () => {
  const ends = new Ends();
  ends.ask(20);
  assertEquals(ends.clock.wayMs, 20);
  ends.backMs = () => 420;
  ends.ask(10);
  assertEquals([ends.clock.wayMs, ends.wrongMs], [420, 0]);
  ends.backMs = () => 20;
  ends.thereMs = () => 900;
  ends.ask(10);
  assertEquals([ends.clock.wayMs, ends.wrongMs], [20, 0]);
});

Deno.test("clocks that run apart are followed for hours", () => {
  const random = seededRandom(2);
  const ends = new Ends();
  ends.drift = 0.0001;
  ends.thereMs = () => 15 + 20 * random();
  ends.backMs = () => 15 + 20 * random();
  let worstMs = 0;
  for (let minute = 0; minute < 120; minute++) {
    assertEquals(ends.ask(300), false, "that is no jump");
    worstMs = Math.max(worstMs, ends.wrongMs);
  }
  assert(worstMs < 12, `wrong by ${worstMs} ms`);
});

Deno.test("a clock that jumps, as after sleep, is noticed by the next answer", () => {
  for (const jumpMs of [-3_600_000, -400, 400, 8_000]) {
    const ends = new Ends();
    ends.ask(100);
    ends.offsetMs += jumpMs;
    assertEquals(ends.ask(1), true, `${jumpMs}`);
    assertEquals(ends.wrongMs, 0, `${jumpMs}`);
  }
});

Deno.test("a jump between question and answer does no harm", () => {
  const ends = new Ends();
  ends.ask(10);
  const at = ends.now + 200;
  // The other clock jumped back while it answered, or this one while it waited.
  const exchange = { askedAt: at, receivedAt: ends.other(at), cameAt: at + 50 };
  ends.clock.note({ ...exchange, answeredAt: ends.other(at - 1_000) });
  ends.clock.note({ ...exchange, answeredAt: ends.other(at), cameAt: at - 1_000 });
  assertEquals(ends.wrongMs, 0);
});

Deno.test("what goes one way only tells the clocks apart by its least delay", () => {
  const random = seededRandom(3);
  const clock = new LeastDelay();
  assertEquals(clock.differenceMs, null);
  for (let at = 0; at < 20_000; at += 1_000) clock.note(at - 777, at + 5 + 200 * random());
  assert(clock.differenceMs! >= 782 && clock.differenceMs! < 802, `${clock.differenceMs}`);
  // The sender's clock is set back: that is believed as soon as nothing else is remembered.
  for (let at = 20_000; at < 55_000; at += 1_000) clock.note(at - 1_777, at + 5);
  assertEquals(Math.round(clock.differenceMs!), 1_782);
  clock.forget();
  assertEquals(clock.differenceMs, null);
});

Deno.test("times of capture are remembered by the very timestamp, and not for ever", () => {
  const times = new CaptureTimes();
  times.note(Array.from({ length: 300 }, (_, i) => [i * 3_000, i * 33]));
  assertEquals([times.of(299 * 3_000), times.of(299 * 3_000 + 1), times.of(0)], [
    299 * 33,
    null,
    null,
  ]);
});

Deno.test("RTP timestamps begin anew without a jump", () => {
  assertEquals(rtpDifferenceMs(9_000, 0), 100);
  assertEquals(rtpDifferenceMs(4_500, 2 ** 32 - 4_500), 100);
  assertEquals(rtpDifferenceMs(2 ** 32 - 4_500, 4_500), -100);
});
