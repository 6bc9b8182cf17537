/** How carriers and frames find each other, with made-up ones of both. */
import { assert, assertEquals } from "@std/assert";
import type { EncodedFrame } from "../../lib/client/relay/frame.ts";
import { GroupOfPictures } from "../../lib/client/relay/group_of_pictures.ts";
import { KeyRequests } from "../../lib/client/relay/key_requests.ts";
import { Lane } from "../../lib/client/relay/lane.ts";
import { seededRandom } from "../support/sim/random.ts";

/** A frame with a number in its first bytes. */
function frame(n: number, isKey = false, bytes = 100): EncodedFrame {
  const data = new ArrayBuffer(bytes);
  new DataView(data).setUint32(0, n);
  return { data, isKey };
}

const numberOf = ({ data }: EncodedFrame) => new DataView(data).getUint32(0);

/** A lane, its encoder and its child, in a time of their own. */
class LaneWorld {
  now = 0;
  readonly group = new GroupOfPictures();
  /** Carriers that were ordered and have not come out of the encoder. */
  ordered = 0;
  carriers = 0;
  /** Which carrier took which frame, in the order in which they were sent. */
  readonly sent: [carrier: number, frame: number][] = [];
  keysAsked = 0;
  keysMade = 0;
  readonly lane: Lane<number>;

  constructor(kind: "audio" | "video" = "video") {
    this.lane = new Lane<number>({
      kind,
      send: (carrier, frame) => this.sent.push([carrier, numberOf(frame)]),
      make: () => this.ordered++,
      makeKey: () => this.keysMade++,
      askForKey: () => this.keysAsked++,
      nowMs: () => this.now,
    }, () => kind === "video" ? this.group.frames : []);
  }

  /** The source brings a frame. */
  bring(n: number, isKey = false): void {
    const it = frame(n, isKey);
    this.group.add(it);
    this.lane.handleFrame(it);
  }

  /** The source brings a sound, before which some are missing. */
  sound(n: number, missing = 0): void {
    this.lane.handleFrame({ ...frame(n, true), missing });
  }

  /** The encoder is done with one carrier. */
  encode(asksForKey = false): void {
    this.ordered--;
    this.lane.handleCarrier(++this.carriers, asksForKey);
  }

  /** The encoder is done with all that it has been given. */
  encodeAll(): void {
    while (this.ordered > 0) this.encode();
  }

  /** Time passes, with the lane's ticks in it, and an encoder that keeps up if there is one. */
  pass(ms: number, encodes = false): void {
    for (let i = 0; i < ms; i += 10) {
      this.now += 10;
      this.lane.tick();
      if (encodes) this.encodeAll();
    }
  }

  get frames(): number[] {
    return this.sent.map(([, n]) => n);
  }
}

/** A lane that is up and has sent key frame 1. */
function laneThatIsUp(): LaneWorld {
  const world = new LaneWorld();
  world.pass(10);
  world.bring(1, true);
  world.encodeAll();
  assertEquals([world.frames, world.ordered], [[1], 0]);
  return world;
}

/** A lane of sound that is up and has sent sound 1. */
function soundLaneThatIsUp(): LaneWorld {
  const world = new LaneWorld("audio");
  world.pass(10);
  world.encode();
  world.sound(1);
  world.encodeAll();
  assertEquals(world.frames, [1]);
  return world;
}

Deno.test("carriers are made until the first one comes out: before the link is up they are lost", () => {
  const world = new LaneWorld();
  world.pass(200);
  assert(world.ordered >= 4, `${world.ordered} were made`);
  world.ordered = 1;
  world.encode();
  world.pass(1_000);
  assertEquals(world.ordered, 0, "there is nothing to carry, so none is made");
});

Deno.test("a carrier is made for each frame when it comes, and tells that time however long there was none", () => {
  const world = laneThatIsUp();
  world.pass(5_000);
  assertEquals(world.ordered, 0);
  world.bring(2);
  assertEquals([world.frames, world.ordered], [[1], 1]);
  world.encode();
  world.pass(1_000);
  assertEquals([world.frames, world.ordered], [[1, 2], 0]);
});

