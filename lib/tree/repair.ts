/**
 * What has to change when a peer goes or comes back: the tree's repairs as pure functions of what
 * was read. The store turns each plan into one atomic commit that checks everything the plan read.
 */
import type { Peer, PeerId, RelayMode, Slot } from "./types.ts";

/** What a departure changes. */
export interface DeparturePlan {
  /** The children, turned into orphans. */
  orphans: Peer[];
  /** The slot that opens again above; null when there is no live parent to open it under. */
  reopened: Slot | null;
}

/**
 * Plans the departure of `peer`: its children become orphans and keep their own subtrees, and the
 * place it took is free again. A parent that has no picture itself opens its slots when it has one
 * (`openPlaces`), so nothing is reopened under it now.
 */
export function depart(peer: Peer, parent: Peer | null, children: Peer[]): DeparturePlan {
  return { orphans: children.map(orphan), reopened: freedSlot(peer, parent) };
}

/** The slot that is free again once `peer` no longer takes its place under `parent`. */
export function freedSlot(peer: Peer, parent: Peer | null): Slot | null {
  if (!parent || parent.id !== peer.parent || parent.state !== "live" || peer.place === null) {
    return null;
  }
  return slotOf(parent, peer.place);
}

/** The peer without its parent. Depth stays as a hint for those below. */
export function orphan(peer: Peer): Peer {
  return { ...peer, state: "orphan", parent: null, place: null };
}

/** The peer in its new place, still without a picture. */
export function attach(
  peer: Omit<Peer, "edition" | "state" | "parent" | "place" | "depth">,
  slot: Slot,
): Peer {
  const { edition, parent, place, depth } = slot;
  return { ...peer, edition, state: "linking", parent, place, depth };
}

/** The slots that open when a peer has a picture: every place that no child takes. */
export function openPlaces(peer: Peer, children: Peer[]): Slot[] {
  const taken = new Set(children.map((child) => child.place));
  const slots: Slot[] = [];
  for (let n = 0; n < peer.fanout; n++) if (!taken.has(n)) slots.push(slotOf(peer, n));
  return slots;
}

/** How a viewer is to relay from now on, and how many it can carry. */
export interface Relaying {
  relay: RelayMode;
  fanout: number;
}

/** What another way of relaying changes. */
export interface RelayPlan {
  peer: Peer;
  /** The children for whom there is no place any more, turned into orphans. */
  orphans: Peer[];
  opened: Slot[];
  closed: Slot[];
}

/**
 * Plans that `peer` relays differently: places beyond its new fan-out close, and whoever is in one
 * becomes an orphan that keeps its own subtree; new places open, once the peer has a picture.
 *
 * @param open the slots that are open under it
 */
export function changeRelaying<S extends Slot>(
  peer: Peer,
  relaying: Relaying,
  { children, open }: { children: Peer[]; open: S[] },
): RelayPlan & { closed: S[] } {
  const { relay, fanout } = relaying;
  const changed: Peer = { ...peer, relay, fanout };
  const stays = ({ place }: { place: number | null }) => place !== null && place < fanout;
  const taken = new Set(open.map(({ place }) => place));
  const free = openPlaces(changed, children.filter(stays));
  return {
    peer: changed,
    orphans: children.filter((child) => !stays(child)).map(orphan),
    opened: peer.state === "live" ? free.filter(({ place }) => !taken.has(place)) : [],
    closed: open.filter((slot) => !stays(slot)),
  };
}

/**
 * Says whether an orphan may hang under `target`: only if the chain of parents from there ends at
 * the root now, and so never inside the orphan's own subtree (DESIGN: two orphans can never adopt
 * each other, because the subtree of either does not reach the root).
 *
 * @param chain the peers from the target upwards, as far as they could be read.
 */
export function reachesRoot(chain: Peer[], rootId: PeerId): boolean {
  for (let i = 0; i < chain.length; i++) {
    const peer = chain[i]!;
    if (peer.id === rootId) return true;
    if (peer.parent === null || peer.parent !== chain[i + 1]?.id) return false;
  }
  return false;
}

function slotOf(parent: Peer, n: number): Slot {
  const { edition, id, depth, address } = parent;
  return { edition, parent: id, place: n, depth: depth + 1, address };
}
