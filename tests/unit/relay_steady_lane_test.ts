/** How sounds find carriers that come by themselves, with made-up ones of both. */
import { assert, assertEquals } from "@std/assert";
import { SteadyLane } from "../../lib/client/relay/steady_lane.ts";

/** A lane whose carriers and frames are numbered. */
class World {
  carriers = 0;
  frames = 0;
  readonly sent: [carrier: number, frame: number][] = [];
  readonly lane = new SteadyLane<number>((carrier, { data }) =>
    this.sent.push([carrier, new DataView(data).getUint32(0)])
  );

  bring(): void {
    const data = new ArrayBuffer(4);
    new DataView(data).setUint32(0, ++this.frames);
    this.lane.handleFrame({ data, isKey: true });
  }

  encode(): void {
    this.lane.handleCarrier(++this.carriers);
  }
}

Deno.test("before the link is up no sound waits: nobody is to hear it late", () => {
  const world = new World();
  for (let i = 0; i < 100; i++) world.bring();
  assertEquals(world.lane.backlog, 0);
  world.encode();
  world.bring();
  assertEquals(world.sent, [[1, 101]]);
});

Deno.test("carriers without a sound are dropped but for the latest, so that the child's clock goes right", () => {
  const world = new World();
  for (let i = 0; i < 500; i++) world.encode();
  world.bring();
  assertEquals(world.sent, [[499, 1]]);
  assertEquals(world.lane.tally.dropped, 498);
});

Deno.test("sounds that come in one go after a gap find the carriers of the gap, or those that follow", () => {
  const world = new World();
  for (let i = 0; i < 3; i++) world.encode();
  for (let i = 0; i < 4; i++) world.bring();
  world.encode();
  world.encode();
  assertEquals(world.sent, [[2, 1], [3, 2], [4, 3], [5, 4]]);
});

Deno.test("sounds that come faster than carriers are left out now and then, and never late", () => {
  const world = new World();
  world.encode();
  for (let i = 0; i < 10_000; i++) {
    // Clocks that differ by more than any two do: one sound in a hundred is too many.
    if (i % 100 !== 0) world.encode();
    world.bring();
    assert(world.lane.backlog <= 3);
  }
  const { sent, skipped } = world.lane.tally;
  assertEquals(sent + skipped + world.lane.backlog, 10_000);
  assert(skipped > 90 && skipped <= 100, `${skipped} were left out`);
});

Deno.test("another source begins with its own sounds", () => {
  const world = new World();
  world.encode();
  for (let i = 0; i < 3; i++) world.bring();
  world.lane.switchTo();
  world.encode();
  world.bring();
  assertEquals(world.sent, [[1, 1], [2, 4]]);
});
