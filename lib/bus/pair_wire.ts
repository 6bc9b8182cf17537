/**
 * The wire between two instances of one process. It begins as a BroadcastChannel that only these
 * two have open, so that nobody unpacks another's mail; over it each offers the other a ring of
 * shared memory to write into, and from then on the channel serves only what does not fit there.
 * Below the reliable pair; it must not know what posts mean, and may lose or reorder them.
 */
import type { InstanceId } from "../tree/types.ts";
import type { Post } from "./post.ts";
import { canShareMemory, createRing, RingReader, RingWriter } from "./shared_ring.ts";

/** A post as it travels over a channel: without names, because every isolate pays for every byte. */
type PackedPost = [
  epoch: number,
  to: number,
  ack: number,
  seq: number,
  flags: number,
  text: string,
  ring: SharedArrayBuffer | null,
];

const ASKS = 1;
const MISSING = 2;

/** What a wire needs from whoever holds it. */
export interface PairWireOptions {
  /** The name the two ends share. */
  name: string;
  onPost: (post: Post) => void;
  /** False leaves everything to the channel. */
  sharesMemory?: boolean;
}

/** Names the wire between two instances, the same from either end. */
export function wireName(space: string, ends: [InstanceId, InstanceId]): string {
  return `${space}:${ends.toSorted().join("|")}`;
}

/** Carries posts between two instances. */
export class PairWire {
  #channel: BroadcastChannel;
  #onPost: (post: Post) => void;
  #ring: SharedArrayBuffer | null = null;
  #reader: RingReader | null = null;
  #writer: RingWriter | null = null;

  constructor({ name, onPost, sharesMemory = true }: PairWireOptions) {
    this.#onPost = onPost;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<PackedPost>) => this.#handlePacked(data);
    if (sharesMemory && canShareMemory()) {
      this.#ring = createRing();
      this.#reader = new RingReader(this.#ring, onPost);
    }
  }

  /** Tells whether posts go through shared memory, where they take no place in the process's queue. */
  get isShared(): boolean {
    return this.#writer !== null;
  }

  /** Puts a post on the wire. */
  post(post: Post): void {
    if (!this.#writer?.write(post)) this.#postPacked(post, null);
  }

  /** Puts a post on the channel, with the offer to use shared memory; for when nothing comes back. */
  postOpenly(post: Post): void {
    this.#postPacked(post, this.#ring);
  }

  /** Closes the wire. */
  close(): void {
    this.#reader?.stop();
    this.#channel.close();
  }

  #postPacked({ epoch, to, ack, seq, asks, missing, text }: Post, ring: SharedArrayBuffer | null) {
    const flags = (asks ? ASKS : 0) | (missing ? MISSING : 0);
    const packed: PackedPost = [epoch, to, ack, seq, flags, text, ring];
    this.#channel.postMessage(packed);
  }

  #handlePacked([epoch, to, ack, seq, flags, text, ring]: PackedPost): void {
    if (ring && this.#ring) this.#writer = new RingWriter(ring);
    // What is in shared memory was written earlier.
    this.#reader?.drain();
    const asks = (flags & ASKS) !== 0;
    const missing = (flags & MISSING) !== 0;
    this.#onPost({ epoch, to, ack, seq, asks, missing, text });
  }
}
