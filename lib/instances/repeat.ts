/**
 * Does something again and again until it is stopped: one run after another, never two at once, with
 * jitter so that instances that began together do not all come at the same moment. An error ends a
 * run, never the repetition.
 */
import type { Clock } from "../clock.ts";

/** How much earlier or later than its time a run may begin, as a share of the pause. */
const JITTER = 0.2;

/** What a Repeat is made of. */
export interface RepeatOptions {
  clock: Clock;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** The pause between two runs. */
  intervalMs: number;
  /** Does the work; may return another pause until the next run, in ms. */
  task: () => Promise<number | void>;
  /** Is told what a run threw; may return another pause. */
  onError: (error: unknown) => number | void;
}

/** See the module's paragraph. */
export class Repeat {
  readonly #options: RepeatOptions;
  #cancel: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: RepeatOptions) {
    this.#options = options;
  }

  /** True from the call of stop() on: a long run should come to an end. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Plans the first run, in `inMs` give or take the jitter. */
  start(inMs: number = this.#options.intervalMs): void {
    if (this.#isStopped) return;
    const { clock, random } = this.#options;
    const ms = inMs * (1 - JITTER + 2 * JITTER * random());
    this.#cancel = clock.after(ms, () => this.#running = this.#run());
  }

  /** Ends the repetition; resolves when a run that is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { task, onError, intervalMs } = this.#options;
    let nextInMs: number | void;
    try {
      nextInMs = await task();
    } catch (error) {
      nextInMs = onError(error);
    }
    this.start(nextInMs ?? intervalMs);
  }
}
