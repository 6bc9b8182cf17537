/**
 * How much comes in, from counts of bytes that only grow while it is the same link that is counted.
 * Pure; times are in ms. This module is browser compatible.
 */

/** From closer looks than this, one key frame would be taken for the whole. */
const MIN_SPAN_MS = 500;

/** What was long ago is not what comes in. */
const MAX_SPAN_MS = 5_000;

interface Count {
  bytes: number;
  at: number;
}

/** Watches one count. */
export class Bitrate {
  #counts: Count[] = [];

  /** Takes in a count, and returns the rate in bit/s; null while that cannot be said. */
  note(bytes: number, now: number): number | null {
    const isSame = bytes >= (this.#counts.at(-1)?.bytes ?? 0);
    this.#counts = isSame ? this.#counts.filter(({ at }) => now - at <= MAX_SPAN_MS) : [];
    this.#counts.push({ bytes, at: now });
    const from = this.#counts.findLast(({ at }) => now - at >= MIN_SPAN_MS);
    return from ? 8_000 * (bytes - from.bytes) / (now - from.at) : null;
  }
}
