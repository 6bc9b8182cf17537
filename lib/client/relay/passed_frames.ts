/**
 * Remembers which frames a lane has sent in which carriers, by their RTP timestamps on both links: so
 * that those below can be told when a frame was captured. Pure. This module is browser compatible.
 */
import type { PassedFrame } from "./relay.ts";

/** Three seconds at 30 frames a second: from far above it takes some seconds to hear of a capture. */
const MAX_FRAMES = 90;

/** See the module's paragraph. */
export class PassedFrames {
  #frames: PassedFrame[] = [];

  /** Those that were sent of late, in order. */
  get latest(): readonly PassedFrame[] {
    return this.#frames;
  }

  /** Takes in that a frame was sent; browsers need not say the timestamps. */
  note(received: number | undefined, sent: number | undefined): void {
    if (received === undefined || sent === undefined) return;
    this.#frames.push({ received, sent });
    if (this.#frames.length > MAX_FRAMES) this.#frames.shift();
  }

  /** Forgets all of them: those to come are another link's. */
  clear(): void {
    this.#frames = [];
  }
}
