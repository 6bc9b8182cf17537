/** What is shown in the place of a tree without viewers. */
import { growTree, RiverMark } from "../river/river_mark.tsx";

const SIZE = { width: 220, height: 110, gap: 5, mouth: 40, margin: 16, stagger: 0.3 };

/** Invites to share. */
export function TreeEmpty() {
  return (
    <div class="tree-empty">
      <RiverMark tree={growTree(9, 3)} size={SIZE} source={13} />
      <p class="tree-empty-title">Nobody is watching yet</p>
      <p>Share the link: the first viewers connect to you, later ones to each other.</p>
    </div>
  );
}
