import { assert, assertEquals } from "@std/assert";
import type { Post } from "../../lib/bus/post.ts";
import { createRing, RingReader, RingWriter } from "../../lib/bus/shared_ring.ts";
import { until } from "../contract/bus_end.ts";
import { seededRandom } from "./bus_virtual_time.ts";

const LETTERS = ["a", "ü", "€", "😀"];

Deno.test("RingWriter and RingReader pass every post on, in order and unchanged", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = seededRandom(seed);
    const memory = createRing();
    const writer = new RingWriter(memory);
    const got: Post[] = [];
    const reader = new RingReader(memory, (post) => got.push(post));
    const written: Post[] = [];
    let refused = 0;
    for (let n = 0; n < 300; n++) {
      const length = Math.floor(random() ** 4 * 70_000);
      const post = postOf(n, LETTERS[Math.floor(random() * 4)]!.repeat(length));
      if (writer.write(post)) written.push(post);
      else refused++;
      if (random() < 0.2) reader.drain();
    }
    reader.drain();
    reader.stop();
    assertEquals(got, written, `seed ${seed}`);
    assert(refused > 0, `seed ${seed} never filled the ring`);
  }
});

Deno.test("RingWriter refuses what cannot fit, and goes on", () => {
  const memory = createRing();
  const writer = new RingWriter(memory);
  const got: Post[] = [];
  const reader = new RingReader(memory, (post) => got.push(post));
  assertEquals(writer.write(postOf(1, "x".repeat(300_000))), false);
  assertEquals(writer.write(postOf(2, "€".repeat(100_000))), false);
  assertEquals(writer.write(postOf(3, "small")), true);
  reader.drain();
  reader.stop();
  assertEquals(got, [postOf(3, "small")]);
});

Deno.test("RingWriter fills the ring to the last byte without making it look empty", () => {
  const memory = createRing();
  const writer = new RingWriter(memory);
  const got: Post[] = [];
  const reader = new RingReader(memory, (post) => got.push(post));
  // Records of 1 KiB: the ring's size is a multiple of theirs, so the end is met exactly.
  let written = 0;
  for (let round = 0; round < 10; round++) {
    while (writer.write(postOf(written, "x".repeat(1024 - 40)))) written++;
    reader.drain();
    assertEquals(got.length, written);
  }
  reader.stop();
  assertEquals(got.map(({ seq }) => seq), [...Array(written).keys()]);
});

Deno.test("RingReader wakes by itself and stays silent after stop()", async () => {
  const memory = createRing();
  const writer = new RingWriter(memory);
  const got: number[] = [];
  const reader = new RingReader(memory, ({ seq }) => got.push(seq));
  writer.write(postOf(1, "hello"));
  assertEquals(got, []);
  // Without a timer of the test's own nothing would keep the isolate waiting for shared memory.
  await until("the first post", () => got.length === 1);
  reader.stop();
  writer.write(postOf(2, "too late"));
  const other = createRing();
  const marks: number[] = [];
  const marker = new RingReader(other, ({ seq }) => marks.push(seq));
  new RingWriter(other).write(postOf(3, ""));
  await until("a later post elsewhere", () => marks.length === 1);
  marker.stop();
  assertEquals(got, [1]);
});

function postOf(seq: number, text: string): Post {
  const epoch = 1_800_000_000_000 + seq;
  return {
    epoch,
    to: epoch + 1,
    ack: 2 ** 40,
    seq,
    asks: seq % 2 === 0,
    missing: seq % 3 === 0,
    text,
  };
}
