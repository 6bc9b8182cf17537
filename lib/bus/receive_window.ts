/**
 * The receiving half of a pair: puts batches back in order and filters those that came before. It
 * knows no channel and no clock.
 */

/**
 * How far ahead of the missing batch others are kept. No sender has more than a few under way, so
 * anything beyond is nonsense and would only take memory.
 */
const MAX_AHEAD = 64;

/** What became of a batch that arrived. */
export type Arrival = "in order" | "repeated" | "early";

/** Accepts numbered batches in any order and releases them in theirs, each once. */
export class ReceiveWindow {
  #arrived = 0;
  #early = new Map<number, string>();

  /** The number up to which all batches have arrived. */
  get ack(): number {
    return this.#arrived;
  }

  /** Tells whether a batch is missing before one that is here. */
  get hasGap(): boolean {
    return this.#early.size > 0;
  }

  /** Takes one batch in and calls `release` for each that is now in order. */
  accept(seq: number, text: string, release: (text: string) => void): Arrival {
    if (seq <= this.#arrived || this.#early.has(seq)) return "repeated";
    if (seq > this.#arrived + 1) {
      if (seq <= this.#arrived + MAX_AHEAD) this.#early.set(seq, text);
      return "early";
    }
    this.#arrived = seq;
    release(text);
    let next: string | undefined;
    while ((next = this.#early.get(this.#arrived + 1)) !== undefined) {
      this.#early.delete(++this.#arrived);
      release(next);
    }
    return "in order";
  }
}
