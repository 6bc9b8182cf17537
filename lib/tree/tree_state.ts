/**
 * From peers as stored to the nested tree that TREE_STATE_CHANGED carries.
 */
import type { Peer, PeerId, RelayMode } from "./types.ts";

/**
 * One node of the tree as clients see it: `{id, name, children}`, recursively (seed rule), and how it
 * relays if it has said so.
 */
export interface TreeStateNode {
  id: PeerId;
  name: string;
  relay?: RelayMode;
  children: TreeStateNode[];
}

/**
 * Builds the tree below the root. Orphans and their subtrees are not part of it until they are
 * re-attached. Children are ordered by the place they take, so that a tree looks the same each time.
 *
 * @returns null when the root is not among the peers.
 */
export function treeState(peers: Iterable<Peer>, root: PeerId): TreeStateNode | null {
  const children = new Map<PeerId, Peer[]>();
  let rootPeer: Peer | undefined;
  for (const peer of peers) {
    if (peer.id === root) rootPeer = peer;
    if (peer.parent === null) continue;
    const siblings = children.get(peer.parent);
    if (siblings) siblings.push(peer);
    else children.set(peer.parent, [peer]);
  }
  if (!rootPeer) return null;
  // A loop and not recursion: a chain of thousands must not end in a stack overflow.
  const top = toNode(rootPeer);
  const open = [top];
  for (let node = open.pop(); node; node = open.pop()) {
    const below = children.get(node.id) ?? [];
    below.sort((a, b) => a.place! - b.place!);
    for (const peer of below) {
      const child = toNode(peer);
      node.children.push(child);
      open.push(child);
    }
  }
  return top;
}

function toNode({ id, displayName: name, relay }: Peer): TreeStateNode {
  return { id, name, ...(relay ? { relay } : {}), children: [] };
}
