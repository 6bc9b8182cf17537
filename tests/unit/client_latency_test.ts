/** How the age of a picture is put together along a chain, with made-up ways, waits and clocks. */
import { assert, assertEquals } from "@std/assert";
import { untold } from "../../lib/client/latency/child_teller.ts";
import { LinkLatency, type Told } from "../../lib/client/latency/link_latency.ts";
import { type Spent, spentEachMs } from "../../lib/client/latency/link_readings.ts";
import { seededRandom } from "../support/sim/random.ts";

const NOTHING_TOLD: Told = { depth: null, ageMs: null, captured: [] };

/** One link, seen from its child's end, in a time of its own. Frames come 30 times a second. */
class World {
  readonly link = new LinkLatency();
  /** The time that is right, which no clock shows. */
  now = 100_000;
  /** What the clocks show when that is 0. */
  page = 3_000;
  stats = 5_000_000;
  parentPage = -70_000;
  parentBrowser = 9_000_000;
  wayMs = () => 25;
  /** From capture to the parent's end of the link. */
  aboveMs = 0;
  waitMs = 60;
  /** What is told besides the depth. */
  tell: (frames: { rtp: number; capturedAt: number }[]) => Partial<Told> = () => ({});
  depth: number | null = 0;
  isStamped = true;
  isLost = () => false;
  #sent: { rtp: number; capturedAt: number }[] = [];
  #rtp = 2 ** 32 - 300_000;

  /** Lets time pass; `frameMs` is the time from one frame to the next. */
  pass(ms: number, frameMs: () => number = () => 1_000 / 30): void {
    let lookAt = this.now + 200;
    let reportAt = this.now + 1_000;
    for (const end = this.now + ms; this.now < end;) {
      const between = frameMs();
      this.now += between;
      this.#rtp = (this.#rtp + Math.round(90 * between)) >>> 0;
      const capturedAt = this.now - this.aboveMs;
      this.#sent.push({ rtp: this.#rtp, capturedAt });
      this.link.handleShown({
        rtpTimestamp: this.#rtp,
        shownAt: this.stats + this.now + this.wayMs() + this.waitMs,
        stampedAt: this.isStamped ? this.parentBrowser + capturedAt : null,
      });
      if (this.now >= reportAt) {
        this.#look(this.now + this.wayMs());
        reportAt = this.now + 1_000;
      }
      if (this.now >= lookAt) {
        this.#ask();
        lookAt = this.now + 200;
      }
    }
  }

  get latencyMs(): number | null {
    const latencyMs = this.link.latencyMs(this.page + this.now + this.waitMs + this.wayMs());
    return latencyMs === null ? null : Math.round(latencyMs);
  }

  #look(cameAt: number): void {
    this.link.handleLook({
      now: this.page + cameAt,
      statsNow: this.stats + cameAt,
      report: { sentAt: this.parentBrowser + this.now, cameAt: this.stats + cameAt },
      bufferMs: this.waitMs,
    });
  }

  #ask(): void {
    if (this.isLost()) return;
    const [there, back] = [this.wayMs(), this.wayMs()];
    const told = { ...NOTHING_TOLD, depth: this.depth, ...this.tell(this.#sent) };
    this.#sent = [];
    const cameAt = this.now + there + back;
    this.link.handleTold(told, {
      askedAt: this.page + this.now,
      receivedAt: this.parentPage + this.now + there,
      answeredAt: this.parentPage + this.now + there,
      cameAt: this.page + cameAt,
    }, this.page + cameAt);
  }
}

/** What a relay that forwards tells. */
function toldByFrames(world: World): World["tell"] {
  return (frames) => ({
    captured: frames.map(({ rtp, capturedAt }) => [rtp, world.parentPage + capturedAt]),
  });
}

Deno.test("[LATENCY-4] below the broadcaster its stamps tell, whatever the clocks show", () => {
  const world = new World();
  world.pass(3_000);
  assertEquals([world.latencyMs, world.link.depth], [85, 1]);
});

Deno.test("a network that is busy at times makes the picture older, and nothing else", () => {
  const random = seededRandom(4);
  const world = new World();
  world.wayMs = () => 25 + (random() < 0.3 ? 100 * random() : 0);
  world.pass(30_000);
  assert(Math.abs(world.latencyMs! - 85) < 30, `${world.latencyMs}`);
});

