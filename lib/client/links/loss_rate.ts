/**
 * Which part of the packets on a link did not come of late. Pure; takes in what browsers count.
 * This module is browser compatible.
 */

/** Over so long it is counted, in ms: some hundred packets of a small picture and its sound. */
const WINDOW_MS = 5_000;

/** Counts more often than this say nothing new, in ms. */
const STEP_MS = 1_000;

/** Packets of a link up to now; both only grow, but for what comes twice. */
export interface PacketCounts {
  packetsReceived: number;
  packetsLost: number;
}

/** Counts one link. */
export class LossRate {
  #counts: (PacketCounts & { at: number })[] = [];

  /** Takes in a count. */
  note({ packetsReceived, packetsLost }: PacketCounts, now: number): void {
    const last = this.#counts.at(-1);
    if (last && now - last.at < STEP_MS) return;
    this.#counts.push({ packetsReceived, packetsLost, at: now });
    // One that is older stays, as long as all others are younger than the window.
    while (this.#counts.length > 2 && now - this.#counts[1]!.at >= WINDOW_MS) this.#counts.shift();
  }

  /** The part that did not come, from 0 to 1; null while nothing was to come. */
  get loss(): number | null {
    const [first, last] = [this.#counts.at(0), this.#counts.at(-1)];
    if (!first || !last) return null;
    const lost = Math.max(0, last.packetsLost - first.packetsLost);
    const received = Math.max(0, last.packetsReceived - first.packetsReceived);
    return lost + received === 0 ? null : lost / (lost + received);
  }
}
