/**
 * The events of the list of live broadcasts. Thousands may look at the home page, and nearly all of
 * them have the same list and get the same next one: so each text is written once.
 */
import type { BroadcastList } from "../lib/broadcast_summary.ts";
import { changesBetween } from "../lib/list_changes.ts";

/** A Server-Sent Event. */
export interface ListEvent {
  event: "broadcasts" | "list" | "changes";
  data: string;
}

/** See the module's paragraph. */
export class ListEvents {
  readonly #wholes = new WeakMap<BroadcastList, ListEvent>();
  readonly #lists = new WeakMap<BroadcastList, ListEvent>();
  /** By the list that came before. */
  readonly #changes = new WeakMap<BroadcastList, WeakMap<BroadcastList, ListEvent | null>>();

  /** The broadcasts alone, for clients that know of nothing else. */
  broadcasts(list: BroadcastList): ListEvent {
    return once(this.#wholes, list, () => ({
      event: "broadcasts",
      data: JSON.stringify(list.broadcasts),
    }));
  }

  /** What a client is told that has `sent` so far, or nothing yet; null when it knows all of it. */
  next(sent: BroadcastList | null, list: BroadcastList): ListEvent | null {
    if (!sent) {
      return once(this.#lists, list, () => ({ event: "list", data: JSON.stringify(list) }));
    }
    const from = once(this.#changes, sent, () => new WeakMap<BroadcastList, ListEvent | null>());
    return once(from, list, () => {
      const changes = changesBetween(sent, list);
      return changes && { event: "changes", data: JSON.stringify(changes) };
    });
  }
}

function once<K extends object, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
