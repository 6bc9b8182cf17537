/**
 * The sessions that this instance holds, by id.
 */
import type { PeerId } from "../tree/types.ts";
import type { Session } from "./session.ts";

/** See the module's paragraph. */
export class Registry {
  readonly #sessions = new Map<PeerId, Session>();

  get size(): number {
    return this.#sessions.size;
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  delete(session: Session): void {
    this.#sessions.delete(session.id);
  }

  get(id: PeerId): Session | undefined {
    return this.#sessions.get(id);
  }

  all(): Session[] {
    return [...this.#sessions.values()];
  }
}
