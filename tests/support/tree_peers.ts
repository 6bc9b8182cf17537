/** Peers and slots for tests that care for a few of their fields only. */
import type { NewPeer } from "../../lib/store/tree_store.ts";
import type { Address, Peer, Slot } from "../../lib/tree/types.ts";

/** Where the peers of a test are, unless it says otherwise. */
export const HERE: Address = { instance: "here", region: "eu" };

/** Makes a live peer with two places; without a parent it is a root. */
export function peerOf(id: string, fields: Partial<Peer> = {}): Peer {
  const { parent = null } = fields;
  return {
    id,
    edition: "edition",
    displayName: `Peer ${id}`,
    state: "live",
    parent,
    place: parent === null ? null : 0,
    depth: parent === null ? 0 : 1,
    fanout: 2,
    address: HERE,
    relay: null,
    resumable: false,
    joinedAt: 1,
    ...fields,
  };
}

/** Makes a peer that has no place yet. */
export function newPeer(id: string, fields: Partial<NewPeer> = {}): NewPeer {
  return {
    id,
    displayName: `Peer ${id}`,
    fanout: 2,
    address: HERE,
    relay: null,
    resumable: false,
    joinedAt: 1,
    ...fields,
  };
}

/** Makes the slot `place` under `parent`. */
export function slotOf(parent: string, place: number, fields: Partial<Slot> = {}): Slot {
  return { edition: "edition", parent, place, depth: 1, address: HERE, ...fields };
}
