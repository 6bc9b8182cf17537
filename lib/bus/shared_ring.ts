/**
 * A one-way road between two isolates through shared memory: one writes posts, the other reads
 * them. Below the wire of a pair. A BroadcastChannel turns every byte into a number in an array, in
 * every isolate of the process; here a byte is copied once, and nobody else wakes. It must not know
 * what posts mean; it never loses one, but refuses what does not fit.
 */
import type { Post } from "./post.ts";

/**
 * Size of a ring. A sender has 64 Ki UTF-16 units under way at most, which is 192 KiB of UTF-8 in
 * the worst case, and the end of the ring may stay empty for a record that does not fit there.
 */
const RING_BYTES = 256 * 1024;

/** Written and read positions, on a cache line of their own. */
const CONTROL_BYTES = 64;
const WRITTEN = 0;
const READ = 1;

/** Each record: length of the text and flags (32 bits each), ack, seq, epoch, to (64 bits each), text. */
const HEADER_BYTES = 40;

/** Stands in place of a length where the rest of the ring is unused. */
const WRAP = -1;

const ASKS = 1;
const MISSING = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Tells whether this runtime can wait for shared memory without blocking. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === "function" && typeof Atomics.waitAsync === "function";
}

/** Allocates the memory of a ring. */
export function createRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL_BYTES + RING_BYTES);
}

/** The views both ends use. Positions are multiples of 8; the ring is empty when they are equal. */
class Ring {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly int32: Int32Array<SharedArrayBuffer>;
  readonly float64: Float64Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
    this.bytes = new Uint8Array(memory, CONTROL_BYTES);
    this.int32 = new Int32Array(memory, CONTROL_BYTES);
    this.float64 = new Float64Array(memory, CONTROL_BYTES);
  }
}

/** Writes into a ring that another isolate reads. */
export class RingWriter {
  #ring: Ring;

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new Ring(memory);
  }

  /** Writes a post and wakes the reader; false when there is no room. */
  write(post: Post): boolean {
    const { control, int32 } = this.#ring;
    const written = Atomics.load(control, WRITTEN);
    const read = Atomics.load(control, READ);
    let next = -1;
    if (written < read) {
      next = this.#put(post, written, read);
    } else {
      next = this.#put(post, written, RING_BYTES);
      if (next === RING_BYTES) next = 0;
      // A ring filled to the last byte would look empty.
      if (next === read) next = -1;
      if (next < 0) {
        next = this.#put(post, 0, read);
        if (next >= 0) int32[written / 4] = WRAP;
      }
    }
    if (next < 0 || next === read) return false;
    Atomics.store(control, WRITTEN, next);
    Atomics.notify(control, WRITTEN);
    return true;
  }

  /** Returns where the record ends, or -1 when it does not fit between `at` and `end`. */
  #put(post: Post, at: number, end: number): number {
    const { bytes, int32, float64 } = this.#ring;
    const textAt = at + HEADER_BYTES;
    if (textAt + post.text.length > end) return -1;
    let length = 0;
    if (post.text.length > 0) {
      const done = encoder.encodeInto(post.text, bytes.subarray(textAt, end));
      if (done.read < post.text.length) return -1;
      length = done.written;
    }
    int32[at / 4] = length;
    int32[at / 4 + 1] = (post.asks ? ASKS : 0) | (post.missing ? MISSING : 0);
    float64[at / 8 + 1] = post.ack;
    float64[at / 8 + 2] = post.seq;
    float64[at / 8 + 3] = post.epoch;
    float64[at / 8 + 4] = post.to;
    return (textAt + length + 7) & ~7;
  }
}

/** Reads a ring that another isolate writes. */
export class RingReader {
  #ring: Ring;
  #onPost: (post: Post) => void;
  #stopped = false;

  constructor(memory: SharedArrayBuffer, onPost: (post: Post) => void) {
    this.#ring = new Ring(memory);
    this.#onPost = onPost;
    this.#watch();
  }

  /** Hands over what is there. */
  drain(): void {
    const { control, int32 } = this.#ring;
    while (!this.#stopped) {
      const read = Atomics.load(control, READ);
      if (read === Atomics.load(control, WRITTEN)) return;
      const length = int32[read / 4]!;
      if (length === WRAP) {
        Atomics.store(control, READ, 0);
        continue;
      }
      const post = this.#take(read, length);
      const next = (read + HEADER_BYTES + length + 7) & ~7;
      Atomics.store(control, READ, next === RING_BYTES ? 0 : next);
      this.#onPost(post);
    }
  }

  /** Ends the watch; nothing is handed over any more. */
  stop(): void {
    this.#stopped = true;
    Atomics.notify(this.#ring.control, WRITTEN);
  }

  #watch(): void {
    while (!this.#stopped) {
      this.drain();
      const { control } = this.#ring;
      const wait = Atomics.waitAsync(control, WRITTEN, Atomics.load(control, READ));
      if (!wait.async) continue;
      wait.value.then(() => this.#watch());
      return;
    }
  }

  #take(at: number, length: number): Post {
    const { bytes, int32, float64 } = this.#ring;
    const flags = int32[at / 4 + 1]!;
    const textAt = at + HEADER_BYTES;
    return {
      ack: float64[at / 8 + 1]!,
      seq: float64[at / 8 + 2]!,
      epoch: float64[at / 8 + 3]!,
      to: float64[at / 8 + 4]!,
      asks: (flags & ASKS) !== 0,
      missing: (flags & MISSING) !== 0,
      text: length === 0 ? "" : decoder.decode(bytes.subarray(textAt, textAt + length)),
    };
  }
}
