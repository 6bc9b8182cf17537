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
 *   chain of parents is read, not checked: see docs/decisions/0003-reattaching-without-checking-the-chain.md;
 * - another way of relaying checks the peer and each of its places as a departure does, and not the
 *   parent, which it leaves alone: at most 9.
 */
import type { TreeSnapshot } from "../tree/invariants.ts";
import {
  attach,
  changeRelaying,
  depart,
  freedSlot,
  openPlaces,
  orphan,
  reachesRoot,
  type Relaying,
} from "../tree/repair.ts";
import { isRoot } from "../tree/root.ts";
import type { Address, Broadcast, Edition, Peer, PeerId } from "../tree/types.ts";
import { type Change, GroupCommitter, StoreUnavailableError } from "./group_committer.ts";
import { keys } from "./keys.ts";
import { type Entry, peerCheck, slotCheck, slotKey, slotSets } from "./records.ts";
import { sweepBroadcast } from "./sweep.ts";
import { TreeReader } from "./tree_reader.ts";
import {
  type Condition,
  type Departure,
  mayHaveStill,
  type MovedPeer,
  nameTaken,
  type NewBroadcast,
  type NewPeer,
  type OpenSlot,
  type PlacedPeer,
  type ReattachResult,
  type RelayChange,
  type Still,
  type TreeStore,
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

/** See the module's paragraph. */
export class KvTreeStore implements TreeStore {
  readonly #reader: TreeReader;
  readonly #committer: GroupCommitter;
  /** Pictures go by themselves: joins need not wait for so many bytes. */
  readonly #stills: GroupCommitter;
  readonly #random: () => number;
  readonly #delay: (ms: number) => Promise<void>;

  constructor({ kv, random = Math.random, delay = delayMs }: KvTreeStoreOptions) {
    this.#reader = new TreeReader(kv);
    this.#random = random;
    this.#delay = delay;
    this.#committer = new GroupCommitter({ kv, random, delay });
    this.#stills = new GroupCommitter({ kv, random, delay });
  }

  async createBroadcast(
    { name, edition, title, visibility = "public", createdAt, root }: NewBroadcast,
  ): Promise<boolean> {
    const broadcast: Broadcast = {
      name,
      title,
      visibility,
      still: null,
      createdAt,
      edition,
      root: root.id,
      displayName: root.displayName,
      state: "live",
    };
    const peer = rootPeer(root, edition);
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
    return (await this.#reader.broadcast(name))?.value ?? null;
  }

  async broadcasts(): Promise<Broadcast[]> {
    return (await this.#reader.broadcasts()).filter(({ state }) => state === "live");
  }

  async peer(name: string, id: PeerId): Promise<Peer | null> {
    return (await this.#reader.peer(name, id))?.value ?? null;
  }

  peers(name: string): Promise<Peer[]> {
    return this.#reader.peers(name);
  }

  async countViewers(name: string): Promise<number> {
    return Math.max(0, await this.#reader.countPeers(name) - 1);
  }

  async countAllViewers(): Promise<Map<string, number>> {
    const counts = await this.#reader.countAllPeers();
    for (const [name, peers] of counts) counts.set(name, Math.max(0, peers - 1));
    return counts;
  }

  setStill(name: string, root: PeerId, still: Still, keepMs: number): Promise<boolean> {
    return this.#retry(async () => {
      const entry = await this.#reader.broadcast(name);
      if (!entry || !mayHaveStill(entry.value, root)) return false;
      const { version, until } = still;
      // The check on the broadcast keeps what comes late out of one that is ending, or of the next.
      const key = keys.broadcast(name);
      const written = await this.#stills.commit({
        checks: [{ key, versionstamp: entry.versionstamp }],
        sets: [
          [key, { ...entry.value, still: { version, until } }],
          [keys.still(name), still, { expireIn: keepMs }],
        ],
      });
      return written === null ? RETRY : true;
    });
  }

  still(name: string): Promise<Still | null> {
    return this.#reader.still(name);
  }

  openSlots(name: string, limit: number): Promise<OpenSlot[]> {
    return this.#reader.openSlots(name, limit);
  }

  async join(name: string, newcomer: NewPeer, slot: OpenSlot): Promise<PlacedPeer | null> {
    const peer = attach(newcomer, slot);
    // Who may be in the tree already, through another instance that its session has moved to, must
    // not get a second place. For all others the slot is check enough, and twice as many fit a commit.
    const isNew = { key: keys.peer(name, peer.id), versionstamp: null };
    const version = await this.#committer.commit({
      checks: [slotCheck(name, slot), ...(newcomer.resumable ? [isNew] : [])],
      deletes: [slotKey(name, slot)],
      sets: [
        [keys.peer(name, peer.id), peer],
        [keys.child(name, slot.parent, peer.id), true],
      ],
    });
    return version === null ? null : { peer, version, parentAddress: slot.address, fresh: true };
  }

  async reattach(
    name: string,
    id: PeerId,
    slot: OpenSlot,
    condition: Condition = {},
  ): Promise<ReattachResult> {
    const [entry, broadcast] = await Promise.all([
      this.#reader.peer(name, id),
      this.broadcast(name),
    ]);
    if (!entry || !broadcast || !meets(entry.value, condition)) return { outcome: "absent" };
    if (entry.value.state !== "orphan") return { outcome: "conflict" };
    const chain = await this.#reader.chain(name, slot.parent, id);
    if (!reachesRoot(chain, broadcast.root)) return { outcome: "unreachable" };
    const own = await this.#reader.openSlotsOf(name, id, entry.value.depth);
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
        : await this.#reader.peer(name, id);
      const children = known?.fresh ? [] : await this.#reader.childrenOf(name, id);
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

  detach(
    name: string,
    id: PeerId,
    condition: Condition = {},
  ): Promise<Pick<Departure, "peer" | "parent"> | null> {
    return this.#retry(async () => {
      const entry = await this.#reader.peer(name, id);
      if (!entry || !meets(entry.value, condition)) return null;
      if (entry.value.parent === null) return { peer: entry.value, parent: null };
      const parent = await this.#reader.peer(name, entry.value.parent);
      const freed = freedSlot(entry.value, parent?.value ?? null);
      const version = await this.#committer.commit({
        checks: [peerCheck(name, entry), ...(parent ? [peerCheck(name, parent)] : [])],
        deletes: [keys.child(name, entry.value.parent, id), ...placeKeys(name, entry.value)],
        sets: [
          [keys.peer(name, id), orphan(entry.value)],
          ...(freed ? slotSets(name, [freed]) : []),
        ],
      });
      return version === null ? RETRY : { peer: entry.value, parent: parent?.value ?? null };
    });
  }

  setRelaying(
    name: string,
    id: PeerId,
    relaying: Relaying,
    condition: Condition = {},
  ): Promise<RelayChange | null> {
    return this.#retry(async () => {
      const entry = await this.#reader.peer(name, id);
      if (!entry || isRoot(entry.value) || !meets(entry.value, condition)) return null;
      const { relay, fanout } = entry.value;
      if (relay === relaying.relay && fanout === relaying.fanout) {
        return { peer: entry.value, orphans: [] };
      }
      const places = await this.#placesOf(name, entry.value);
      // What is being swept is incomplete, and all in it are as good as gone.
      if (!places) return await this.#isLive(name) ? RETRY : null;
      const { own, children } = places;
      const { peer, orphans, opened, closed } = changeRelaying(entry.value, relaying, {
        children: children.map(({ value }) => value),
        open: own,
      });
      const version = await this.#committer.commit({
        checks: [
          peerCheck(name, entry),
          ...children.map((child) => peerCheck(name, child)),
          ...own.map((slot) => slotCheck(name, slot)),
        ],
        deletes: [
          ...closed.map((slot) => slotKey(name, slot)),
          ...orphans.map((child) => keys.child(name, id, child.id)),
          ...orphans.flatMap((child) => placeKeys(name, child)),
        ],
        sets: [
          [keys.peer(name, id), peer],
          ...orphans.map((child): [Deno.KvKey, Peer] => [keys.peer(name, child.id), child]),
          ...slotSets(name, opened),
        ],
      });
      return version === null ? RETRY : { peer, orphans };
    });
  }

  leave(name: string, id: PeerId, condition: Condition = {}): Promise<Departure | null> {
    return this.#retry(async () => {
      const entry = await this.#reader.peer(name, id);
      if (!entry || !meets(entry.value, condition)) return null;
      const peer = entry.value;
      const [parent, places] = await Promise.all([
        peer.parent === null ? null : this.#reader.peer(name, peer.parent),
        this.#placesOf(name, peer),
      ]);
      // What is being swept is incomplete, and all in it are as good as gone.
      if (!places) return await this.#isLive(name) ? RETRY : null;
      const { own, children } = places;
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
          ...plan.orphans.flatMap((child) => placeKeys(name, child)),
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

  move(name: string, id: PeerId, to: Address): Promise<MovedPeer | null> {
    return this.#retry(async () => {
      const entry = await this.#reader.peer(name, id);
      if (!entry) return null;
      const { parent: parentId, address: from } = entry.value;
      const parentRead = parentId === null ? null : this.#reader.peer(name, parentId);
      const places = await this.#placesOf(name, entry.value);
      const parent = (await parentRead)?.value ?? null;
      // What is being swept is incomplete, and all in it are as good as gone.
      if (!places) return await this.#isLive(name) ? RETRY : null;
      const { own, children } = places;
      const peer: Peer = { ...entry.value, address: to };
      const slots = own.map((slot) => ({ ...slot, address: to }));
      const version = await this.#committer.commit({
        checks: [
          peerCheck(name, entry),
          // A child that leaves meanwhile would open its place where the peer was.
          ...children.map((child) => peerCheck(name, child)),
          ...own.map((slot) => slotCheck(name, slot)),
        ],
        sets: [[keys.peer(name, id), peer], ...slotSets(name, slots)],
      });
      if (version === null) return RETRY;
      return { peer, from, parent, children: children.map(({ value }) => value) };
    });
  }

  allPeers(): AsyncIterable<{ name: string; peer: Peer }> {
    return this.#reader.allPeers();
  }

  beginEnding(name: string, root: PeerId, condition: Condition = {}): Promise<boolean> {
    return this.#retry(async () => {
      const entry = await this.#reader.broadcast(name);
      if (entry?.value.root !== root || entry.value.state !== "live") return false;
      const rootEntry = await this.#reader.peer(name, root);
      if (!rootEntry || !meets(rootEntry.value, condition)) return false;
      const key = keys.broadcast(name);
      const ending: Broadcast = { ...entry.value, state: "ending" };
      const version = await this.#committer.commit({
        // The root too: it may be coming back on another instance at this moment.
        checks: [{ key, versionstamp: entry.versionstamp }, peerCheck(name, rootEntry)],
        sets: [[key, ending]],
      });
      return version === null ? RETRY : true;
    });
  }

  sweep(name: string, onRemoved?: (members: Peer[]) => void): Promise<Peer[]> {
    return sweepBroadcast({ reader: this.#reader, committer: this.#committer, onRemoved }, name);
  }

  snapshot(name: string): Promise<TreeSnapshot | null> {
    return this.#reader.snapshot(name);
  }

  async #isLive(name: string): Promise<boolean> {
    return (await this.broadcast(name))?.state === "live";
  }

  /**
   * Reads what is in each place of a peer: an open slot or a child. Null when that could not be read
   * as of one moment.
   */
  async #placesOf(
    name: string,
    peer: Peer,
  ): Promise<{ own: OpenSlot[]; children: Entry<Peer>[] } | null> {
    // Slots before children: a slot that is not there any more has a child that can be read.
    const own = await this.#reader.openSlotsOf(name, peer.id, peer.depth);
    const children = await this.#reader.childrenOf(name, peer.id);
    // A place that shows up as neither was given back between the two looks. (Under a peer
    // without a picture places are not given back, so there some may be neither.)
    if (peer.state === "live" && own.length + children.length !== peer.fanout) return null;
    return { own, children };
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

function meets(peer: Peer, { ifAt }: Condition): boolean {
  return ifAt === undefined || peer.address.instance === ifAt;
}

/**
 * Names the slots of a peer that becomes an orphan, which are deleted unseen: whatever was open is
 * closed, a place that was just taken has no slot to delete, and none opens before it is live again.
 */
function placeKeys(name: string, peer: Peer): Deno.KvKey[] {
  return openPlaces(peer, []).map((slot) => slotKey(name, slot));
}

function rootPeer(root: NewPeer, edition: Edition): Peer {
  return { ...root, edition, state: "live", parent: null, place: null, depth: 0 };
}

function delayMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
