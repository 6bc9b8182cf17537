/**
 * One WebSocket and what the service remembers of it while it is open: what it broadcasts, what it
 * watches, and to whom it is linked. The links are what answers and candidates are routed by, so
 * that passing them on needs no look at KV. Knows nothing of KV, the bus or HTTP.
 */
import {
  CLOSE_NOT_READING,
  encode,
  MAX_BACKLOG_BYTES,
  type Opaque,
  type ServerMessage,
  SKIP_TREE_STATE_BACKLOG_BYTES,
} from "../protocol/mod.ts";
import type { PlacedPeer } from "../store/tree_store.ts";
import type { Address, Edition, PeerId, RelayMode } from "../tree/types.ts";
import type { GracePeriod } from "./grace.ts";
import type { PendingPlacement } from "./placement.ts";

/** The socket as a session sees it. */
export interface Outlet {
  send(frame: string): void;
  close(code: number, reason: string): void;
  /** Bytes handed to `send` that the network has not taken yet. */
  backlogBytes(): number;
}

/** A child this session carries, or is about to. */
export interface ChildLink {
  address: Address;
  broadcast: string;
  /**
   * The child's own count of its joins: says which offer an answer belongs to. Null when it was not
   * learnt, because this session was taken up from another instance.
   */
  attempt: number | null;
  answered: boolean;
}

/** A parent being asked to carry a viewer. */
export interface Asking {
  /** True when there was no better place than under it. */
  isLastResort: boolean;
  /** True once its instance has said that its client has the offer. */
  isReached: boolean;
  /** Gives it up and finds another parent; to be called in the session's turn. */
  passOver: () => Promise<void>;
}

/** What a viewer watches. */
export interface Watching {
  broadcast: string;
  peerName: string;
  /** How it relays; null when it has not said. */
  relay: RelayMode | null;
  /** Which broadcast of that name it was last placed in; null until then. */
  edition: Edition | null;
  /** True once the tree has a record of this peer, or may have one. */
  member: boolean;
  /** Which of the session's attempts this is, so that a late answer to an earlier one is recognised. */
  attempt: number;
  /** The offer that still waits for an answer. */
  offer: Opaque | null;
  /** When the search for a parent that answers is given up, in ms since the epoch. */
  until: number;
  parent: { id: PeerId; address: Address } | null;
  placed: PlacedPeer | null;
  /** What is known about asking the parent; of no meaning without an offer. */
  asking: Asking | null;
  /** The placement under way. */
  pending: PendingPlacement | null;
  /** Settles when the placement under way is over, whichever way. */
  settled: Promise<void> | null;
  /** Parents that were reported gone while a placement was under way. */
  lostParents: Set<PeerId> | null;
  /** The parent that was being asked for an answer when another instance took the session up. */
  unanswered: PeerId | null;
  /** Parents that are not to be chosen again while another place can be had. */
  avoided: Set<PeerId> | null;
  /** Cancels what is to happen if the parent does not answer, or the orphan does not join, in time. */
  deadline: (() => void) | null;
  /** Broadcasts of this name that were reported over while a placement was under way. */
  endedEditions: Set<Edition> | null;
}

/** See the module's paragraph. */
export class Session {
  readonly id: PeerId;
  readonly #onDropped: (session: Session) => void;
  /** Null while the socket is lost. */
  #outlet: Outlet | null;
  #gone = false;
  /** The session that its socket has taken up again, in which all further frames are meant. */
  successor: Session | null = null;
  /** The hash of the token by which this session can be taken up again; null if it did not greet. */
  tokenHash: string | null = null;
  /** Names that a resuming instance is told to look for this peer in. */
  rememberedNames: ReadonlySet<string> = NOTHING;
  /** Null while there is a socket. */
  grace: GracePeriod | null = null;
  /** True once a command has come. */
  hasSpoken = false;
  /** When lost parents were reported, in ms since the epoch; the oldest first. */
  lostReports: number[] = [];
  /** When still pictures were sent, in ms since the epoch, as far as that still counts; the oldest first. */
  stillsSent: number[] = [];
  /** The commands under way and waiting, oldest first; each begins when the one before is done. */
  queue: Promise<void> | null = null;
  waitingCommands = 0;
  watching: Watching | null = null;
  /** The broadcast that is being left; it still carries children there until the tree knows. */
  leaving: string | null = null;
  // Made when first needed: most sessions watch and do nothing else, and there are many of them.
  #broadcasts: Set<string> | null = null;
  #children: Map<PeerId, ChildLink> | null = null;
  #attempts = 0;

