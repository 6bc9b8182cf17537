/**
 * Finds parents for those who wait for one. All waiting peers of a broadcast share one look at the
 * open slots and go for different ones; the store groups what they claim into few commits. The
 * choice itself is lib/tree/place.ts. Knows nothing of sessions, sockets or the bus.
 *
 * Slots are read anew for every round and never kept: a kept slot may be deeper than one that has
 * opened since on another instance, and the tree would grow deeper than it must (JOIN-3).
 */
import type { Clock } from "../clock.ts";
import { UserError } from "../protocol/mod.ts";
import {
  type NewPeer,
  type OpenSlot,
  type PlacedPeer,
  type TreeStore,
  unknownBroadcast,
} from "../store/tree_store.ts";
import { place } from "../tree/place.ts";
import type { Address, Slot } from "../tree/types.ts";

/** Who looks for a parent. */
export interface PlacementRequest {
  broadcast: string;
  peer: NewPeer;
  /** True for an orphan, who brings its subtree along. */
  reattach: boolean;
  /** Says whether a slot is not to be chosen while there is another one. */
  avoids?: (slot: Slot) => boolean;
  /** Not placed before this time, in ms since the epoch. */
  notBefore?: number;
  /** Answered `no_capacity` when it has no place by this time; by default after MAX_WAIT_MS. */
  until?: number;
}

/** A placement under way. */
export interface PendingPlacement {
  /**
   * Rejects with a UserError `unknown_broadcast` or `no_capacity`, with PlacementCancelledError, or
   * with a fault of the store.
   */
  readonly result: Promise<PlacedPeer>;
  /** Gives up waiting. A claim that is being committed is not taken back: if it succeeds, `result` resolves. */
  cancel(): void;
}

/** Thrown to whoever waits for a placement that was cancelled. */
export class PlacementCancelledError extends Error {
  override name = "PlacementCancelledError";
}

/** What Placements is made of. */
export interface PlacementsOptions {
  store: TreeStore;
  /** This instance, for choosing near slots. */
  address: Address;
  /** Returns a number in [0, 1). */
  random: () => number;
  clock: Clock;
}

/** How long a peer waits for a place to open (JOIN-4): long enough for an answer to cross a slow network twice. */
export const MAX_WAIT_MS = 10_000;

/** Pauses between looks while nothing is free. A slot that opens here or is hinted at cuts them short. */
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 200;

/**
 * Slots read for each who waits, and beyond, so that instances who read the same ones find enough
 * that the others do not choose. Each costs about 7 us to read.
 */
const SLOTS_PER_WAITER = 2;
const SPARE_SLOTS = 4;

/** Most slots read in search of one that is not avoided. */
const MAX_SLOTS = 512;

interface Waiter {
  request: PlacementRequest;
  deadline: number;
  /** Slots found to lie in its own subtree, or not to reach the root; by place and version. */
  unreachable: Set<string> | null;
  isCancelled: boolean;
  resolve: (placed: PlacedPeer) => void;
  reject: (error: unknown) => void;
}

/** See the module's paragraph. */
export class Placements {
  readonly #options: PlacementsOptions;
  readonly #queues = new Map<string, PlacementQueue>();

  constructor(options: PlacementsOptions) {
    this.#options = options;
  }

  /** Begins to look for a parent. */
  place(request: PlacementRequest): PendingPlacement {
    const name = request.broadcast;
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new PlacementQueue(name, this.#options, () => this.#queues.delete(name));
      this.#queues.set(name, queue);
    }
    return queue.add(request);
  }

  /** Says that slots of a broadcast may have opened. */
  slotsOpened(broadcast: string): void {
    this.#queues.get(broadcast)?.wake();
  }
}

class PlacementQueue {
  readonly #name: string;
  readonly #options: PlacementsOptions;
  readonly #onEmpty: () => void;
  #waiting: Waiter[] = [];
  /** Slots being claimed from here; a look that still shows them is older than the claim. */
  readonly #claiming = new Set<string>();
  #running = false;
  #woken = false;
  /** The next pause; grows until there is news. A failed claim is none: orphans see slots of their own. */
  #pauseMs = FIRST_PAUSE_MS;
  #wakeSleeper: (() => void) | null = null;
  /** How many more slots to read than usual, because all of those were avoided. */
  #further = 0;

  constructor(name: string, options: PlacementsOptions, onEmpty: () => void) {
    this.#name = name;
    this.#options = options;
    this.#onEmpty = onEmpty;
  }

  add(request: PlacementRequest): PendingPlacement {
    let waiter!: Waiter;
    const result = new Promise<PlacedPeer>((resolve, reject) => {
      const deadline = request.until ?? this.#options.clock.now() + MAX_WAIT_MS;
      waiter = { request, deadline, unreachable: null, isCancelled: false, resolve, reject };
    });
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#enqueue(waiter);
    const cancel = () => {
      waiter.isCancelled = true;
      const index = this.#waiting.indexOf(waiter);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      waiter.reject(cancelled());
    };
    return { result, cancel };
  }

  /** Takes in that slots may have opened. */
  wake(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#endPause();
  }

