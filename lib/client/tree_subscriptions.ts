/**
 * The trees that a page follows. The service forgets who follows what when a socket is lost; this
 * does not. Knows nothing of what the trees look like.
 * This module is browser compatible.
 */
import type { SignallingClient } from "./signalling_client.ts";
import { toTributaryError } from "./tributary_error.ts";

/** Keeps the subscriptions of one page. */
export class TreeSubscriptions {
  readonly #signalling: SignallingClient;
  readonly #names = new Set<string>();

  constructor(signalling: SignallingClient) {
    this.#signalling = signalling;
  }

  /** The number of trees that are followed. */
  get size(): number {
    return this.#names.size;
  }

  /**
   * Follows a tree, until its broadcast is over or the connection is lost for good.
   *
   * @throws {TributaryError}
   */
  async add(name: string): Promise<void> {
    this.#signalling.open();
    this.#names.add(name);
    try {
      await this.#signalling.request({ command: "SUBSCRIBE_TO_TREE_STATE", name });
    } catch (error) {
      const isMending = toTributaryError(error).code === "connection_lost" && this.#names.has(name);
      // It is asked for again over the next socket.
      if (isMending) return;
      this.#names.delete(name);
      throw error;
    }
  }

  /**
   * Follows a tree no more.
   *
   * @throws {TributaryError}
   */
  async remove(name: string): Promise<void> {
    this.#names.delete(name);
    this.#signalling.open();
    await this.#signalling.request({ command: "UNSUBSCRIBE_FROM_TREE_STATE", name });
  }

  /** Takes in that a broadcast is over, and its tree with it. */
  handleEnded(name: string): void {
    this.#names.delete(name);
  }

  /** Asks for every tree again, over another socket. */
  renew(): void {
    for (const name of this.#names) {
      // A broadcast that has ended meanwhile has no tree.
      this.#signalling.request({ command: "SUBSCRIBE_TO_TREE_STATE", name }).catch(() => {});
    }
  }

  /** Forgets every subscription. */
  clear(): void {
    this.#names.clear();
  }
}
