/**
 * Typed events for the parts of the client. A part extends Emitter with the map of its events and
 * emits; whoever made the part listens. Knows nothing of what the events mean.
 * This module is browser compatible.
 */

/** A function that is called with what an event carries. */
export type Listener<T> = (payload: T) => void;

/** Keeps listeners by event; `E` maps each event's name to what it carries. */
export class Emitter<E> {
  readonly #listeners = new Map<keyof E, Set<Listener<never>>>();

  /** Calls `listener` at every `event`, and returns a function that ends this. */
  on<K extends keyof E>(event: K, listener: Listener<E[K]>): () => void {
    let listeners = this.#listeners.get(event);
    if (!listeners) this.#listeners.set(event, listeners = new Set());
    listeners.add(listener as Listener<never>);
    return () => this.off(event, listener);
  }

  /** Calls `listener` at the next `event` only, and returns a function that ends this. */
  once<K extends keyof E>(event: K, listener: Listener<E[K]>): () => void {
    const off = this.on(event, (payload) => {
      off();
      listener(payload);
    });
    return off;
  }

  /** Ends what `on` began. */
  off<K extends keyof E>(event: K, listener: Listener<E[K]>): void {
    this.#listeners.get(event)?.delete(listener as Listener<never>);
  }

  /** Calls everyone who listens to `event`; a listener that throws does not keep it from the others. */
  protected emit<K extends keyof E>(event: K, payload: E[K]): void {
    for (const listener of [...this.#listeners.get(event) ?? []]) {
      try {
        (listener as Listener<E[K]>)(payload);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
