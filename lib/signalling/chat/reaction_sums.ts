/**
 * Reactions as sums: what came from this instance's own peers, to be told to other instances, and
 * what came from anywhere, to be told to followers. Pure.
 */
import { type Reaction, type ReactionCounts, REACTIONS } from "../../protocol/mod.ts";
import type { InstanceId } from "../../tree/types.ts";

/** Sums as they travel between instances: numbered, because the bus may bring them twice. */
export type ReactionsPost = [from: InstanceId, number: number, counts: ReactionCounts];

/** See the module's paragraph. */
export class ReactionSums {
  readonly #self: InstanceId;
  #own: ReactionCounts = {};
  #due: ReactionCounts = {};
  #posted = 0;
  /** The last number of each other instance. What comes late is given up: nobody misses it. */
  readonly #heard = new Map<InstanceId, number>();

  constructor(self: InstanceId) {
    this.#self = self;
  }

  /** Counts one of this instance's peers. */
  add(reaction: Reaction): void {
    sum(this.#own, { [reaction]: 1 });
    sum(this.#due, { [reaction]: 1 });
  }

  /** Counts what another instance has summed up; false for what was counted before. */
  hear([from, number, counts]: ReactionsPost): boolean {
    if (number <= (this.#heard.get(from) ?? 0)) return false;
    this.#heard.set(from, number);
    sum(this.#due, counts);
    return true;
  }

  /** Takes what other instances are to be told; null for nothing. */
  takePost(): ReactionsPost | null {
    const counts = this.#own;
    this.#own = {};
    return isEmpty(counts) ? null : [this.#self, ++this.#posted, counts];
  }

  /** Takes what followers are to be told; null for nothing. */
  takeDue(): ReactionCounts | null {
    const counts = this.#due;
    this.#due = {};
    return isEmpty(counts) ? null : counts;
  }
}

function sum(into: ReactionCounts, more: ReactionCounts): void {
  for (const reaction of REACTIONS) {
    const count = more[reaction];
    if (count) into[reaction] = (into[reaction] ?? 0) + count;
  }
}

function isEmpty(counts: ReactionCounts): boolean {
  return Object.keys(counts).length === 0;
}
