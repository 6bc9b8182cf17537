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
  ring?: SharedArrayBuffer,
];

const ASKS = 1;
const MISSING = 2;
/** Says that the sender has been offered a ring, so that this post went by channel for a reason. */
const HAS_RING = 4;

/** An offer may be lost, so it is repeated; but never for ever to an end that cannot take it. */
const MAX_OFFERS = 5;

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
  #sharesMemory: boolean;
  #ring: SharedArrayBuffer | null = null;
  #reader: RingReader | null = null;
  #writer: RingWriter | null = null;
  /** The other end lives and has not got our ring. Whom nobody hears gets no offer: it would leak. */
  #mustOffer = false;
  #offersLeft = MAX_OFFERS;

  constructor({ name, onPost, sharesMemory = true }: PairWireOptions) {
    this.#onPost = onPost;
    this.#sharesMemory = sharesMemory && canShareMemory();
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<PackedPost>) => this.#handlePacked(data);
  }

  /** Tells whether posts go through shared memory, where they take no place in the process's queue. */
  get isShared(): boolean {
    return this.#writer !== null;
  }

  /** Puts a post on the wire. */
  post(post: Post): void {
    if (this.#mustOffer || !this.#writer?.write(post)) this.postByChannel(post);
  }

  /** Puts a post on the channel, for when nothing comes back by the other way. */
  postByChannel({ epoch, to, ack, seq, asks, missing, text }: Post): void {
    const flags = (asks ? ASKS : 0) | (missing ? MISSING : 0) | (this.#writer ? HAS_RING : 0);
    const packed: PackedPost = [epoch, to, ack, seq, flags, text];
    if (this.#mustOffer) packed.push(this.#offer());
    this.#channel.postMessage(packed);
  }

  /** Forgets what was agreed with the other end, which has restarted and reads another ring. */
  forget(): void {
    this.#writer = null;
    this.#offersLeft = MAX_OFFERS;
  }

  /** Hands over what has arrived already. */
  drain(): void {
    this.#reader?.drain();
  }

  /** Closes the wire. */
  close(): void {
    this.#reader?.stop();
    this.#channel.close();
  }

  #offer(): SharedArrayBuffer {
    this.#mustOffer = false;
    this.#offersLeft--;
    this.#ring ??= createRing();
    this.#reader ??= new RingReader(this.#ring, this.#onPost);
    return this.#ring;
  }

  #handlePacked([epoch, to, ack, seq, flags, text, ring]: PackedPost): void {
    if (this.#sharesMemory) {
      if (ring) this.#writer = new RingWriter(ring);
      if ((flags & HAS_RING) === 0) this.#mustOffer = this.#offersLeft > 0;
    }
    // What is in shared memory was written earlier.
    this.drain();
    const asks = (flags & ASKS) !== 0;
    const missing = (flags & MISSING) !== 0;
    this.#onPost({ epoch, to, ack, seq, asks, missing, text });
  }
}