Deno.test("a child that came long before its first frame gets it in a new carrier that is a key frame", () => {
  const world = new LaneWorld();
  world.pass(10);
  world.encode();
  world.pass(10_000);
  world.bring(1, true);
  assertEquals([world.keysMade, world.frames], [1, []]);
  // Those that were under way are not key frames: the child could not begin with them.
  world.encodeAll();
  assertEquals(world.frames, []);
  world.pass(50);
  world.bring(2);
  world.encode(true);
  world.encodeAll();
  assertEquals([world.frames, world.keysAsked], [[1, 2], 1]);
});

Deno.test("where the encoder cannot be told to make a key frame, the child begins all the same", () => {
  const world = new LaneWorld();
  world.pass(10);
  world.encode();
  world.pass(1_000);
  world.bring(1, true);
  world.pass(600, true);
  assertEquals(world.frames, [1]);
  assert(world.carriers < 40, `${world.carriers} carriers for nothing`);
});

Deno.test("for sounds that are missing carriers are dropped: the child's clock goes on", () => {
  const world = soundLaneThatIsUp();
  const before = world.carriers;
  world.sound(2);
  world.sound(5, 2);
  world.encodeAll();
  assertEquals(world.frames, [1, 2, 5]);
  assertEquals([world.carriers - before, world.lane.tally.dropped], [4, 2]);
});

Deno.test("while a source is silent for seconds the clock of the sound goes on", () => {
  const world = soundLaneThatIsUp();
  const before = world.carriers;
  world.pass(900, true);
  assertEquals(world.carriers, before, "what is late for less may still come all at once");
  world.pass(4_100, true);
  const bridged = world.carriers - before;
  assert(Math.abs(bridged - 250) <= 1, `${bridged} sounds for 5 s`);
  // The source tells of the same gap: it is not counted twice.
  world.sound(2, 40);
  world.encodeAll();
  assertEquals([world.frames, world.carriers - before], [[1, 2], bridged + 1]);
  // Nobody's clock is kept for ever.
  world.pass(600_000, true);
  assert(world.carriers - before - bridged <= 3_001);
});

Deno.test("with another source of sound the clock goes on by the time that passed between the two", () => {
  const world = soundLaneThatIsUp();
  const before = world.carriers;
  world.pass(400, true);
  world.lane.switchTo(() => []);
  world.pass(100, true);
  world.sound(100, 30);
  world.encodeAll();
  assertEquals([world.frames, world.carriers - before], [[1, 100], 25]);
});

Deno.test("a new child gets everything since the last key frame, and nobody is asked for one", () => {
  const world = new LaneWorld();
  for (let n = 1; n <= 5; n++) world.bring(n, n === 1 || n === 3);
  world.pass(10);
  world.encodeAll();
  assertEquals(world.frames, [3, 4, 5]);
  assertEquals(world.keysAsked, 0);
});

Deno.test("without a group of pictures a key frame is asked for, and nothing is sent before it comes", () => {
  const world = new LaneWorld();
  world.pass(10);
  world.encode();
  assertEquals(world.keysAsked, 1);
  for (const n of [7, 8]) world.bring(n);
  world.bring(9, true);
  world.bring(10);
  world.encodeAll();
  assertEquals(world.frames, [9, 10]);
  assertEquals(world.lane.tally.skipped, 2);
});

Deno.test("while a key frame is on its way everything goes on: who asks for it may be far below", () => {
  const world = laneThatIsUp();
  world.bring(2);
  world.encode(true);
  assertEquals(world.keysAsked, 1);
  world.bring(3);
  world.encode();
  world.bring(4, true);
  world.encode();
  world.bring(5);
  world.encode();
  assertEquals(world.frames, [1, 2, 3, 4, 5]);
  assertEquals([world.lane.tally.keysAsked, world.lane.tally.skipped], [1, 0]);
});

