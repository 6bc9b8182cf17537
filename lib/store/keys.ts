/**
 * Every KV key of the product, in one place. One small key per fact and no hot key: a join touches
 * the slot it takes, its own record and one child link, so joins elsewhere never collide.
 */
import type { PeerId } from "../tree/types.ts";

/** Layout of the keys; raise it when a value changes its meaning, so that old data is not misread. */
const V = "tributary1";

/** The keys of the tree. KV sorts numbers by value, so listing slots is breadth first for free. */
export const keys = {
  /** Broadcast: title, root, state. */
  broadcast: (name: string) => [V, "broadcast", name],
  broadcasts: () => [V, "broadcast"],
  /** Peer: its place, state and address. */
  peer: (name: string, id: PeerId) => [V, "peer", name, id],
  peers: (name: string) => [V, "peer", name],
  /** Who hangs under whom; the value is true. */
  child: (name: string, parent: PeerId, id: PeerId) => [V, "child", name, parent, id],
  childrenOf: (name: string, parent: PeerId) => [V, "child", name, parent],
  children: (name: string) => [V, "child", name],
  /** Exists exactly while that place is free; the value is the parent's address. */
  slot: (name: string, depth: number, parent: PeerId, place: number) => [
    V,
    "slot",
    name,
    depth,
    parent,
    place,
  ],
  slots: (name: string) => [V, "slot", name],
  /** Read by the health check; never written. */
  health: () => [V, "health"],
} satisfies Record<string, (...parts: never[]) => Deno.KvKey>;
