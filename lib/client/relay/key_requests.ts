/**
 * Passes requests for a key frame up, and not too many of them: all children of a relay may ask at
 * once, and one key frame serves them all. Pure. This module is browser compatible.
 */

/** A key frame takes about this long to come down from a broadcaster some links away, in ms. */
const MIN_INTERVAL_MS = 300;

/** See the module's paragraph. */
export class KeyRequests {
  readonly #send: () => void;
  readonly #nowMs: () => number;
  #sentAt = -Infinity;
  #isWanted = false;

  constructor(send: () => void, nowMs: () => number) {
    this.#send = send;
    this.#nowMs = nowMs;
  }

  /** Asks for a key frame, at once or as soon as the last request is old enough. */
  ask(): void {
    this.#isWanted = true;
    this.tick();
  }

  /** Sends what is due; to be called every now and then. */
  tick(): void {
    if (!this.#isWanted || this.#nowMs() - this.#sentAt < MIN_INTERVAL_MS) return;
    this.#sentAt = this.#nowMs();
    this.#send();
  }

  /** Takes in that a key frame has come: nobody waits for one any more. */
  handleKey(): void {
    this.#isWanted = false;
  }
}