Deno.test("where every carrier is a key frame that is nobody's wish", () => {
  const world = new LaneWorld();
  world.pass(10);
  world.bring(1, true);
  world.encode(true);
  for (let n = 2; n <= 30; n++) {
    world.bring(n);
    world.encode(true);
  }
  assertEquals([world.frames.length, world.keysAsked, world.lane.tally.keysAsked], [30, 0, 0]);
});

Deno.test("a child that asks for a key frame gets the one that already waits, and next", () => {
  const world = laneThatIsUp();
  for (let n = 2; n <= 8; n++) world.bring(n, n === 6);
  world.encode(true);
  world.encodeAll();
  assertEquals(world.frames, [1, 6, 7, 8]);
  assertEquals([world.keysAsked, world.lane.tally.skipped], [0, 4]);
});

Deno.test("what waits is caught up with, in order, by several carriers at once", () => {
  const world = laneThatIsUp();
  for (let n = 2; n <= 12; n++) world.bring(n);
  assert(world.ordered > 1 && world.ordered <= 4, `${world.ordered} on their way`);
  assertEquals(world.lane.backlog, 11);
  world.encodeAll();
  assertEquals(world.frames, Array.from({ length: 12 }, (_, i) => i + 1));
  assertEquals(world.lane.backlog, 0);
});

Deno.test("carriers that the encoder swallows are made again", () => {
  const world = laneThatIsUp();
  world.bring(2);
  world.bring(3);
  world.ordered = 0;
  world.pass(100);
  assert(world.ordered > 0);
  world.encodeAll();
  assertEquals(world.frames, [1, 2, 3]);
});

Deno.test("a child that falls far behind goes on with the newest key frame, and is counted", () => {
  const world = laneThatIsUp();
  world.bring(2);
  world.ordered = 0;
  for (let n = 3; n <= 60; n++) world.bring(n, n === 20);
  assertEquals(world.lane.tally.overruns >= 1, true);
  assert(world.lane.backlog <= 31, `${world.lane.backlog} wait`);
  world.ordered = 1;
  world.encodeAll();
  world.bring(61, true);
  world.encodeAll();
  const after = world.frames.slice(1);
  assert([20, 61].includes(after[0]!), `goes on with a key frame: ${after[0]}`);
  assertEquals(world.lane.tally.sent + world.lane.tally.skipped, 61);
});

Deno.test("a child that is sent too much rests, and goes on with a key frame that nobody is asked for", () => {
  const world = laneThatIsUp();
  world.bring(2);
  world.lane.skipToKey();
  world.encodeAll();
  world.bring(3, true);
  world.pass(1_000, true);
  world.bring(4);
  assertEquals(world.lane.isResting, true);
  world.bring(5, true);
  assertEquals(world.lane.isResting, false);
  world.bring(6);
  world.encodeAll();
  assertEquals(world.frames, [1, 2, 5, 6]);
  assertEquals([world.keysAsked, world.lane.tally.skipped], [0, 2]);
  // Where none comes by itself it is asked for in the end.
  world.lane.skipToKey();
  world.pass(2_000, true);
  world.bring(7);
  assertEquals(world.keysAsked, 0);
  world.pass(1_000, true);
  world.bring(8);
  assertEquals(world.keysAsked, 1);
});

Deno.test("a key frame is awaited until the link is up and there is one, and not while a child rests", () => {
  const world = new LaneWorld();
  assertEquals(world.lane.awaitsKey, true);
  world.pass(30, true);
  assertEquals([world.carriers > 0, world.lane.awaitsKey], [true, true]);
  world.bring(1, true);
  world.encodeAll();
  assertEquals([world.frames, world.lane.awaitsKey], [[1], false]);
  world.lane.skipToKey();
  assertEquals([world.lane.isResting, world.lane.awaitsKey], [true, false]);
});

