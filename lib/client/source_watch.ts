/**
 * Whether the broadcaster's own stream moves, so that those below can tell a source that is paused
 * from a link that passes nothing on. Looks only when somebody asks: what nobody is sent cannot
 * stand still. Knows nothing of links.
 * This module is browser compatible.
 */
import type { Flow } from "./link_status.ts";
import type { MediaCounts } from "./media_counts.ts";
import { Movement } from "./movement.ts";
import { STANDSTILL_MS } from "./picture_judgement.ts";

/** Many children ask within this; one look serves them all. */
const INTERVAL_MS = 100;

/** Watches what one source gives. */
export class SourceWatch {
  readonly #count: () => Promise<MediaCounts>;
  readonly #picture = new Movement(-Infinity);
  readonly #sound = new Movement(-Infinity);
  #lookedAt = -Infinity;

  /** @param count counts what the source has given so far */
  constructor(count: () => Promise<MediaCounts>) {
    this.#count = count;
  }

  /** Says what of the source moves. */
  async flow(): Promise<Flow> {
    const now = performance.now();
    if (now - this.#lookedAt >= INTERVAL_MS) {
      this.#lookedAt = now;
      const { frames, sounds } = await this.#count();
      this.#picture.note(frames, now);
      this.#sound.note(sounds, now);
    }
    if (this.#picture.stillMs(now) < STANDSTILL_MS) return "picture";
    return this.#sound.stillMs(now) < STANDSTILL_MS ? "sound" : "nothing";
  }
}
