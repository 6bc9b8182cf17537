/**
 * The tree in plain memory: for one process without KV, for unit tests and for the simulation's
 * fast runs. Every method does its whole work in one turn, so nothing ever collides; only a slot
 * that was read earlier can be gone.
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
import type { Address, Broadcast, Peer, PeerId, Slot } from "../tree/types.ts";
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

interface Tree {
  broadcast: Broadcast;
  peers: Map<PeerId, Peer>;
  children: Map<PeerId, Set<PeerId>>;
  slots: Map<string, OpenSlot>;
  still: Still | null;
}

/** See the module's paragraph. */
export class MemoryTreeStore implements TreeStore {
  readonly #trees = new Map<string, Tree>();
  #version = 0;

  createBroadcast(
    { name, edition, title, visibility = "public", createdAt, root }: NewBroadcast,
  ): Promise<boolean> {
    const existing = this.#trees.get(name);
    if (existing?.broadcast.state === "live") {
      return Promise.reject(nameTaken(name));
    }
    if (existing) return Promise.resolve(false);
    const peer: Peer = {
      ...root,
      edition,
      state: "live",
      parent: null,
      place: null,
      depth: 0,
    };
    const tree: Tree = {
      broadcast: {
        name,
        title,
        visibility,
        still: null,
        createdAt,
        edition,
        root: root.id,
        displayName: root.displayName,
        state: "live",
      },
      peers: new Map([[peer.id, peer]]),
      children: new Map(),
      slots: new Map(),
      still: null,
    };
    this.#trees.set(name, tree);
    this.#openSlots(tree, openPlaces(peer, []));
    return Promise.resolve(true);
  }

