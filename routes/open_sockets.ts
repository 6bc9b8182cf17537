/**
 * Which WebSockets are open or being closed: a process that ended at once would take the last close
 * frames with it, and clients would not learn why. Must not know what is said over them.
 */

/** How long clients have to answer a close frame: a long round trip. Who does not read never answers. */
const ANSWERED_WITHIN_MS = 1_000;

/** See the module's paragraph. */
export class OpenSockets {
  readonly #open = new Set<object>();
  #whenNone: (() => void) | null = null;

  /** Takes in that a socket is open. */
  add(socket: object): void {
    this.#open.add(socket);
  }

  /** Takes in that a socket is closed, on both sides. */
  delete(socket: object): void {
    this.#open.delete(socket);
    if (this.#open.size === 0) this.#whenNone?.();
  }

  /** Resolves when no socket is left, or when those that are left have had their time. */
  async allClosed(): Promise<void> {
    if (this.#open.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenNone = resolve;
    const timer = setTimeout(resolve, ANSWERED_WITHIN_MS);
    await promise;
    clearTimeout(timer);
  }
}
