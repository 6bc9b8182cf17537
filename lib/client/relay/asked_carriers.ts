/**
 * Has carriers of pictures made by the page, where the worker cannot make them (page_carriers.ts). Pure:
 * knows neither pages nor timers. This module is browser compatible.
 */
import type { CarrierMaker } from "./carriers.ts";

/**
 * Where no picture comes for a second, Firefox sends the last one again, and a carrier for which there
 * is no frame is too many: before that the page has to see that none is sent.
 */
const PAUSE_AFTER_MS = 700;

/** See the module's paragraph. */
export class AskedCarriers implements CarrierMaker {
  /** A canvas gives one picture for each time that the page could be painted. */
  readonly atOnce = 1;
  /** A busy page is painted, or could be, every 60 to 85 ms. */
  readonly lostAfterMs = 100;
  /** At 60 a second, while 30 new ones come, a second's time; another key frame is there before that. */
  readonly maxGroup = 30;
  readonly #ask: (what: "make" | "pause") => void;
  readonly #nowMs: () => number;
  #madeAt = -Infinity;
  #isPaused = false;
  /** True until the first carrier after a pause: encoders begin anew then, with a key frame. */
  #isWaking = false;

  /** @param ask tells the page to make one, or to make none until the next time */
  constructor(ask: (what: "make" | "pause") => void, nowMs: () => number) {
    this.#ask = ask;
    this.#nowMs = nowMs;
  }

  make(): void {
    this.#madeAt = this.#nowMs();
    if (this.#isPaused) this.#isWaking = true;
    this.#isPaused = false;
    this.#ask("make");
  }

  tick(): void {
    if (this.#isPaused || this.#nowMs() - this.#madeAt < PAUSE_AFTER_MS) return;
    this.#isPaused = true;
    this.#ask("pause");
  }

  explainsKey(): boolean {
    const wasWaking = this.#isWaking;
    this.#isWaking = false;
    return wasWaking;
  }
}