  constructor(id: PeerId, onDropped: (session: Session) => void, outlet: Outlet | null = null) {
    this.id = id;
    this.#onDropped = onDropped;
    this.#outlet = outlet;
  }

  /** True when its client greeted: a lost socket leaves it its place for a while. */
  get isResumable(): boolean {
    return this.tokenHash !== null;
  }

  /** True when it has given up everything; nothing must be taken on for it any more. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** True when anything would be given up with it. */
  get holdsSomething(): boolean {
    return this.watching !== null || this.broadcasts.size > 0;
  }

  /** True while there is a socket. */
  get isOpen(): boolean {
    return this.#outlet !== null;
  }

  /** Numbers the attempts to get a parent, over everything this session ever watches. */
  nextAttempt(): number {
    return ++this.#attempts;
  }

  /** Numbers attempts above those that another instance has counted for the same peer. */
  countAttemptsFrom(first: number): void {
    this.#attempts = Math.max(this.#attempts, first);
  }

  /** The names this session broadcasts. */
  get broadcasts(): ReadonlySet<string> {
    return this.#broadcasts ?? NOTHING;
  }

  addBroadcast(name: string): void {
    (this.#broadcasts ??= new Set()).add(name);
  }

  deleteBroadcast(name: string): void {
    this.#broadcasts?.delete(name);
    this.deleteChildrenOf(name);
  }

  /** True when others may hang under this session's peer in a broadcast. */
  carriesIn(broadcast: string): boolean {
    return this.broadcasts.has(broadcast) || this.watching?.broadcast === broadcast ||
      this.leaving === broadcast;
  }

  child(id: PeerId): ChildLink | undefined {
    return this.#children?.get(id);
  }

  setChild(id: PeerId, link: ChildLink): void {
    (this.#children ??= new Map()).set(id, link);
  }

  deleteChild(id: PeerId): void {
    this.#children?.delete(id);
  }

  /** The ids of those it carries. */
  get childIds(): PeerId[] {
    return [...this.#children?.keys() ?? []];
  }

  /** Forgets the children carried in one broadcast. */
  deleteChildrenOf(broadcast: string): void {
    for (const [id, link] of this.#children ?? []) {
      if (link.broadcast === broadcast) this.#children!.delete(id);
    }
  }

  /** Where messages to a linked peer go; undefined when this session is not linked to it. */
  linkedAddress(id: PeerId): Address | undefined {
    const parent = this.watching?.parent;
    return parent?.id === id ? parent.address : this.child(id)?.address;
  }

  send(message: ServerMessage): void {
    this.sendFrame(encode(message));
  }

  /** Sends a frame; a client that does not read is dropped before its backlog passes the limit. */
  sendFrame(frame: string): void {
    if (!this.#outlet) return;
    if (!this.hasRoomFor(frame)) {
      this.close(CLOSE_NOT_READING, "The client does not read");
      this.#onDropped(this);
      return;
    }
    this.#outlet.send(frame);
  }

  /** Says whether a frame can wait for the client without passing the limit. */
  hasRoomFor(frame: string): boolean {
    const room = MAX_BACKLOG_BYTES - (this.#outlet?.backlogBytes() ?? 0);
    // A UTF-16 unit is at most three bytes of UTF-8; counted only where that leaves a doubt.
    return frame.length * 3 <= room ||
      (frame.length <= room && encoder.encode(frame).length <= room);
  }

  /** True while so much waits for the client that a tree state had better be skipped. */
  get isBehind(): boolean {
    return (this.#outlet?.backlogBytes() ?? 0) > SKIP_TREE_STATE_BACKLOG_BYTES;
  }

  /** Closes the socket; the service hears of it as of any other closed socket. */
  close(code: number, reason: string): void {
    const outlet = this.releaseOutlet();
    outlet?.close(code, reason);
  }

  /** Marks the session as gone for good. */
  markClosed(): void {
    this.#outlet = null;
    this.#gone = true;
    this.grace?.cancel();
    this.grace = null;
  }

  /** Gives the socket away, or finds it lost. */
  releaseOutlet(): Outlet | null {
    const outlet = this.#outlet;
    this.#outlet = null;
    return outlet;
  }

  /** Goes on over another socket; returns the one it had. */
  attach(outlet: Outlet): Outlet | null {
    const before = this.#outlet;
    this.#outlet = outlet;
    this.grace?.cancel();
    this.grace = null;
    return before;
  }
}

const NOTHING: ReadonlySet<string> = new Set();
const encoder = new TextEncoder();
