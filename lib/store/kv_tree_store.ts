/**
 * The tree in Deno KV. Each method reads what it needs, lets lib/tree/ plan the change, and commits
 * it with a check on everything the plan relied on; if a check fails it reads and plans again.
 *
 * Why these checks are enough:
 * - a join checks its slot. Every way a slot's parent can go or lose its slots deletes them with a
 *   check on each, so either the join or the departure sees the other;
 * - a departure checks the peer, its parent, and for each of its places the child or the open slot
 *   that was read: at most 1 + 1 + 8 = 10, because fan-out is at most 8;
 * - a re-attachment checks the orphan, the slot it takes and its own open slots: at most 10. The
 *   chain of parents is read, not checked: see docs/decisions/0003-reattaching-without-checking-the-chain.md.
 */
import type { TreeSnapshot } from "../tree/invariants.ts";
import { MAX_FANOUT } from "../tree/types.ts";
import { attach, depart, freedSlot, openPlaces, orphan, reachesRoot } from "../tree/repair.ts";
import type { Broadcast, Peer, PeerId, Slot } from "../tree/types.ts";
import { type Change, GroupCommitter, StoreUnavailableError } from "./group_committer.ts";
import { keys } from "./keys.ts";
import {
  type Departure,
  nameTaken,
  type NewBroadcast,
  type NewPeer,
  type OpenSlot,
  type PlacedPeer,
  type ReattachResult,
  type TreeStore,
  type Version,
} from "./tree_store.ts";

/** The part of Deno KV that is used here; tests put a slow or failing one in its place. */
export type TreeKv = Pick<Deno.Kv, "get" | "getMany" | "list" | "atomic">;

/** What a KvTreeStore is made of. */
export interface KvTreeStoreOptions {
  kv: TreeKv;
  /** Returns a number in [0, 1). */
  random?: () => number;
  delay?: (ms: number) => Promise<void>;
}

/** How often a change is planned anew before it counts as a fault; with the delays below some seconds. */
const MAX_ATTEMPTS = 100;

/** Keys deleted in one atomic of a sweep; KV allows 1,000 mutations. */
const SWEEP_BATCH = 500;

/** A slot as stored: where the parent is, and the root. An array, because many are read at once. */
type SlotValue = [instance: string, region: string, root: PeerId];

type Entry<T> = { value: T; versionstamp: Version };

/** See the module's paragraph. */
export class KvTreeStore implements TreeStore {
  readonly #kv: TreeKv;
  readonly #committer: GroupCommitter;
  readonly #random: () => number;
  readonly #delay: (ms: number) => Promise<void>;

  constructor({ kv, random = Math.random, delay = delayMs }: KvTreeStoreOptions) {
    this.#kv = kv;
    this.#random = random;
    this.#delay = delay;
    this.#committer = new GroupCommitter({ kv, random, delay });
  }

