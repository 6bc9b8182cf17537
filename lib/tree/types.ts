/**
 * The words of the tree as types. Pure data: no I/O, clock or randomness in this folder.
 */

/** The id of an isolate of the server; where a peer's socket is held. */
export type InstanceId = string;

/** The id of a peer: its session's id, unique over all broadcasts and instances. */
export type PeerId = string;

/**
 * Tells a broadcast from earlier and later ones of the same name, perhaps by the same broadcaster:
 * messages about one may come when the next has begun.
 */
export type Edition = string;

/** Where messages for a peer go. */
export interface Address {
  instance: InstanceId;
  region: string;
}

/**
 * - `linking`: has a place, but no picture yet, so nobody can be placed under it;
 * - `live`: has a picture; each of its places is either an open slot or taken by a child;
 * - `orphan`: lost its parent and has no place; keeps its own subtree, but nobody new is placed under it.
 */
export type PeerState = "linking" | "live" | "orphan";

/**
 * How a viewer passes on what it gets: `forward` encoded frames as they are, `re-encode` them, or
 * `none`: it has no places for others.
 */
export type RelayMode = "forward" | "re-encode" | "none";

/** One node of a broadcast's tree, as stored. The root is the peer without a parent that is `live`. */
export interface Peer {
  id: PeerId;
  edition: Edition;
  displayName: string;
  state: PeerState;
  /** Null for the root and for orphans. */
  parent: PeerId | null;
  /** Which of the parent's places it takes (0 to fanout - 1); null without a parent. */
  place: number | null;
  /** Links from the root. A hint: descendants of a re-attached peer are put right lazily. */
  depth: number;
  /** How many children it can carry. */
  fanout: number;
  address: Address;
  /** How it relays; null when it has not said, and for a broadcaster. */
  relay: RelayMode | null;
  /** True when its client greeted: a lost socket leaves it its place for a while. */
  resumable: boolean;
  /** Milliseconds since the epoch. */
  joinedAt: number;
}

/** One free place under a parent. */
export interface Slot {
  edition: Edition;
  parent: PeerId;
  place: number;
  /** The depth a child in this place has. A hint, as the parent's depth is. */
  depth: number;
  address: Address;
}

/** Who finds a broadcast: everybody, in the list, or only those who have its link. */
export type Visibility = "public" | "unlisted";

/** Which still picture of a broadcast there is, and until when, in ms since the epoch. */
export interface StillMark {
  version: string;
  until: number;
}

/** A broadcast as stored. */
export interface Broadcast {
  name: string;
  title: string;
  visibility: Visibility;
  /** The still picture that was sent last; only public broadcasts have any. */
  still: StillMark | null;
  edition: Edition;
  root: PeerId;
  /** What the broadcaster is called. */
  displayName: string;
  /** `ending`: nobody can join any more and its peers are being removed. */
  state: "live" | "ending";
  createdAt: number;
}

/** Most children a peer can have: it bounds what one departure has to check in one commit. */
export const MAX_FANOUT = 8;
