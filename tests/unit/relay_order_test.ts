/** Frames that come in another order than they were sent in, with made-up ones. */
import { assert, assertEquals } from "@std/assert";
import { isKeyFrame } from "../../lib/client/relay/key_frame.ts";
import { PictureOrder } from "../../lib/client/relay/picture_order.ts";
import { SoundOrder } from "../../lib/client/relay/sound_order.ts";
import { seededRandom } from "../support/sim/random.ts";

/** Lets frames pass through an order; `k` before an id makes a key frame. Returns the ids let go. */
function pass(order: PictureOrder, ...frames: string[]): number[] {
  return frames.flatMap((text) => {
    const isKey = text.startsWith("k");
    const id = Number(text.replace("k", ""));
    const frame = { data: new Uint8Array([id]).buffer, isKey };
    return order.take(frame, { id, needs: isKey ? [] : [id - 1] });
  }).map(({ data }) => new Uint8Array(data)[0]!);
}

Deno.test("frames that came in order are let go at once", () => {
  assertEquals(pass(new PictureOrder(), "k1", "2", "3"), [1, 2, 3]);
});

Deno.test("those that follow a frame that lost a packet wait for it", () => {
  const order = new PictureOrder();
  assertEquals(pass(order, "k1", "3", "4"), [1]);
  assertEquals(pass(order, "2"), [2, 3, 4]);
});

Deno.test("a key frame ends all waiting, and what comes late after it is left out", () => {
  const order = new PictureOrder();
  assertEquals(pass(order, "k1", "3", "7", "k6"), [1, 6, 7]);
  assertEquals(pass(order, "2", "5", "8"), [8]);
});

Deno.test("a frame does not wait for one that it can do without", () => {
  const order = new PictureOrder();
  pass(order, "k1");
  const third = { data: new ArrayBuffer(1), isKey: false };
  assertEquals(order.take(third, { id: 3, needs: [1] }).length, 1);
});

Deno.test("nothing is let go before the first key frame, and too much of what waits asks for another", () => {
  const order = new PictureOrder();
  assertEquals(pass(order, "1", "2"), []);
  assertEquals(pass(order, "k3"), [3]);
  for (let id = 5; id < 65; id++) pass(order, String(id));
  assertEquals(order.isBroken, false);
  pass(order, "65");
  assertEquals(order.isBroken, true);
  assertEquals(pass(order, "k70", "71"), [70, 71]);
  assertEquals(order.isBroken, false);
});

Deno.test("frames whose numbers begin anew are taken for what they are", () => {
  const order = new PictureOrder();
  assertEquals(pass(order, "k100", "101", "k1", "2"), [100, 101, 1, 2]);
});

Deno.test("without numbers the time stamps tell what is late, and then a key frame is wanted", () => {
  const order = new PictureOrder();
  const take = (timestamp: number, isKey = false) =>
    order.take({ data: new ArrayBuffer(1), isKey }, { timestamp }).length;
  // Stamps begin anew in the middle.
  assertEquals([take(0xffffff00, true), take(0x10), take(0x20)], [1, 1, 1]);
  assertEquals([take(0x18), order.isBroken, take(0x30)], [0, true, 0]);
  assertEquals([take(0x40, true), order.isBroken, take(0x50)], [1, false, 1]);
});

Deno.test("whatever comes when, frames are let go in order, and each with all that it needs", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const order = new PictureOrder();
    const sent = Array.from({ length: 120 }, (_, i) => i + 1);
    // Some are lost for good, some come up to eight places late.
    const arrivals = sent.filter(() => random() > 0.01)
      .map((id) => ({ id, at: id + (random() < 0.1 ? random() * 8 : 0) }))
      .sort((a, b) => a.at - b.at);
    const isKey = (id: number) => id % 20 === 1;
    const gone = arrivals.flatMap(({ id }) => pass(order, `${isKey(id) ? "k" : ""}${id}`));
    assert(gone.every((id, i) => i === 0 || id > gone[i - 1]!), `seed ${seed}: in order`);
    assert(
      gone.every((id) => isKey(id) || gone.includes(id - 1)),
      `seed ${seed}: each with what it needs: ${gone}`,
    );
  }
});

Deno.test("sounds that are missing are counted, and those that come too late are left out", () => {
  const order = new SoundOrder();
  const take = (frames: number) => order.take((0xfffff000 + frames * 960) >>> 0);
  assertEquals([take(0), take(1), take(2)], [0, 0, 0]);
  assertEquals([take(5), take(4), take(6)], [2, null, 0]);
  assertEquals(take(6), null);
  // Another beginning, before or after.
  assertEquals([take(1_000), take(1_001), take(3), take(4)], [0, 0, 0, 0]);
  // Where nothing is known nothing is missing.
  assertEquals(order.take(undefined), 0);
});

Deno.test("frames of 60 ms take the clock of three", () => {
  const order = new SoundOrder();
  assertEquals([order.take(0), order.take(2_880), order.take(5_760)], [0, 2, 2]);
});

Deno.test("key frames are told by their first bits", () => {
  const bytes = (...all: number[]) => new Uint8Array(all).buffer;
  const check = (codec: string, key: ArrayBuffer, delta: ArrayBuffer) =>
    assertEquals(
      [isKeyFrame(`video/${codec}`, key), isKeyFrame(`video/${codec}`, delta)],
      [true, false],
      codec,
    );
  check("VP8", bytes(0x50, 0x42, 0x00, 0x9d, 0x01, 0x2a), bytes(0x31, 0x04, 0x00));
  check("VP9", bytes(0x82, 0x49, 0x83, 0x42), bytes(0x86, 0x00));
  check("VP9", bytes(0xb0, 0x49), bytes(0xb2, 0x00));
  check("AV1", bytes(0x0a, 0x0b, 0x00), bytes(0x32, 0x10));
  check("AV1", bytes(0x12, 0x00, 0x0a, 0x0b), bytes(0x12, 0x00, 0x32, 0x10));
  check(
    "H264",
    bytes(0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce, 0, 0, 0, 1, 0x65, 0x88),
    bytes(0, 0, 0, 1, 0x41, 0x9a),
  );
  assertEquals(isKeyFrame("video/H265", bytes(1)), null);
  assertEquals(isKeyFrame("video/VP8", new ArrayBuffer(0)), false);
});
