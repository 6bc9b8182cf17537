/**
 * Every KV key of the product, in one place. One small key per fact and no hot key: a join touches
 * the slot it takes, its own record and one child link, so joins elsewhere never collide.
 */
import type { InstanceId, PeerId } from "../tree/types.ts";

/** The keys of the tree. KV sorts numbers by value, so listing slots is breadth first for free. */
export const keys = {
  /** Broadcast: title, root, state. */
  broadcast: (name: string) => ["broadcast", name],
  broadcasts: () => ["broadcast"],
  /** Peer: its place, state and address. */
  peer: (name: string, id: PeerId) => ["peer", name, id],
  peers: (name: string) => ["peer", name],
  allPeers: () => ["peer"],
  /** Who hangs under whom; the value is true. */
  child: (name: string, parent: PeerId, id: PeerId) => ["child", name, parent, id],
  childrenOf: (name: string, parent: PeerId) => ["child", name, parent],
  children: (name: string) => ["child", name],
  allChildren: () => ["child"],
  /** Exists exactly while that place is free; the value says where the parent is. */
  slot: (name: string, depth: number, parent: PeerId, place: number) => [
    "slot",
    name,
    depth,
    parent,
    place,
  ],
  slots: (name: string) => ["slot", name],
  allSlots: () => ["slot"],
  /** The still picture of a broadcast; which one it is stands in the broadcast, too. */
  still: (name: string) => ["still", name, "latest"],
  stills: (name: string) => ["still", name],
  allStills: () => ["still"],
  /** A message of a broadcast's chat; ids sort as the messages do. */
  chatMessage: (name: string, id: string) => ["chat", name, "message", id],
  chatMessages: (name: string) => ["chat", name, "message"],
  /** What its broadcaster has decided; below the same prefix, so that both are found by it. */
  chatRules: (name: string) => ["chat", name, "rules"],
  chat: (name: string) => ["chat", name],
  allChats: () => ["chat"],
  /** Mail for an instance, in the order of each sender's numbers (lib/bus/kv_entry.ts). */
  inbox: (to: InstanceId) => ["inbox", to],
  mail: (to: InstanceId, from: InstanceId, epoch: number, seq: number) => [
    "inbox",
    to,
    from,
    epoch,
    seq,
  ],
  allMail: () => ["inbox"],
  /** Set together with mail; its owner watches it. */
  head: (to: InstanceId) => ["head", to],
  heads: () => ["head"],
  /** By the hash of a token: whose session it takes up. */
  resume: (tokenHash: string) => ["resume", tokenHash],
  resumes: () => ["resume"],
  /** By peer: the hash of its token. */
  resumeOf: (id: PeerId) => ["resume_of", id],
  /** Instance: its lease, and who sees to what it leaves. */
  instance: (id: InstanceId) => ["instance", id],
  instances: () => ["instance"],
  /** Which instance does the housekeeping, until when. */
  housekeeping: () => ["housekeeping"],
  /** Written once in the life of a database, by whoever comes first. */
  installation: () => ["installation"],
  /** Read by the health check; never written. */
  health: () => ["health"],
} satisfies Record<string, (...parts: never[]) => Deno.KvKey>;
