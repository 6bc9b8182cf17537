/**
 * Finds the other instances of this process: everybody announces itself on one channel that all of
 * them hear. Below the bus, which opens a pair for everyone who answers, and below the shutdown,
 * which waits for them; it must not know what either is for. Announcements are repeated, because a
 * channel loses posts when a receiver lags.
 */
import type { InstanceId } from "../tree/types.ts";
import type { Timers } from "./timers.ts";

/**
 * Pauses before an announcement. The first ones are close together, since until somebody answers
 * his mail waits; the last repeats for ever, and costs each instance one small post in five seconds.
 */
const ANNOUNCE_AFTER_MS = [50, 200, 1000, 5000] as const;

/** Silence after which an instance counts as gone: three announcements lost in a row. */
const SILENT_AFTER_MS = 16_000;

/** "hello" asks everybody to announce itself, "here" does not, "bye" ends it. */
export type Call = ["hello" | "here" | "bye", InstanceId];

/** What a roll call needs from whoever holds it. */
export interface RollCallOptions {
  instance: InstanceId;
  timers: Timers;
  /** Puts an announcement on the channel all instances hear. */
  post: (call: Call) => void;
  /** Is told of every instance that appears, before the next announcement is handled. */
  onNear: (instance: InstanceId) => void;
  /** Is told of an instance that said goodbye or fell silent. */
  onGone: (instance: InstanceId) => void;
}

/** Keeps the list of the instances in this process. */
export class RollCall {
  #options: RollCallOptions;
  #heardAtMs = new Map<InstanceId, number>();
  #announced = 0;
  #cancelTimer: () => void = () => {};

  constructor(options: RollCallOptions) {
    this.#options = options;
  }

  /** Begins to announce this instance. */
  start(): void {
    this.#options.post(["hello", this.#options.instance]);
    this.#schedule();
  }

  /** Lists the other instances that have answered. */
  near(): InstanceId[] {
    return [...this.#heardAtMs.keys()];
  }

  /** Tells whether an instance has answered. */
  isNear(instance: InstanceId): boolean {
    return this.#heardAtMs.has(instance);
  }

  /** Handles an announcement. */
  receive([word, instance]: Call): void {
    if (instance === this.#options.instance) return;
    if (word === "bye") this.remove(instance);
    else {
      const isNew = !this.#heardAtMs.has(instance);
      this.#heardAtMs.set(instance, this.#options.timers.nowMs());
      if (word === "hello") this.#options.post(["here", this.#options.instance]);
      if (isNew) this.#options.onNear(instance);
    }
  }

  /** Strikes an instance off the list; it comes back with its next announcement. */
  remove(instance: InstanceId): void {
    if (this.#heardAtMs.delete(instance)) this.#options.onGone(instance);
  }

  /** Says goodbye. */
  close(): void {
    this.#cancelTimer();
    this.#options.post(["bye", this.#options.instance]);
    this.#heardAtMs.clear();
  }

  #schedule(): void {
    const last = ANNOUNCE_AFTER_MS.length - 1;
    const delayMs = ANNOUNCE_AFTER_MS[Math.min(this.#announced, last)]!;
    this.#cancelTimer = this.#options.timers.after(delayMs, () => {
      const word = this.#announced++ < last ? "hello" : "here";
      this.#options.post([word, this.#options.instance]);
      const nowMs = this.#options.timers.nowMs();
      for (const [instance, heardAtMs] of this.#heardAtMs) {
        if (nowMs - heardAtMs >= SILENT_AFTER_MS) this.remove(instance);
      }
      this.#schedule();
    });
  }
}
