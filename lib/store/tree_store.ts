/**
 * Where the tree of every broadcast is kept: the one truth that all instances share. The interface
 * speaks of broadcasts, peers and slots; how changes are made atomic is the implementations' own
 * affair. Both of them pass tests/contract/tree_store_contract.ts.
 *
 * Methods retry by themselves what merely collided with somebody else's change. What is reported
 * is a decision for the caller: a slot that is gone, a peer that is no member any more.
 */
import { UserError } from "../protocol/mod.ts";
import type { Relaying } from "../tree/repair.ts";
import type {
  Address,
  Broadcast,
  InstanceId,
  Peer,
  PeerId,
  Slot,
  StillMark,
  Visibility,
} from "../tree/types.ts";
import type { TreeSnapshot } from "../tree/invariants.ts";

/** Says which state of a record was read; opaque, and different after every change. */
export type Version = string;

/** A free place as it was read. */
export interface OpenSlot extends Slot {
  version: Version;
}

/** A peer as it was written. */
export interface PlacedPeer {
  peer: Peer;
  version: Version;
  /** Where its parent's socket is held. */
  parentAddress: Address;
  /** True when it has just joined, and so can have no children. */
  fresh: boolean;
}

/** A peer that has no place yet. */
export type NewPeer = Pick<
  Peer,
  "id" | "displayName" | "fanout" | "address" | "relay" | "resumable" | "joinedAt"
>;

/** What a broadcast begins with. */
export type NewBroadcast =
  & Omit<Broadcast, "state" | "root" | "displayName" | "visibility" | "still">
  & { root: NewPeer; /** Public by default. */ visibility?: Visibility };

/** A still picture of a broadcast. */
export interface Still extends StillMark {
  /** `image/webp` or `image/jpeg`. */
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** How an attempt to take a slot for a peer with a subtree ended. */
export type ReattachResult =
  | { outcome: "placed"; placed: PlacedPeer }
  /** The slot is gone, or the peer changed meanwhile: try another slot. */
  | { outcome: "conflict" }
  /** The slot does not reach the root, or lies in the peer's own subtree: try another slot. */
  | { outcome: "unreachable" }
  /** The peer is no member of the broadcast, or does not meet the condition. */
  | { outcome: "absent" };

/** Makes a change conditional. */
export interface Condition {
  /**
   * Only while the peer's socket belongs to this instance: who lost a socket must not undo what the
   * instance does to which the peer has come back.
   */
  ifAt?: InstanceId;
}

/** A peer whose socket is on another instance now, with those it is linked to. */
export interface MovedPeer {
  peer: Peer;
  /** Where its socket was before. */
  from: Address;
  parent: Peer | null;
  children: Peer[];
}

/** What a departure left behind. */
export interface Departure {
  peer: Peer;
  /** Who carried it; null for an orphan. */
  parent: Peer | null;
  orphans: Peer[];
}

/** What became of those below a peer that relays differently. */
export type RelayChange = Pick<Departure, "peer" | "orphans">;

/** See the module's paragraph. */
export interface TreeStore {
  /**
   * Makes a broadcast live, with its root and the root's open slots.
   *
   * @returns false while an earlier broadcast of that name is ending: `sweep` it, then try again.
   * @throws {UserError} `name_taken` while the name is live.
   */
  createBroadcast(broadcast: NewBroadcast): Promise<boolean>;

  /** Reads a broadcast, in whatever state; null when there is none. */
  broadcast(name: string): Promise<Broadcast | null>;

  /** Lists the live broadcasts. */
  broadcasts(): Promise<Broadcast[]>;

  /** Reads one peer. */
  peer(name: string, id: PeerId): Promise<Peer | null>;

  /** Lists all peers of a broadcast, orphans too. */
  peers(name: string): Promise<Peer[]>;

  /** Counts the peers of a broadcast without the root. */
  countViewers(name: string): Promise<number>;

  /** Counts them for every broadcast that has any, in one pass. */
  countAllViewers(): Promise<Map<string, number>>;

  /**
   * Keeps a still picture in the place of the one before, until it is `keepMs` old or the broadcast
   * ends; false unless `root` has a live public broadcast of that name.
   */
  setStill(name: string, root: PeerId, still: Still, keepMs: number): Promise<boolean>;

  /** Reads the still picture that was kept last, also when its time is over; null for none. */
  still(name: string): Promise<Still | null>;

  /** Lists up to `limit` open slots, the shallowest first. */
  openSlots(name: string, limit: number): Promise<OpenSlot[]>;

  /** Puts a new peer into a slot; null when the slot is gone, or a resumable peer has a place already. */
  join(name: string, peer: NewPeer, slot: OpenSlot): Promise<PlacedPeer | null>;

  /** Puts an orphan into a slot; its children stay with it, its other places open when it is live. */
  reattach(
    name: string,
    id: PeerId,
    slot: OpenSlot,
    condition?: Condition,
  ): Promise<ReattachResult>;

  /**
   * Records that a peer has a picture: it is live and its free places open.
   *
   * @returns false when the peer has lost that place meanwhile.
   */
  open(name: string, placed: PlacedPeer): Promise<boolean>;

  /** Makes an orphan of a peer, whose open slots close, so that it can be placed anew; returns what it was, null for no member. */
  detach(
    name: string,
    id: PeerId,
    condition?: Condition,
  ): Promise<Pick<Departure, "peer" | "parent"> | null>;

  /**
   * Records how a viewer relays from now on: places that it has no more close, and whoever is in one
   * becomes an orphan; places that it has now open if it is live. Idempotent; null for no member.
   */
  setRelaying(
    name: string,
    id: PeerId,
    relaying: Relaying,
    condition?: Condition,
  ): Promise<RelayChange | null>;

  /** Removes a peer; its children become orphans, and their open slots close. Null when it is no member (any more). */
  leave(name: string, id: PeerId, condition?: Condition): Promise<Departure | null>;

  /** Records that a peer's socket is at `to` now, and so are its open slots. Null for no member. */
  move(name: string, id: PeerId, to: Address): Promise<MovedPeer | null>;

  /** Lists the peers of all broadcasts, with the broadcasts' names. Slow: for repairs only. */
  allPeers(): AsyncIterable<{ name: string; peer: Peer }>;

  /** Marks a broadcast as ending, so that nobody else does it; false when `root` has no live broadcast of that name. */
  beginEnding(name: string, root: PeerId, condition?: Condition): Promise<boolean>;

  /**
   * Removes everything an ending broadcast left and frees its name. May be repeated, also by
   * several at once: each gets the members that it removed, and has to tell them.
   *
   * @param onRemoved is called with the members of each step; should a later step fail, nobody else
   * could tell them.
   */
  sweep(name: string, onRemoved?: (members: Peer[]) => void): Promise<Peer[]>;

  /** Reads all that the invariants speak of. Only consistent while nothing changes; for tests. */
  snapshot(name: string): Promise<TreeSnapshot | null>;
}

/** Says whether a peer may give a broadcast a still picture. */
export function mayHaveStill({ root, state, visibility }: Broadcast, by: PeerId): boolean {
  return root === by && state === "live" && visibility === "public";
}

/** The error for a name that is live already, in the prototype's words. */
export function nameTaken(name: string): UserError {
  return new UserError("name_taken", `Broadcast "${name}" already exists`);
}

/** The error for a name that is not live, in the prototype's words. */
export function unknownBroadcast(name: string): UserError {
  return new UserError("unknown_broadcast", `Unknown broadcast: ${name}`);
}