  /** Cuts a pause short; also one that is about to begin. */
  #endPause(): void {
    this.#woken = true;
    this.#wakeSleeper?.();
  }

  #enqueue(waiter: Waiter): void {
    this.#waiting.push(waiter);
    this.#endPause();
    if (!this.#running) this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    // One turn, so that those who come together share the first look.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      this.#woken = false;
      let progressed = false;
      try {
        progressed = await this.#round();
      } catch (error) {
        for (const { reject } of this.#waiting.splice(0)) reject(error);
      }
      if (progressed) continue;
      this.#expire();
      if (this.#waiting.length > 0) await this.#pause();
    }
    this.#running = false;
    if (this.#claiming.size === 0) this.#onEmpty();
  }

  /** Reads the open slots and lets everybody who waits go for one; false when nobody could. */
  async #round(): Promise<boolean> {
    const { store, address, random } = this.#options;
    const asking = new Set(this.#waiting);
    const excluded = this.#waiting.reduce((sum, w) => sum + (w.unreachable?.size ?? 0), 0);
    const limit = SLOTS_PER_WAITER * this.#waiting.length + SPARE_SLOTS + this.#claiming.size +
      excluded + this.#further;
    const listed = await store.openSlots(this.#name, limit);
    if (listed.length === 0 && (await store.broadcast(this.#name))?.state !== "live") {
      // Not those who came while this was being read: the broadcast may have begun since.
      this.#waiting = this.#waiting.filter((waiter) => {
        if (asking.has(waiter)) waiter.reject(unknownBroadcast(this.#name));
        return !asking.has(waiter);
      });
      return true;
    }
    const slots = new Map(
      listed.map((slot): [string, OpenSlot] => [slotId(slot), slot])
        .filter(([id]) => !this.#claiming.has(id)),
    );
    const isAll = listed.length < limit || limit >= MAX_SLOTS;
    let claims = 0;
    let looksFurther = false;
    const now = this.#options.clock.now();
    // Orphans first: a whole subtree waits with them.
    this.#waiting.sort((a, b) => Number(b.request.reattach) - Number(a.request.reattach));
    this.#waiting = this.#waiting.filter((waiter) => {
      const { avoids, notBefore = 0 } = waiter.request;
      if (notBefore > now) return true;
      const candidates = waiter.unreachable
        ? [...slots.values()].filter((slot) => !waiter.unreachable!.has(slotId(slot)))
        : [...slots.values()];
      const preferred = avoids ? candidates.filter((slot) => !avoids(slot)) : candidates;
      if (preferred.length === 0 && candidates.length > 0 && !isAll) {
        looksFurther = true;
        return true;
      }
      const slot = place(preferred, address, random) ?? place(candidates, address, random);
      if (!slot) return true;
      slots.delete(slotId(slot));
      this.#claim(waiter, slot);
      claims++;
      return false;
    });
    this.#further = looksFurther ? limit : 0;
    return claims > 0 || looksFurther;
  }

  async #claim(waiter: Waiter, slot: OpenSlot): Promise<void> {
    const { request } = waiter;
    const id = slotId(slot);
    this.#claiming.add(id);
    try {
      const placed = request.reattach
        ? await this.#reattach(waiter, slot)
        : await this.#options.store.join(this.#name, request.peer, slot);
      if (placed) waiter.resolve(placed);
      else if (waiter.isCancelled) waiter.reject(cancelled());
      else if (waiter.deadline > this.#options.clock.now()) this.#enqueue(waiter);
      else waiter.reject(noCapacity(this.#name));
    } catch (error) {
      waiter.reject(error);
    } finally {
      this.#claiming.delete(id);
      if (!this.#running && this.#claiming.size === 0) this.#onEmpty();
    }
  }

  async #reattach(waiter: Waiter, slot: OpenSlot): Promise<PlacedPeer | null> {
    const { peer } = waiter.request;
    const condition = { ifAt: this.#options.address.instance };
    const result = await this.#options.store.reattach(this.#name, peer.id, slot, condition);
    if (result.outcome === "placed") return result.placed;
    // Its record went with an earlier broadcast of that name: it joins this one as a new peer.
    if (result.outcome === "absent") waiter.request = { ...waiter.request, reattach: false };
    if (result.outcome === "unreachable") {
      (waiter.unreachable ??= new Set()).add(slotId(slot));
    }
    return null;
  }

  #expire(): void {
    const now = this.#options.clock.now();
    this.#waiting = this.#waiting.filter((waiter) => {
      if (waiter.deadline > now) {
        // What was unreachable may have been attached again; looked at anew after each pause.
        waiter.unreachable = null;
        return true;
      }
      waiter.reject(noCapacity(this.#name));
      return false;
    });
  }

  #pause(): Promise<void> {
    if (this.#woken) return Promise.resolve();
    const { clock, random } = this.#options;
    const ms = this.#pauseMs;
    this.#pauseMs = Math.min(ms * 1.5, LAST_PAUSE_MS);
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#wakeSleeper = null;
        resolve();
      };
      const cancel = clock.after(ms * (0.5 + random()), done);
      this.#wakeSleeper = done;
    });
  }
}

function cancelled(): PlacementCancelledError {
  return new PlacementCancelledError("The placement was cancelled");
}

/** The error for a broadcast in which no place could be had. */
export function noCapacity(name: string): UserError {
  return new UserError(
    "no_capacity",
    `Broadcast "${name}" has no free place right now. Try again in a moment`,
  );
}

function slotId({ parent, place, version }: OpenSlot): string {
  return `${parent}/${place}/${version}`;
}