  async createBroadcast({ name, title, createdAt, root }: NewBroadcast): Promise<boolean> {
    const broadcast: Broadcast = {
      name,
      title,
      createdAt,
      root: root.id,
      displayName: root.displayName,
      state: "live",
    };
    const peer = rootPeer(root);
    return await this.#retry(async () => {
      const existing = await this.broadcast(name);
      if (existing?.state === "live") throw nameTaken(name);
      if (existing) return false;
      const version = await this.#committer.commit({
        checks: [{ key: keys.broadcast(name), versionstamp: null }],
        sets: [
          [keys.broadcast(name), broadcast],
          [keys.peer(name, root.id), peer],
          ...slotSets(name, openPlaces(peer, [])),
        ],
      });
      return version === null ? RETRY : true;
    });
  }

  async broadcast(name: string): Promise<Broadcast | null> {
    return (await this.#kv.get<Broadcast>(keys.broadcast(name))).value;
  }

  async broadcasts(): Promise<Broadcast[]> {
    const all = await this.#values<Broadcast>(keys.broadcasts());
    return all.filter(({ state }) => state === "live");
  }

  peers(name: string): Promise<Peer[]> {
    return this.#values<Peer>(keys.peers(name));
  }

  async countViewers(name: string): Promise<number> {
    let count = -1;
    for await (const _ of this.#kv.list({ prefix: keys.peers(name) })) count++;
    return Math.max(0, count);
  }

  async openSlots(name: string, limit: number): Promise<OpenSlot[]> {
    const slots: OpenSlot[] = [];
    const entries = this.#kv.list<SlotValue>(
      { prefix: keys.slots(name) },
      limit === Infinity ? {} : { limit, batchSize: Math.min(limit, 500) },
    );
    for await (const { key, value, versionstamp } of entries) {
      slots.push({ ...slotFromKey(key, value), version: versionstamp });
    }
    return slots;
  }

  async join(name: string, newcomer: NewPeer, slot: OpenSlot): Promise<PlacedPeer | null> {
    const peer = attach(newcomer, slot);
    const version = await this.#committer.commit({
      checks: [slotCheck(name, slot)],
      deletes: [slotKey(name, slot)],
      sets: [
        [keys.peer(name, peer.id), peer],
        [keys.child(name, slot.parent, peer.id), true],
      ],
    });
    return version === null ? null : { peer, version, parentAddress: slot.address, fresh: true };
  }

  async reattach(name: string, id: PeerId, slot: OpenSlot): Promise<ReattachResult> {
    const [entry, broadcast] = await Promise.all([this.#peer(name, id), this.broadcast(name)]);
    if (!entry || !broadcast) return { outcome: "absent" };
    if (entry.value.state !== "orphan") return { outcome: "conflict" };
    const chain = await this.#chain(name, slot.parent, id);
    if (!reachesRoot(chain, broadcast.root)) return { outcome: "unreachable" };
    const own = await this.#openSlotsOf(name, id, entry.value.depth);
    const peer = attach(entry.value, slot);
    const version = await this.#committer.commit({
      checks: [
        { key: keys.peer(name, id), versionstamp: entry.versionstamp },
        slotCheck(name, slot),
        ...own.map((open) => slotCheck(name, open)),
      ],
      deletes: [slotKey(name, slot), ...own.map((open) => slotKey(name, open))],
      sets: [[keys.peer(name, id), peer], [keys.child(name, slot.parent, id), true]],
    });
    return version === null
      ? { outcome: "conflict" }
      : { outcome: "placed", placed: { peer, version, parentAddress: slot.address, fresh: false } };
  }

  open(name: string, placed: PlacedPeer): Promise<boolean> {
    const { id, parent, place } = placed.peer;
    // The first attempt spares the reads: a peer that has just joined is as it was written.
    let known: PlacedPeer | null = placed;
    return this.#retry(async () => {
      const entry: Entry<Peer> | null = known
        ? { value: known.peer, versionstamp: known.version }
        : await this.#peer(name, id);
      const children = known?.fresh ? [] : await this.#childrenOf(name, id);
      known = null;
      if (!entry || entry.value.parent !== parent || entry.value.place !== place) return false;
      if (entry.value.state !== "linking") return entry.value.state === "live";
      const peer: Peer = { ...entry.value, state: "live" };
      const version = await this.#committer.commit({
        checks: [
          { key: keys.peer(name, id), versionstamp: entry.versionstamp },
          ...children.map((child) => peerCheck(name, child)),
        ],
        sets: [
          [keys.peer(name, id), peer],
          ...slotSets(name, openPlaces(peer, children.map(({ value }) => value))),
        ],
      });
      return version === null ? RETRY : true;
    });
  }

  detach(name: string, id: PeerId): Promise<Pick<Departure, "peer" | "parent"> | null> {
    return this.#retry(async () => {
      const entry = await this.#peer(name, id);
      if (!entry) return null;
      if (entry.value.parent === null) return { peer: entry.value, parent: null };
      const parent = await this.#peer(name, entry.value.parent);
      const freed = freedSlot(entry.value, parent?.value ?? null);
      const version = await this.#committer.commit({
        checks: [peerCheck(name, entry), ...(parent ? [peerCheck(name, parent)] : [])],
        deletes: [keys.child(name, entry.value.parent, id)],
        sets: [
          [keys.peer(name, id), orphan(entry.value)],
          ...(freed ? slotSets(name, [freed]) : []),
        ],
      });
      return version === null ? RETRY : { peer: entry.value, parent: parent?.value ?? null };
    });
  }

  leave(name: string, id: PeerId): Promise<Departure | null> {
    return this.#retry(async () => {
      const entry = await this.#peer(name, id);
      if (!entry) return null;
      const peer = entry.value;
      const parentRead = peer.parent === null ? null : this.#peer(name, peer.parent);
      // Slots before children: a slot that is not there any more has a child that can be read.
      const own = await this.#openSlotsOf(name, id, peer.depth);
      const children = await this.#childrenOf(name, id);
      const parent = await parentRead;
      // A place that shows up as neither was given back between the two looks. (Under a peer
      // without a picture places are not given back, so there some may be neither.)
      if (peer.state === "live" && own.length + children.length !== peer.fanout) return RETRY;
      const plan = depart(peer, parent?.value ?? null, children.map(({ value }) => value));
      const change: Change = {
        checks: [
          peerCheck(name, entry),
          ...(parent ? [peerCheck(name, parent)] : []),
          ...children.map((child) => peerCheck(name, child)),
          ...own.map((slot) => slotCheck(name, slot)),
        ],
        deletes: [
          keys.peer(name, id),
          ...(peer.parent === null ? [] : [keys.child(name, peer.parent, id)]),
          ...children.map(({ value }) => keys.child(name, id, value.id)),
          ...own.map((slot) => slotKey(name, slot)),
        ],
        sets: [
          ...plan.orphans.map((child): [Deno.KvKey, Peer] => [keys.peer(name, child.id), child]),
          ...(plan.reopened ? slotSets(name, [plan.reopened]) : []),
        ],
      };
      const version = await this.#committer.commit(change);
      if (version === null) return RETRY;
      return { peer, parent: parent?.value ?? null, orphans: plan.orphans };
    });
  }

  beginEnding(name: string, root: PeerId): Promise<boolean> {
    return this.#retry(async () => {
      const { key, value, versionstamp } = await this.#kv.get<Broadcast>(keys.broadcast(name));
      if (!value || value.root !== root || value.state !== "live") return false;
      const ending: Broadcast = { ...value, state: "ending" };
      const version = await this.#committer.commit({
        checks: [{ key, versionstamp }],
        sets: [[key, ending]],
      });
      return version === null ? RETRY : true;
    });
  }

  async sweep(name: string): Promise<Peer[]> {
    const { key, value, versionstamp } = await this.#kv.get<Broadcast>(keys.broadcast(name));
    if (value?.state !== "ending") return [];
    // On every deletion: once somebody else has finished, the name may be live again, and what is
    // found under it must stay.
    const stillEnding = [{ key, versionstamp }];
    const members = new Map<PeerId, Peer>();
    // A join that was under way may still write what the pass has already gone by. Without slots
    // and peers nothing new can come, so two empty passes in a row are the end of it.
    for (let emptyPasses = 0; emptyPasses < 2;) {
      const doomed: [Deno.KvKey, unknown][] = [];
      for (const prefix of [keys.slots(name), keys.peers(name), keys.children(name)]) {
        for await (const entry of this.#kv.list({ prefix }, { batchSize: 500 })) {
          doomed.push([entry.key, entry.value]);
        }
      }
      emptyPasses = doomed.length === 0 ? emptyPasses + 1 : 0;
      for (let i = 0; i < doomed.length; i += SWEEP_BATCH) {
        const batch = doomed.slice(i, i + SWEEP_BATCH);
        const deletes = batch.map(([doomedKey]) => doomedKey);
        const version = await this.#committer.commit({ checks: stillEnding, deletes });
        if (version === null) return [...members.values()];
        for (const [doomedKey, doomedValue] of batch) {
          const peer = doomedValue as Peer;
          if (doomedKey[0] === "peer") members.set(peer.id, peer);
        }
      }
    }
    await this.#committer.commit({ checks: stillEnding, deletes: [key] });
    return [...members.values()];
  }

  async snapshot(name: string): Promise<TreeSnapshot | null> {
    const broadcast = await this.broadcast(name);
    if (!broadcast) return null;
    const childLinks: TreeSnapshot["childLinks"] = [];
    for await (const { key } of this.#kv.list({ prefix: keys.children(name) })) {
      childLinks.push({ parent: key[2] as PeerId, child: key[3] as PeerId });
    }
    return {
      root: broadcast.root,
      peers: await this.peers(name),
      slots: await this.openSlots(name, Infinity),
      childLinks,
    };
  }

  async #peer(name: string, id: PeerId): Promise<Entry<Peer> | null> {
    const entry = await this.#kv.get<Peer>(keys.peer(name, id));
    return entry.value === null ? null : entry;
  }

  async #childrenOf(name: string, id: PeerId): Promise<Entry<Peer>[]> {
    const childKeys: Deno.KvKey[] = [];
    for await (const { key } of this.#kv.list({ prefix: keys.childrenOf(name, id) })) {
      childKeys.push(keys.peer(name, key[3] as PeerId));
    }
    if (childKeys.length === 0) return [];
    const entries = await this.#kv.getMany<Peer[]>(childKeys);
    // A link whose peer is gone, or elsewhere, belongs to a departure that just went by.
    return entries.filter((entry) => entry.value?.parent === id) as Entry<Peer>[];
  }

  /** The open slots of one peer: its places are few, so they are read by key. */
  async #openSlotsOf(name: string, id: PeerId, depth: number): Promise<OpenSlot[]> {
    const wanted = Array.from(
      { length: MAX_FANOUT },
      (_, place) => keys.slot(name, depth + 1, id, place),
    );
    const entries = await this.#kv.getMany<SlotValue[]>(wanted);
    return entries.flatMap((entry) =>
      entry.value === null
        ? []
        : [{ ...slotFromKey(entry.key, entry.value), version: entry.versionstamp }]
    );
  }

  /** The peers from `id` upwards, read one by one; ends early at `stopAt`, which cannot be passed. */
  async #chain(name: string, id: PeerId, stopAt: PeerId): Promise<Peer[]> {
    const chain: Peer[] = [];
    const seen = new Set<PeerId>();
    for (let next: PeerId | null = id; next !== null && next !== stopAt && !seen.has(next);) {
      seen.add(next);
      const entry: Entry<Peer> | null = await this.#peer(name, next);
      if (!entry) break;
      chain.push(entry.value);
      next = entry.value.parent;
    }
    return chain;
  }

  async #values<T>(prefix: Deno.KvKey): Promise<T[]> {
    const values: T[] = [];
    for await (const { value } of this.#kv.list<T>({ prefix }, { batchSize: 500 })) {
      values.push(value);
    }
    return values;
  }

  async #retry<T>(attempt: () => Promise<T | typeof RETRY>): Promise<T> {
    for (let n = 0; n < MAX_ATTEMPTS; n++) {
      const result = await attempt();
      if (result !== RETRY) return result;
      await this.#delay(this.#random() * Math.min(1 + n, 50));
    }
    throw new StoreUnavailableError("A change collided with others too often");
  }
}

/** Says that what was read had changed when it was committed. */
const RETRY = Symbol("retry");

function rootPeer(root: NewPeer): Peer {
  return { ...root, root: root.id, state: "live", parent: null, place: null, depth: 0 };
}

function peerCheck(name: string, { value, versionstamp }: Entry<Peer>): Deno.AtomicCheck {
  return { key: keys.peer(name, value.id), versionstamp };
}

function slotKey(name: string, { depth, parent, place }: Slot): Deno.KvKey {
  return keys.slot(name, depth, parent, place);
}

function slotCheck(name: string, slot: OpenSlot): Deno.AtomicCheck {
  return { key: slotKey(name, slot), versionstamp: slot.version };
}

function slotSets(name: string, slots: Slot[]): [Deno.KvKey, SlotValue][] {
  return slots.map((slot) => {
    const { instance, region } = slot.address;
    return [slotKey(name, slot), [instance, region, slot.root]];
  });
}

function slotFromKey(key: Deno.KvKey, [instance, region, root]: SlotValue): Slot {
  return {
    root,
    depth: key[2] as number,
    parent: key[3] as PeerId,
    place: key[4] as number,
    address: { instance, region },
  };
}

function delayMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
