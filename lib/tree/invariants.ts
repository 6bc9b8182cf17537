/**
 * What must hold of a tree at every moment. Simulations and chaos tests call this after each step.
 */
import type { Peer, PeerId, Slot } from "./types.ts";

/** A tree as read at one moment. */
export interface TreeSnapshot {
  root: PeerId;
  peers: Peer[];
  slots: Slot[];
  /** Who hangs under whom, as the child index says. */
  childLinks: { parent: PeerId; child: PeerId }[];
}

/** Lists every violation as a sentence; an empty list means that all is well. */
export function violations({ root, peers, slots, childLinks }: TreeSnapshot): string[] {
  const found: string[] = [];
  const byId = new Map(peers.map((peer) => [peer.id, peer]));
  const places = new Map<string, string>();
  const take = (parent: PeerId, n: number, by: string) => {
    const key = `${parent}/${n}`;
    const other = places.get(key);
    if (other) found.push(`place ${key} is both ${other} and ${by}`);
    places.set(key, by);
  };

  if (byId.get(root)?.parent !== null) found.push(`the root ${root} is absent or has a parent`);
  for (const peer of peers) {
    if (peer.parent === null) {
      if (peer.id !== root && peer.state !== "orphan") {
        found.push(`${peer.id} has no parent and is ${peer.state}`);
      }
      continue;
    }
    if (peer.state === "orphan") found.push(`orphan ${peer.id} has a parent`);
    const parent = byId.get(peer.parent);
    if (!parent) {
      found.push(`${peer.id} hangs under ${peer.parent}, which is absent`);
      continue;
    }
    if (peer.place === null || peer.place < 0 || peer.place >= parent.fanout) {
      found.push(`${peer.id} takes place ${peer.place} of ${parent.fanout} under ${parent.id}`);
    } else take(parent.id, peer.place, `taken by ${peer.id}`);
    if (!endsUpward(peer, byId)) found.push(`${peer.id} is part of a cycle`);
  }
  for (const slot of slots) {
    const parent = byId.get(slot.parent);
    if (!parent) found.push(`slot ${slot.parent}/${slot.place} is open under an absent peer`);
    else if (slot.place >= parent.fanout) {
      found.push(`slot ${slot.parent}/${slot.place} is beyond the fan-out`);
    } else if (parent.state !== "live") {
      found.push(`slot ${slot.parent}/${slot.place} is open under a peer without a picture`);
    }
    take(slot.parent, slot.place, "open");
  }
  for (const peer of peers) {
    if (peer.state !== "live") continue;
    for (let n = 0; n < peer.fanout; n++) {
      if (!places.has(`${peer.id}/${n}`)) {
        found.push(`place ${peer.id}/${n} of a live peer is lost`);
      }
    }
  }
  const linked = new Set(childLinks.map(({ parent, child }) => `${parent}/${child}`));
  for (const peer of peers) {
    if (peer.parent !== null && !linked.delete(`${peer.parent}/${peer.id}`)) {
      found.push(`${peer.id} is missing from the children of ${peer.parent}`);
    }
  }
  for (const link of linked) found.push(`the child link ${link} leads nowhere`);
  return found;
}

/** True when the chain of parents ends; false when it runs in a circle. */
function endsUpward(from: Peer, byId: Map<PeerId, Peer>): boolean {
  let peer: Peer | undefined = from;
  for (let steps = 0; peer && peer.parent !== null; steps++) {
    if (steps > byId.size) return false;
    peer = byId.get(peer.parent);
  }
  return true;
}