  broadcast(name: string): Promise<Broadcast | null> {
    return Promise.resolve(structuredClone(this.#trees.get(name)?.broadcast ?? null));
  }

  broadcasts(): Promise<Broadcast[]> {
    const all = [...this.#trees.values()].map(({ broadcast }) => broadcast);
    return Promise.resolve(structuredClone(all.filter(({ state }) => state === "live")));
  }

  peer(name: string, id: PeerId): Promise<Peer | null> {
    return Promise.resolve(structuredClone(this.#trees.get(name)?.peers.get(id) ?? null));
  }

  peers(name: string): Promise<Peer[]> {
    return Promise.resolve(structuredClone([...this.#trees.get(name)?.peers.values() ?? []]));
  }

  countViewers(name: string): Promise<number> {
    return Promise.resolve(Math.max(0, (this.#trees.get(name)?.peers.size ?? 0) - 1));
  }

  countAllViewers(): Promise<Map<string, number>> {
    const counts = [...this.#trees].map(([name, { peers }]) => [name, peers.size - 1] as const);
    return Promise.resolve(new Map(counts));
  }

  setStill(name: string, root: PeerId, still: Still): Promise<boolean> {
    const tree = this.#trees.get(name);
    if (!tree || !mayHaveStill(tree.broadcast, root)) return Promise.resolve(false);
    tree.still = structuredClone(still);
    tree.broadcast.still = { version: still.version, until: still.until };
    return Promise.resolve(true);
  }

  still(name: string): Promise<Still | null> {
    return Promise.resolve(structuredClone(this.#trees.get(name)?.still ?? null));
  }

  openSlots(name: string, limit: number): Promise<OpenSlot[]> {
    const slots = [...this.#trees.get(name)?.slots.values() ?? []];
    slots.sort((a, b) => a.depth - b.depth || compare(a.parent, b.parent) || a.place - b.place);
    return Promise.resolve(structuredClone(slots.slice(0, limit)));
  }

  join(name: string, newcomer: NewPeer, slot: OpenSlot): Promise<PlacedPeer | null> {
    const tree = this.#trees.get(name);
    if (!tree || (newcomer.resumable && tree.peers.has(newcomer.id))) return Promise.resolve(null);
    if (!this.#takeSlot(tree, slot)) return Promise.resolve(null);
    return Promise.resolve(this.#attach(tree, newcomer, slot, true));
  }

  reattach(
    name: string,
    id: PeerId,
    slot: OpenSlot,
    condition: Condition = {},
  ): Promise<ReattachResult> {
    const tree = this.#trees.get(name);
    const peer = tree?.peers.get(id);
    if (!tree || !peer || !meets(peer, condition)) return Promise.resolve({ outcome: "absent" });
    if (peer.state !== "orphan") return Promise.resolve({ outcome: "conflict" });
    if (!reachesRoot(chain(tree, slot.parent, id), tree.broadcast.root)) {
      return Promise.resolve({ outcome: "unreachable" });
    }
    if (!this.#takeSlot(tree, slot)) return Promise.resolve({ outcome: "conflict" });
    this.#closeSlotsOf(tree, id);
    return Promise.resolve({ outcome: "placed", placed: this.#attach(tree, peer, slot, false) });
  }

  open(name: string, { peer: placed }: PlacedPeer): Promise<boolean> {
    const tree = this.#trees.get(name);
    const peer = tree?.peers.get(placed.id);
    if (!tree || !peer || peer.parent !== placed.parent || peer.place !== placed.place) {
      return Promise.resolve(false);
    }
    if (peer.state !== "linking") return Promise.resolve(peer.state === "live");
    const live: Peer = { ...peer, state: "live" };
    tree.peers.set(live.id, live);
    this.#openSlots(tree, openPlaces(live, childrenOf(tree, live.id)));
    return Promise.resolve(true);
  }

  detach(
    name: string,
    id: PeerId,
    condition: Condition = {},
  ): Promise<Pick<Departure, "peer" | "parent"> | null> {
    const tree = this.#trees.get(name);
    const peer = tree?.peers.get(id);
    if (!tree || !peer || !meets(peer, condition)) return Promise.resolve(null);
    if (peer.parent === null) return Promise.resolve({ peer: structuredClone(peer), parent: null });
    const parent = tree.peers.get(peer.parent) ?? null;
    const freed = freedSlot(peer, parent);
    tree.children.get(peer.parent)?.delete(id);
    tree.peers.set(id, orphan(peer));
    this.#closeSlotsOf(tree, id);
    if (freed) this.#openSlots(tree, [freed]);
    return Promise.resolve(structuredClone({ peer, parent }));
  }

  setRelaying(
    name: string,
    id: PeerId,
    relaying: Relaying,
    condition: Condition = {},
  ): Promise<RelayChange | null> {
    const tree = this.#trees.get(name);
    const before = tree?.peers.get(id);
    if (!tree || !before || isRoot(before) || !meets(before, condition)) {
      return Promise.resolve(null);
    }
    const open = [...tree.slots.values()].filter(({ parent }) => parent === id);
    const children = childrenOf(tree, id);
    const plan = changeRelaying(before, relaying, { children, open });
    tree.peers.set(id, plan.peer);
    for (const slot of plan.closed) tree.slots.delete(slotId(slot));
    for (const child of plan.orphans) {
      tree.children.get(id)?.delete(child.id);
      tree.peers.set(child.id, child);
      this.#closeSlotsOf(tree, child.id);
    }
    this.#openSlots(tree, plan.opened);
    return Promise.resolve(structuredClone({ peer: plan.peer, orphans: plan.orphans }));
  }

  leave(name: string, id: PeerId, condition: Condition = {}): Promise<Departure | null> {
    const tree = this.#trees.get(name);
    const peer = tree?.peers.get(id);
    if (!tree || !peer || !meets(peer, condition)) return Promise.resolve(null);
    const parent = peer.parent === null ? null : tree.peers.get(peer.parent) ?? null;
    const plan = depart(peer, parent, childrenOf(tree, id));
    this.#closeSlotsOf(tree, id);
    tree.peers.delete(id);
    tree.children.delete(id);
    if (peer.parent !== null) tree.children.get(peer.parent)?.delete(id);
    for (const child of plan.orphans) {
      tree.peers.set(child.id, child);
      this.#closeSlotsOf(tree, child.id);
    }
    if (plan.reopened) this.#openSlots(tree, [plan.reopened]);
    return Promise.resolve(structuredClone({ peer, parent, orphans: plan.orphans }));
  }

  move(name: string, id: PeerId, to: Address): Promise<MovedPeer | null> {
    const tree = this.#trees.get(name);
    const before = tree?.peers.get(id);
    if (!tree || !before) return Promise.resolve(null);
    const peer: Peer = { ...before, address: to };
    tree.peers.set(id, peer);
    const own = [...tree.slots.values()].filter(({ parent }) => parent === id);
    this.#openSlots(tree, own.map((slot) => ({ ...slot, address: to })));
    const parent = peer.parent === null ? null : tree.peers.get(peer.parent) ?? null;
    const children = childrenOf(tree, id);
    return Promise.resolve(structuredClone({ peer, from: before.address, parent, children }));
  }

  async *allPeers(): AsyncIterable<{ name: string; peer: Peer }> {
    for (const [name, { peers }] of this.#trees) {
      for (const peer of structuredClone([...peers.values()])) yield { name, peer };
    }
  }

  beginEnding(name: string, root: PeerId, condition: Condition = {}): Promise<boolean> {
    const tree = this.#trees.get(name);
    const broadcast = tree?.broadcast;
    const rootPeer = tree?.peers.get(root);
    if (broadcast?.root !== root || broadcast.state !== "live") return Promise.resolve(false);
    if (!rootPeer || !meets(rootPeer, condition)) return Promise.resolve(false);
    broadcast.state = "ending";
    return Promise.resolve(true);
  }

  sweep(name: string, onRemoved?: (members: Peer[]) => void): Promise<Peer[]> {
    const tree = this.#trees.get(name);
    if (tree?.broadcast.state !== "ending") return Promise.resolve([]);
    this.#trees.delete(name);
    const members = [...tree.peers.values()];
    onRemoved?.(members);
    return Promise.resolve(members);
  }

  snapshot(name: string): Promise<TreeSnapshot | null> {
    const tree = this.#trees.get(name);
    if (!tree) return Promise.resolve(null);
    return Promise.resolve(structuredClone({
      root: tree.broadcast.root,
      peers: [...tree.peers.values()],
      slots: [...tree.slots.values()],
      childLinks: [...tree.children].flatMap(([parent, ids]) =>
        [...ids].map((child) => ({ parent, child }))
      ),
    }));
  }

  #attach(tree: Tree, peer: NewPeer, slot: OpenSlot, fresh: boolean): PlacedPeer {
    const attached = attach(peer, slot);
    tree.peers.set(attached.id, attached);
    const siblings = tree.children.get(slot.parent) ?? new Set();
    tree.children.set(slot.parent, siblings.add(attached.id));
    return structuredClone({
      peer: attached,
      version: String(++this.#version),
      parentAddress: slot.address,
      fresh,
    });
  }

  #openSlots(tree: Tree, slots: Slot[]): void {
    for (const slot of slots) {
      tree.slots.set(slotId(slot), { ...slot, version: String(++this.#version) });
    }
  }

  #closeSlotsOf(tree: Tree, parent: PeerId): void {
    for (const [id, slot] of tree.slots) if (slot.parent === parent) tree.slots.delete(id);
  }

  #takeSlot(tree: Tree, slot: OpenSlot): boolean {
    const id = slotId(slot);
    return tree.slots.get(id)?.version === slot.version && tree.slots.delete(id);
  }
}

function meets(peer: Peer, { ifAt }: Condition): boolean {
  return ifAt === undefined || peer.address.instance === ifAt;
}

function slotId({ parent, place }: Slot): string {
  return `${parent}/${place}`;
}

function childrenOf(tree: Tree, id: PeerId): Peer[] {
  return [...tree.children.get(id) ?? []].map((child) => tree.peers.get(child)!);
}

function chain(tree: Tree, from: PeerId, stopAt: PeerId): Peer[] {
  const peers: Peer[] = [];
  for (let next: PeerId | null = from; next !== null && next !== stopAt;) {
    const peer: Peer | undefined = tree.peers.get(next);
    if (!peer) break;
    peers.push(peer);
    next = peer.parent;
  }
  return peers;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