Deno.test("with another source a rest is over: its first key frame is taken, however soon it comes", () => {
  const world = laneThatIsUp();
  world.lane.skipToKey();
  assertEquals(world.lane.isResting, true);
  world.lane.switchTo(() => []);
  assertEquals(world.lane.isResting, false);
  world.lane.handleFrame(frame(100, true));
  world.encodeAll();
  assertEquals(world.frames, [1, 100]);
});

Deno.test("after a change of source the child gets a key frame of the new one, by the same lane", () => {
  const world = laneThatIsUp();
  const other = new GroupOfPictures();
  for (const [n, isKey] of [[100, true], [101, false]] as const) other.add(frame(n, isKey));
  world.lane.switchTo(() => other.frames);
  world.encodeAll();
  world.lane.handleFrame(frame(102));
  world.encodeAll();
  assertEquals(world.frames, [1, 100, 101, 102]);
  // One that has nothing yet: its first key frame is waited for.
  world.lane.switchTo(() => []);
  world.lane.handleFrame(frame(200));
  world.lane.handleFrame(frame(201, true));
  world.encodeAll();
  assertEquals(world.frames, [1, 100, 101, 102, 201]);
});

Deno.test("whatever comes when, a carrier takes one frame, in order, and none goes empty or twice", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const world = new LaneWorld();
    let n = 0;
    for (let step = 0; step < 400; step++) {
      const dice = random();
      if (dice < 0.4) world.bring(++n, n % 25 === 1);
      else if (dice < 0.75 && world.ordered > 0) world.encode(random() < 0.02);
      else if (dice < 0.78 && world.ordered > 0) world.ordered--; // swallowed
      else world.pass(10 * Math.ceil(random() * 5));
    }
    const carriers = world.sent.map(([carrier]) => carrier);
    const first = carriers[0] ?? 0;
    assertEquals(
      carriers,
      carriers.map((_, i) => first + i),
      `seed ${seed}: from the first one on every carrier, in order`,
    );
    const frames = world.frames;
    const rising = frames.every((it, i) => i === 0 || it > frames[i - 1]!);
    assert(rising, `seed ${seed}: frames in order, none twice`);
    // A gap ends with a key frame.
    const gaps = frames.filter((it, i) => i === 0 || it !== frames[i - 1]! + 1);
    assert(
      gaps.every((it) => it % 25 === 1),
      `seed ${seed}: after a gap comes a key frame: ${gaps}`,
    );
    const parked = world.carriers - world.sent.length - world.lane.tally.dropped;
    assert(
      parked === 0 || world.lane.backlog === 0,
      `seed ${seed}: nothing waits while one is parked`,
    );
  }
});

Deno.test("a group of pictures begins with a key frame and is bounded in frames and bytes", () => {
  const group = new GroupOfPictures({ maxFrames: 3, maxBytes: 1_000 });
  assertEquals(group.add(frame(1)), false);
  assertEquals(group.add(frame(2, true)), true);
  assertEquals(group.add(frame(3)), true);
  assertEquals(group.frames.map(numberOf), [2, 3]);
  assertEquals(group.add(frame(4, true)), true);
  assertEquals([group.frames.map(numberOf), group.bytes], [[4], 100]);
  assertEquals([group.add(frame(5)), group.add(frame(6)), group.add(frame(7))], [
    true,
    true,
    false,
  ]);
  assertEquals([group.frames.length, group.bytes], [0, 0]);
  assertEquals(group.add(frame(8, true, 2_000)), false);
  assertEquals(group.frames.length, 0);
});

Deno.test("requests for key frames are put together, and the last one is not lost", () => {
  let now = 0;
  let sent = 0;
  const keys = new KeyRequests(() => sent++, () => now);
  keys.ask();
  keys.ask();
  assertEquals(sent, 1);
  now = 200;
  keys.ask();
  keys.tick();
  assertEquals(sent, 1);
  now = 300;
  keys.tick();
  keys.tick();
  assertEquals(sent, 2);
  // Still wanted: it may have been lost.
  now = 700;
  keys.tick();
  assertEquals(sent, 3);
  keys.handleKey();
  now = 2_000;
  keys.tick();
  assertEquals(sent, 3);
});
