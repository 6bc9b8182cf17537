/**
 * Reads the tree from KV. What a change relies on comes with versions, so that its commit can check
 * them; what is only shown comes as plain values.
 */
import type { TreeSnapshot } from "../tree/invariants.ts";
import { type Broadcast, MAX_FANOUT, type Peer, type PeerId } from "../tree/types.ts";
import { keys } from "./keys.ts";
import {
  broadcastFrom,
  type Entry,
  slotFrom,
  type SlotValue,
  type StoredBroadcast,
} from "./records.ts";
import type { OpenSlot, Still } from "./tree_store.ts";

/** The part of Deno KV that reading needs. */
export type ReadKv = Pick<Deno.Kv, "get" | "getMany" | "list">;

/** Entries fetched at once; KV allows 500 for each batch of a list. */
const BATCH_SIZE = 500;

/** See the module's paragraph. */
export class TreeReader {
  readonly #kv: ReadKv;

  constructor(kv: ReadKv) {
    this.#kv = kv;
  }

  /** Reads a broadcast. */
  async broadcast(name: string): Promise<Entry<Broadcast> | null> {
    const { value, versionstamp } = await this.#kv.get<StoredBroadcast>(keys.broadcast(name));
    return value === null ? null : { value: broadcastFrom(value), versionstamp: versionstamp! };
  }

  /** Lists all broadcasts, in whatever state. */
  async broadcasts(): Promise<Broadcast[]> {
    return (await this.#values<StoredBroadcast>(keys.broadcasts())).map(broadcastFrom);
  }

  /** Reads a peer. */
  async peer(name: string, id: PeerId): Promise<Entry<Peer> | null> {
    const entry = await this.#kv.get<Peer>(keys.peer(name, id));
    return entry.value === null ? null : entry;
  }

  /** Lists all peers of a broadcast. */
  peers(name: string): Promise<Peer[]> {
    return this.#values<Peer>(keys.peers(name));
  }

  /** Lists the peers of all broadcasts, with the broadcasts' names. */
  async *allPeers(): AsyncIterable<{ name: string; peer: Peer }> {
    const all = this.#kv.list<Peer>({ prefix: keys.allPeers() }, { batchSize: BATCH_SIZE });
    for await (const { key, value } of all) yield { name: key[1] as string, peer: value };
  }

  /** Counts the peers of a broadcast, the root too. */
  async countPeers(name: string): Promise<number> {
    let count = 0;
    const all = this.#kv.list({ prefix: keys.peers(name) }, { batchSize: BATCH_SIZE });
    for await (const _ of all) count++;
    return count;
  }

  /** Counts the peers of every broadcast, the roots too. */
  async countAllPeers(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const all = this.#kv.list({ prefix: keys.allPeers() }, { batchSize: BATCH_SIZE });
    for await (const { key } of all) {
      const name = key[1] as string;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /** Reads the still picture of a broadcast. */
  async still(name: string): Promise<Still | null> {
    return (await this.#kv.get<Still>(keys.still(name))).value;
  }

  /** Lists up to `limit` open slots, the shallowest first; all of them for Infinity. */
  async openSlots(name: string, limit: number): Promise<OpenSlot[]> {
    const slots: OpenSlot[] = [];
    const entries = this.#kv.list<SlotValue>(
      { prefix: keys.slots(name) },
      limit === Infinity
        ? { batchSize: BATCH_SIZE }
        : { limit, batchSize: Math.min(limit, BATCH_SIZE) },
    );
    for await (const entry of entries) slots.push(slotFrom(entry));
    return slots;
  }

  /** Reads the open slots of one peer: its places are few, so they are read by key. */
  async openSlotsOf(name: string, id: PeerId, depth: number): Promise<OpenSlot[]> {
    const places = Array.from({ length: MAX_FANOUT }, (_, place) => place);
    const wanted = places.map((place) => keys.slot(name, depth + 1, id, place));
    const entries = await this.#kv.getMany<SlotValue[]>(wanted);
    return entries.flatMap((entry) => entry.value === null ? [] : [slotFrom(entry)]);
  }

  /** Reads the children of one peer. */
  async childrenOf(name: string, id: PeerId): Promise<Entry<Peer>[]> {
    const childKeys: Deno.KvKey[] = [];
    for await (const { key } of this.#kv.list({ prefix: keys.childrenOf(name, id) })) {
      childKeys.push(keys.peer(name, key[3] as PeerId));
    }
    if (childKeys.length === 0) return [];
    const entries = await this.#kv.getMany<Peer[]>(childKeys);
    // A link whose peer is gone, or elsewhere, belongs to a departure that just went by.
    return entries.filter((entry) => entry.value?.parent === id) as Entry<Peer>[];
  }

  /** Reads the peers from `id` upwards, one by one; ends early at `stopAt`, which cannot be passed. */
  async chain(name: string, id: PeerId, stopAt: PeerId): Promise<Peer[]> {
    const chain: Peer[] = [];
    const seen = new Set<PeerId>();
    for (let next: PeerId | null = id; next !== null && next !== stopAt && !seen.has(next);) {
      seen.add(next);
      const entry: Entry<Peer> | null = await this.peer(name, next);
      if (!entry) break;
      chain.push(entry.value);
      next = entry.value.parent;
    }
    return chain;
  }

  /** Reads all that the invariants speak of; consistent only while nothing changes. */
  async snapshot(name: string): Promise<TreeSnapshot | null> {
    const broadcast = await this.broadcast(name);
    if (!broadcast) return null;
    const childLinks: TreeSnapshot["childLinks"] = [];
    for await (const { key } of this.#kv.list({ prefix: keys.children(name) })) {
      childLinks.push({ parent: key[2] as PeerId, child: key[3] as PeerId });
    }
    return {
      root: broadcast.value.root,
      peers: await this.peers(name),
      slots: await this.openSlots(name, Infinity),
      childLinks,
    };
  }

  /** Lists every key that belongs to a broadcast but its own, with the values. */
  async belongings(name: string): Promise<[Deno.KvKey, unknown][]> {
    const found: [Deno.KvKey, unknown][] = [];
    const prefixes = [
      keys.slots(name),
      keys.peers(name),
      keys.children(name),
      keys.stills(name),
      keys.chat(name),
    ];
    for (const prefix of prefixes) {
      for await (const { key, value } of this.#kv.list({ prefix }, { batchSize: BATCH_SIZE })) {
        found.push([key, value]);
      }
    }
    return found;
  }

  async #values<T>(prefix: Deno.KvKey): Promise<T[]> {
    const values: T[] = [];
    for await (const { value } of this.#kv.list<T>({ prefix }, { batchSize: BATCH_SIZE })) {
      values.push(value);
    }
    return values;
  }
}