Deno.test("a relay that forwards says when each frame was captured, at whatever pace they come", () => {
  const random = seededRandom(5);
  const world = new World();
  Object.assign(world, { depth: 4, aboveMs: 700, isLost: () => random() < 0.3 });
  world.tell = toldByFrames(world);
  world.pass(10_000, () => 20 + 1_500 * random() ** 4);
  assertEquals([world.latencyMs, world.link.depth], [785, 5]);
});

Deno.test("a relay that encodes again says how old frames are when they leave", () => {
  const world = new World();
  // What its own frames are stamped with may be its own time, or that of the source: nobody can tell.
  Object.assign(world, { depth: 1, aboveMs: 300, tell: () => ({ ageMs: 300 }) });
  world.pass(3_000);
  assertEquals(world.latencyMs, 385);
  world.isStamped = false;
  world.pass(3_000);
  assertEquals(world.latencyMs, 385);
});

Deno.test("each frame below a relay that encodes again has a time of capture, for those further down", () => {
  const world = new World();
  Object.assign(world, { depth: 1, tell: () => ({ ageMs: 300 }) });
  let newest = 0;
  const { tell } = world;
  world.tell = (frames) => {
    newest = frames.at(-1)!.rtp;
    return tell(frames);
  };
  world.pass(3_000);
  const capturedAt = world.link.capturedAt(newest)! - world.page;
  assert(Math.abs(world.now - 300 - capturedAt) < 40, `${world.now - 300 - capturedAt}`);
});

Deno.test("a broadcaster whose browser stamps nothing says how old frames are, as relays do", () => {
  const world = new World();
  Object.assign(world, { isStamped: false, tell: () => ({ ageMs: 8 }) });
  world.pass(3_000);
  assertEquals(world.latencyMs, 93);
});

Deno.test("[LATENCY-5] where the parent says nothing, nothing is known: stamps alone are not believed", () => {
  const world = new World();
  world.depth = null;
  world.pass(3_000);
  assertEquals([world.latencyMs, world.link.depth], [null, null]);
  world.depth = 2;
  world.pass(3_000);
  assertEquals([world.latencyMs, world.link.depth], [null, 3]);
});

Deno.test("a picture that has stood still for long has no age any more", () => {
  const world = new World();
  world.pass(3_000);
  world.now += 5_000;
  assertEquals(world.latencyMs, 85);
  world.now += 6_000;
  assertEquals(world.latencyMs, null);
});

Deno.test("[LATENCY-3] another depth above is told by the next answer", () => {
  const world = new World();
  world.depth = 3;
  world.pass(1_000);
  assertEquals(world.link.depth, 4);
  world.depth = 1;
  world.pass(250);
  assertEquals(world.link.depth, 2);
});

Deno.test("a clock of the parent that jumps is followed within two seconds", () => {
  const world = new World();
  world.tell = toldByFrames(world);
  world.depth = 1;
  world.pass(5_000);
  world.parentPage += 40_000;
  world.parentBrowser += 40_000;
  world.pass(2_000);
  assertEquals(world.latencyMs, 85);
  world.tell = () => ({});
  world.depth = 0;
  world.pass(5_000);
  world.parentPage -= 90_000;
  world.parentBrowser -= 90_000;
  world.pass(2_000);
  assertEquals(world.latencyMs, 85);
});

Deno.test("what went by for each frame is that of the frames since the last look", () => {
  const spent = (count: number, ms: number): Spent => ({ count, ms });
  assertEquals(spentEachMs(null, null), null);
  assertEquals(spentEachMs(spent(0, 0), null), null);
  assertEquals(spentEachMs(spent(10, 50), null), 5);
  assertEquals(spentEachMs(spent(20, 250), spent(10, 50)), 20);
  assertEquals(
    spentEachMs(spent(20, 250), spent(20, 250)),
    12.5,
    "nothing new: that of all of them",
  );
});

Deno.test("[LATENCY-5] a child is told of each frame once, and only when its capture is known", () => {
  const passed = Array.from({ length: 60 }, (_, i) => ({ received: i, sent: 1_000 + i }));
  const knownUpTo = (last: number) => (received: number) => received <= last ? 10 * received : null;
  assertEquals(untold(passed.slice(0, 5), null, knownUpTo(2)), [[1_000, 0], [1_001, 10], [
    1_002,
    20,
  ]]);
  assertEquals(untold(passed.slice(0, 5), 1_002, knownUpTo(2)), []);
  assertEquals(untold(passed.slice(0, 5), 1_002, knownUpTo(9)), [[1_003, 30], [1_004, 40]]);
  assertEquals(untold(passed, 7, knownUpTo(99)).length, 30, "after a change of source, the newest");
  assertEquals(untold([], null, knownUpTo(9)), []);
});
