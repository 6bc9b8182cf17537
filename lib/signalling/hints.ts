/**
 * Tells whoever watches, on this instance and the others, that something about a broadcast changed.
 * Hints carry no facts: who gets one reads KV again. Many changes make few hints, so that a wave
 * of joins does not become a wave of messages.
 */
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";

/** Pause between two hints about one broadcast to other instances; unnoticeable to a person who watches the tree. */
const MIN_INTERVAL_MS = 50;

/** What Hints is made of. */
export interface HintsOptions {
  bus: Bus;
  clock: Clock;
}

/** The topic on which changes of all broadcasts are published; the message is the name. */
const TOPIC = "broadcasts";

/** See the module's paragraph. */
export class Hints {
  readonly #options: HintsOptions;
  readonly #listeners = new Set<(broadcast: string) => void>();
  readonly #cooling = new Map<string, { again: boolean; cancel: () => void }>();
  readonly #unsubscribe: () => void;

  constructor(options: HintsOptions) {
    this.#options = options;
    this.#unsubscribe = options.bus.subscribe(TOPIC, (message) => {
      if (typeof message === "string") this.#tell(message);
    });
  }

  /** Calls `fn` with the name of a broadcast whenever it may have changed. */
  listen(fn: (broadcast: string) => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  /** Says that a broadcast's tree, or its being live, has changed. */
  changed(broadcast: string): void {
    this.#tell(broadcast);
    const cooling = this.#cooling.get(broadcast);
    if (cooling) cooling.again = true;
    else this.#publish(broadcast);
  }

  close(): void {
    this.#unsubscribe();
    for (const { cancel } of this.#cooling.values()) cancel();
    this.#cooling.clear();
    this.#listeners.clear();
  }

  #tell(broadcast: string): void {
    for (const listener of this.#listeners) listener(broadcast);
  }

  #publish(broadcast: string): void {
    this.#options.bus.publish(TOPIC, broadcast);
    const cancel = this.#options.clock.after(MIN_INTERVAL_MS, () => {
      const { again } = this.#cooling.get(broadcast)!;
      this.#cooling.delete(broadcast);
      if (again) this.#publish(broadcast);
    });
    this.#cooling.set(broadcast, { again: false, cancel });
  }
}
