/**
 * All frames since the last key frame, so that a new child sees a picture at once and nobody above has
 * to make another key frame for it. Bounded: what has grown too long is worth less than a new key
 * frame. Pure; knows no streams. This module is browser compatible.
 */
import type { EncodedFrame } from "./frame.ts";

/** Four seconds at 30 frames a second: as much as a new child catches up with in an instant. */
const MAX_FRAMES = 120;

/** Two seconds at 6 Mbit/s: what a child's link can be expected to swallow on top of the stream. */
const MAX_BYTES = 1_500_000;

/** Limits of a GroupOfPictures. */
export interface GroupLimits {
  maxFrames?: number;
  maxBytes?: number;
}

/** See the module's paragraph. */
export class GroupOfPictures {
  readonly #maxFrames: number;
  readonly #maxBytes: number;
  #frames: EncodedFrame[] = [];
  #bytes = 0;

  constructor({ maxFrames = MAX_FRAMES, maxBytes = MAX_BYTES }: GroupLimits = {}) {
    this.#maxFrames = maxFrames;
    this.#maxBytes = maxBytes;
  }

  /** The key frame and all that followed; empty while there is none, or too much came after it. */
  get frames(): readonly EncodedFrame[] {
    return this.#frames;
  }

  /** How many bytes it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a frame; returns false when only a key frame can make it a group again. */
  add(frame: EncodedFrame): boolean {
    if (frame.isKey) this.clear();
    else if (this.#frames.length === 0) return false;
    this.#frames.push(frame);
    this.#bytes += frame.data.byteLength;
    if (this.#frames.length <= this.#maxFrames && this.#bytes <= this.#maxBytes) return true;
    this.clear();
    return false;
  }

  /** Forgets everything. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }
}
