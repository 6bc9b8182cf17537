/**
 * The wire between two instances of one process: a BroadcastChannel that only these two have open,
 * so that nobody unpacks another's mail. Below the reliable pair; it must not know what posts mean.
 */
import type { InstanceId } from "../tree/types.ts";
import type { Post } from "./post.ts";

/** A post as it travels: without names, because every byte is paid for in every isolate. */
type PackedPost = [
  epoch: number,
  to: number,
  ack: number,
  seq: number,
  flags: number,
  text: string,
];

const ASKS = 1;
const MISSING = 2;

/** Carries posts between two instances. */
export class PairChannel {
  #channel: BroadcastChannel;

  constructor(space: string, ends: [InstanceId, InstanceId], onPost: (post: Post) => void) {
    this.#channel = new BroadcastChannel(`${space}:${ends.toSorted().join("|")}`);
    this.#channel.onmessage = ({ data }: MessageEvent<PackedPost>) => {
      const [epoch, to, ack, seq, flags, text] = data;
      const asks = (flags & ASKS) !== 0;
      const missing = (flags & MISSING) !== 0;
      onPost({ epoch, to, ack, seq, asks, missing, text });
    };
  }

  /** Puts a post on the wire. */
  post({ epoch, to, ack, seq, asks, missing, text }: Post): void {
    const flags = (asks ? ASKS : 0) | (missing ? MISSING : 0);
    const packed: PackedPost = [epoch, to, ack, seq, flags, text];
    this.#channel.postMessage(packed);
  }

  /** Closes the channel. */
  close(): void {
    this.#channel.close();
  }
}
