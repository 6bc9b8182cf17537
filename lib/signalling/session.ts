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
import type { Address, Edition, PeerId } from "../tree/types.ts";
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
  /** The child's own count of its joins: says which offer an answer belongs to. */
  attempt: number;
  answered: boolean;
}

/** What a viewer watches. */
export interface Watching {
  broadcast: string;
  peerName: string;
  /** Which broadcast of that name it was last placed in; null until then. */
  edition: Edition | null;
  /** True once the tree has a record of this peer, or may have one. */
  member: boolean;
  /** Which of the session's attempts this is, so that a late answer to an earlier one is recognised. */
  attempt: number;
  /** The offer that still waits for an answer. */
  offer: Opaque | null;
  parent: { id: PeerId; address: Address } | null;
  placed: PlacedPeer | null;
  /** The placement under way. */
  pending: PendingPlacement | null;
  /** Settles when the placement under way is over, whichever way. */
  settled: Promise<void> | null;
  /** Parents that were reported gone while a placement was under way. */
  lostParents: Set<PeerId> | null;
  /** Broadcasts of this name that were reported over while a placement was under way. */
  endedEditions: Set<Edition> | null;
}

/** See the module's paragraph. */
export class Session {
  readonly id: PeerId;
  readonly #outlet: Outlet;
  readonly #onDropped: (session: Session) => void;
  #open = true;
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

  constructor(id: PeerId, outlet: Outlet, onDropped: (session: Session) => void) {
    this.id = id;
    this.#outlet = outlet;
    this.#onDropped = onDropped;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Numbers the attempts to get a parent, over everything this session ever watches. */
  nextAttempt(): number {
    return ++this.#attempts;
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
    if (!this.#open) return;
    if (!this.hasRoomFor(frame)) {
      this.close(CLOSE_NOT_READING, "The client does not read");
      this.#onDropped(this);
      return;
    }
    this.#outlet.send(frame);
  }

  /** Says whether a frame can wait for the client without passing the limit. */
  hasRoomFor(frame: string): boolean {
    const room = MAX_BACKLOG_BYTES - this.#outlet.backlogBytes();
    // A UTF-16 unit is at most three bytes of UTF-8; counted only where that leaves a doubt.
    return frame.length * 3 <= room ||
      (frame.length <= room && encoder.encode(frame).length <= room);
  }

  /** True while so much waits for the client that a tree state had better be skipped. */
  get isBehind(): boolean {
    return this.#outlet.backlogBytes() > SKIP_TREE_STATE_BACKLOG_BYTES;
  }

  /** Closes the socket; the service hears of it as of any other closed socket. */
  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#outlet.close(code, reason);
  }

  /** Marks the session as gone, because its socket is. */
  markClosed(): void {
    this.#open = false;
  }
}

const NOTHING: ReadonlySet<string> = new Set();
const encoder = new TextEncoder();
