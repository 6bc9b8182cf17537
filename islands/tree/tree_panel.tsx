/**
 * The tree in a page that does without it until it is opened: loads what draws it, and its styles, when
 * it is shown. The place is reserved meanwhile.
 */
import { useEffect, useState } from "preact/hooks";
import type { TreeViewProps } from "./tree_view.tsx";

/** What shows a tree. */
export type TreeView = typeof import("./tree_view.tsx").TreeView;

const STYLES = "/static/tree.css";

/** Shows a tree, as soon as it is loaded. */
export function TreePanel(props: TreeViewProps) {
  const [loaded, setLoaded] = useState<{ TreeView: TreeView } | "failed" | null>(null);
  const isWanted = loaded === null;
  useEffect(() => {
    if (!isWanted) return;
    let isGone = false;
    loadTreeView().then(
      (TreeView) => isGone || setLoaded({ TreeView }),
      () => isGone || setLoaded("failed"),
    );
    return () => {
      isGone = true;
    };
  }, [isWanted]);
  if (loaded === "failed") {
    return (
      <div class="tree-waiting">
        <p role="alert">The tree could not be loaded. Everything else goes on.</p>
        <p class="actions">
          <button type="button" class="button" onClick={() => setLoaded(null)}>Try again</button>
        </p>
      </div>
    );
  }
  if (!loaded) return <div class="tree-waiting" aria-busy="true" />;
  return <loaded.TreeView {...props} />;
}

/** Loads what draws a tree, with its styles. */
export async function loadTreeView(): Promise<TreeView> {
  const [{ TreeView }] = await Promise.all([import("./tree_view.tsx"), loadStyles()]);
  return TreeView;
}

let styles: Promise<void> | null = null;

/** Loads the styles once, for whoever asks; resolves when they are there. */
function loadStyles(): Promise<void> {
  return styles ??= new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = STYLES;
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      styles = null;
      reject(new Error("The styles of the tree cannot be loaded"));
    };
    document.head.append(link);
  });
}
