/**
 * A step that many things ask for and that is not taken for each of them: what is asked for while it
 * is under way, or too soon after it, is put together in one that follows.
 */
import type { Clock } from "../clock.ts";

/** What a Paced is made of. */
export interface PacedOptions {
  clock: Clock;
  /** Must not throw. */
  step: () => void | Promise<void>;
  /** How long a first one waits for those that come with it, in ms. */
  settleMs: number;
  /** From the end of one to the next, in ms. */
  intervalMs: () => number;
}

/** See the module's paragraph. */
export class Paced {
  readonly #options: PacedOptions;
  #cancel: (() => void) | null = null;
  #dueAt = Infinity;
  /** Before that no other step is taken. */
  #nextAt = 0;
  #isRunning = false;
  /** In how many ms after the step under way another one is wanted. */
  #wantedInMs = Infinity;

  constructor(options: PacedOptions) {
    this.#options = options;
  }

  /** Asks for the step in `inMs` at the latest, but for the pause after the last one. */
  ask(inMs: number = this.#options.settleMs): void {
    this.#askFor(inMs, this.#nextAt);
  }

  /** Asks for the step at once, whenever the last one was; but for one that is under way. */
  askAtOnce(): void {
    this.#askFor(0, 0);
  }

  /** Forgets what was asked for. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#dueAt = Infinity;
    this.#wantedInMs = Infinity;
  }

  #askFor(inMs: number, notBefore: number): void {
    if (this.#isRunning) {
      this.#wantedInMs = Math.min(this.#wantedInMs, inMs);
      return;
    }
    const now = this.#options.clock.now();
    const dueAt = Math.max(now + inMs, notBefore);
    if (dueAt >= this.#dueAt) return;
    this.cancel();
    this.#dueAt = dueAt;
    this.#cancel = this.#options.clock.after(dueAt - now, () => this.#run());
  }

  async #run(): Promise<void> {
    this.cancel();
    this.#isRunning = true;
    await this.#options.step();
    this.#isRunning = false;
    this.#nextAt = this.#options.clock.now() + this.#options.intervalMs();
    const inMs = this.#wantedInMs;
    this.#wantedInMs = Infinity;
    if (inMs < Infinity) this.ask(inMs);
  }
}
