/**
 * Brings frames of a picture into their order. Browsers show them to scripts as soon as their last
 * packet has come: one that lost a packet on its way comes after those that followed it. Whoever
 * passed them on like that would break the picture of everybody below. Pure. This module is browser
 * compatible.
 */
import type { EncodedFrame } from "./frame.ts";

/** Two seconds at 30 frames a second: by then the decoder has asked for a key frame long ago. */
const MAX_HELD = 60;

/** What is known of a frame's place. */
export interface FramePlace {
  /** Grows by one with every frame; only where sender and receiver have agreed to number them. */
  id?: number;
  /** The ids of those that it cannot be decoded without. */
  needs?: readonly number[];
  /** RTP time stamp, 32 bits at 90 kHz; begins anywhere, and begins anew. */
  timestamp?: number;
}

interface Held {
  frame: EncodedFrame;
  needs: readonly number[];
}

/** See the module's paragraph. */
export class PictureOrder {
  /** The id of the last frame that was let go; null until one with an id was. */
  #last: number | null = null;
  #held = new Map<number, Held>();
  #lastTimestamp: number | null = null;
  #isBroken = false;

  /** True when frames were let go of which children cannot make a picture: a key frame is wanted. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Takes a frame; returns those whose turn it is now. */
  take(frame: EncodedFrame, { id, needs, timestamp }: FramePlace): EncodedFrame[] {
    if (id === undefined) return this.#takeWithoutId(frame, timestamp);
    if (frame.isKey) {
      // Whatever is still missing before it is not needed any more.
      if (this.#last !== null && id <= this.#last && id > this.#last - MAX_HELD) return [];
      for (const held of this.#held.keys()) if (held <= id) this.#held.delete(held);
      this.#isBroken = false;
      return this.#letGo(id, frame);
    }
    if (this.#last === null || id <= this.#last) return [];
    this.#held.set(id, { frame, needs: needs?.length ? needs : [id - 1] });
    if (this.#held.size > MAX_HELD) {
      this.#held.clear();
      this.#isBroken = true;
    }
    return this.#release();
  }

  #takeWithoutId(frame: EncodedFrame, timestamp: number | undefined): EncodedFrame[] {
    if (timestamp === undefined) return [frame];
    const isLate = this.#lastTimestamp !== null && ((timestamp - this.#lastTimestamp) | 0) < 0;
    if (frame.isKey) this.#isBroken = false;
    else if (isLate) this.#isBroken = true;
    if (this.#isBroken) return [];
    this.#lastTimestamp = timestamp;
    return [frame];
  }

  #release(): EncodedFrame[] {
    for (const id of [...this.#held.keys()].sort((a, b) => a - b)) {
      const { frame, needs } = this.#held.get(id)!;
      if (needs.some((needed) => needed > this.#last!)) return [];
      this.#held.delete(id);
      return this.#letGo(id, frame);
    }
    return [];
  }

  #letGo(id: number, frame: EncodedFrame): EncodedFrame[] {
    this.#last = id;
    return [frame, ...this.#release()];
  }
}
