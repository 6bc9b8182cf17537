/**
 * The sessions that this instance holds, by id.
 */
import type { Address, PeerId } from "../tree/types.ts";
import type { Session } from "./session.ts";

/** How many sessions that went elsewhere are remembered. */
const MAX_FORWARDING = 10_000;

/** See the module's paragraph. */
export class Registry {
  readonly #sessions = new Map<PeerId, Session>();
  readonly #byToken = new Map<string, Session>();
  readonly #forwarding = new Map<PeerId, Address>();

  get size(): number {
    return this.#sessions.size;
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
    // It is back. Two instances that forward to each other would never stop.
    this.#forwarding.delete(session.id);
    if (session.tokenHash) this.#byToken.set(session.tokenHash, session);
  }

  delete(session: Session): void {
    this.#sessions.delete(session.id);
    if (session.tokenHash) this.#byToken.delete(session.tokenHash);
  }

  /** Finds a session by the hash of its token. */
  byToken(tokenHash: string): Session | undefined {
    return this.#byToken.get(tokenHash);
  }

  /** Remembers where a session went, for messages that are still on their way here. */
  forward(id: PeerId, to: Address): void {
    this.#forwarding.set(id, to);
    if (this.#forwarding.size <= MAX_FORWARDING) return;
    // The oldest: messages are under way for seconds at most.
    for (const oldest of this.#forwarding.keys()) {
      this.#forwarding.delete(oldest);
      return;
    }
  }

  /** Says where a session went that was held here. */
  forwarding(id: PeerId): Address | undefined {
    return this.#forwarding.get(id);
  }

  /** Sessions with a token, open or in their grace period. */
  greeted(): Session[] {
    return [...this.#byToken.values()];
  }

  get(id: PeerId): Session | undefined {
    return this.#sessions.get(id);
  }

  all(): Session[] {
    return [...this.#sessions.values()];
  }
}
