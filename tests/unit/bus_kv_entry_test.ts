import { assert, assertEquals } from "@std/assert";
import {
  type KvEntry,
  KvQueue,
  KvStream,
  MAX_ENTRY_CHARS,
  type NumberedPiece,
} from "../../lib/bus/kv_entry.ts";

const NEVER = Infinity;

function takeAll(queue: KvQueue): NumberedPiece[] {
  const pieces: NumberedPiece[] = [];
  for (let piece = queue.take(NEVER); piece; piece = queue.take(NEVER)) pieces.push(piece);
  return pieces;
}

function entry(piece: NumberedPiece, expiresAtMs = NEVER): KvEntry {
  return { ...piece, expiresAtMs };
}

/** Takes pieces in and returns what they brought. */
function read(stream: KvStream, pieces: NumberedPiece[], epoch = 1) {
  const arrivals = pieces.map((piece) => stream.accept(epoch, piece.seq, entry(piece), 0));
  return {
    items: arrivals.flatMap((arrival) => arrival?.text ? JSON.parse(arrival.text) : []),
    gaps: arrivals.filter((arrival) => arrival?.gap).length,
    known: arrivals.filter((arrival) => arrival === null).length,
  };
}

/** A queue that holds items of these lengths. */
function queueOf(lengths: number[]): { queue: KvQueue; items: string[] } {
  const queue = new KvQueue();
  const items = lengths.map((length, i) => String(i % 10).repeat(length));
  for (const item of items) queue.add(JSON.stringify(item));
  return { queue, items };
}

Deno.test("KvQueue puts many small items into one entry, and no more than fit", () => {
  const { queue, items } = queueOf(Array(1000).fill(300));
  const pieces = takeAll(queue);
  assertEquals(pieces.length, Math.ceil(1000 / Math.floor((MAX_ENTRY_CHARS - 1) / 303)));
  assert(pieces.every(({ text }) => text.length <= MAX_ENTRY_CHARS));
  assertEquals(pieces.map(({ seq }) => seq), pieces.map((_, i) => i + 1));
  assertEquals(read(new KvStream(), pieces), { items, gaps: 0, known: 0 });
});

Deno.test("KvQueue and KvStream carry items of any size around the limit", () => {
  for (let more = -8; more <= 8; more++) {
    for (const times of [1, 2, 3]) {
      const large = MAX_ENTRY_CHARS * times + more;
      const { queue, items } = queueOf([10, large, 10, large, large, 0]);
      const pieces = takeAll(queue);
      assert(pieces.every(({ text }) => text.length <= MAX_ENTRY_CHARS));
      assertEquals(read(new KvStream(), pieces), { items, gaps: 0, known: 0 });
      assertEquals(queue.heldChars, 0);
    }
  }
});

Deno.test("KvQueue cuts a character in two without loss", () => {
  const queue = new KvQueue();
  const item = "x" + "😀".repeat(MAX_ENTRY_CHARS);
  queue.add(JSON.stringify(item));
  assertEquals(read(new KvStream(), takeAll(queue)).items, [item]);
});

Deno.test("KvQueue gives no entry that is longer than asked for, and keeps it", () => {
  const { queue, items } = queueOf([100, 100]);
  assertEquals(queue.take(50), null);
  assertEquals(read(new KvStream(), takeAll(queue)).items, items);
});

Deno.test("KvQueue counts what it holds", () => {
  const { queue } = queueOf([100, MAX_ENTRY_CHARS, 5]);
  assert(queue.heldChars >= MAX_ENTRY_CHARS + 105);
  queue.take(NEVER);
  assert(queue.heldChars >= MAX_ENTRY_CHARS);
  takeAll(queue);
  assertEquals([queue.heldChars, queue.isEmpty], [0, true]);
});

Deno.test("KvStream tells of what KvQueue dropped", () => {
  const stream = new KvStream();
  const { queue } = queueOf([10]);
  read(stream, takeAll(queue));
  queue.add('"dropped"');
  queue.drop();
  queue.add('"after"');
  assertEquals(read(stream, takeAll(queue)), { items: ["after"], gaps: 1, known: 0 });
});

Deno.test("KvStream takes each entry once", () => {
  const stream = new KvStream();
  const { queue, items } = queueOf([10, 70_000, 10]);
  const pieces = takeAll(queue);
  assertEquals(read(stream, pieces.flatMap((piece) => [piece, piece])).items, items);
  assertEquals(read(stream, pieces), { items: [], gaps: 0, known: pieces.length });
});

Deno.test("KvStream tells of every lost entry, and never joins pieces across one", () => {
  const { queue, items } = queueOf([10, 100_000, 20, 100_000, 30]);
  const pieces = takeAll(queue);
  for (let lost = 0; lost < pieces.length - 1; lost++) {
    const result = read(new KvStream(), pieces.toSpliced(lost, 1));
    assertEquals(result.gaps, 1, `entry ${lost} lost`);
    assert(result.items.length < items.length);
    assert(result.items.every((item) => items.includes(item)));
  }
});

Deno.test("KvStream drops what is expired and says so", () => {
  const stream = new KvStream();
  const { queue } = queueOf([10, 100_000]);
  const [first, ...rest] = takeAll(queue);
  const expired = stream.accept(1, first!.seq, entry(first!, 100), 100);
  assertEquals(expired, { gap: true, text: null });
  assertEquals(read(stream, rest).gaps, 0);
});

Deno.test("KvStream tells of a sender's new life, and ignores the old one from then on", () => {
  const stream = new KvStream();
  const before = takeAll(queueOf([10, 40_000]).queue);
  const after = takeAll(queueOf([20]).queue);
  assertEquals(read(stream, before.slice(0, 1), 1).gaps, 0);
  assertEquals(read(stream, after, 2), { items: ["0".repeat(20)], gaps: 1, known: 0 });
  assertEquals(read(stream, before.slice(1), 1).known, before.length - 1);
});

Deno.test("KvStream tells a receiver that has restarted that it came too late", () => {
  const pieces = takeAll(queueOf([40_000, 10]).queue);
  assertEquals(read(new KvStream(), pieces.slice(1)).gaps, 1);
});
