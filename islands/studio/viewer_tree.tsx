/**
 * Who watches, and who passes the stream on to whom: a nested list that is drawn as a tree. Told
 * what to show; knows nothing of the SDK.
 */
import type { TreeNode } from "../../lib/protocol/mod.ts";
import { type ShownNode, trimTree } from "./tree.ts";

/** Most peers in the list: beyond that nobody reads it, and a phone would feel it. */
const SHOWN_LIMIT = 200;

/** What is said of who carries others. */
const RELAYS = {
  forward: "passes it on as it is",
  "re-encode": "passes it on, encoded again",
  none: "passes it on",
  unknown: "passes it on",
};

/** Draws the tree of viewers below the broadcaster. */
export function ViewerTree({ tree }: { tree: TreeNode | null }) {
  if (!tree || tree.children.length === 0) {
    return (
      <p class="tree-empty">
        Share the link: the first viewers connect to you, later ones to each other.
      </p>
    );
  }
  return (
    <ul class="tree">
      <Branch node={trimTree(tree, SHOWN_LIMIT)} isRoot />
    </ul>
  );
}

function Branch({ node, isRoot }: { node: ShownNode; isRoot?: boolean }) {
  const carried = node.children.length + (node.hidden > 0 ? node.hidden : 0);
  return (
    <li>
      <span class="tree-peer">
        <span class="tree-name">{isRoot ? "You" : node.name}</span>
        {isRoot && <span class="tree-note">the source</span>}
        {!isRoot && carried > 0 && <span class="tree-note">{RELAYS[node.relay ?? "unknown"]}</span>}
      </span>
      {carried > 0 && (
        <ul>
          {node.children.map((child) => <Branch key={child.id} node={child} />)}
          {node.hidden > 0 && (
            <li key="hidden">
              <span class="tree-peer tree-more">and {node.hidden} more</span>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}
