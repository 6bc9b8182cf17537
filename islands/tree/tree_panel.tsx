/**
 * The tree in a page that does without it until it is opened: loads what draws it, and its styles, when
 * it is shown. The place is reserved meanwhile.
 */
import { useEffect, useState } from "preact/hooks";
import type { TreeViewProps } from "./tree_view.tsx";

type TreeView = typeof import("./tree_view.tsx").TreeView;

const STYLES = "/static/tree.css";

/** Shows a tree, as soon as it is loaded. */
export function TreePanel(props: TreeViewProps) {
  const [loaded, setLoaded] = useState<{ TreeView: TreeView } | "failed" | null>(null);
  useEffect(() => {
    let isGone = false;
    Promise.all([import("./tree_view.tsx"), loadStyles()]).then(
      ([{ TreeView }]) => isGone || setLoaded({ TreeView }),
      () => isGone || setLoaded("failed"),
    );
    return () => {
      isGone = true;
    };
  }, []);
  if (loaded === "failed") {
    return <p>The tree could not be loaded. Everything else goes on.</p>;
  }
  if (!loaded) return <div class="tree-waiting" aria-busy="true" />;
  return <loaded.TreeView {...props} />;
}

/** Loads the styles once; resolves when they are there. */
function loadStyles(): Promise<void> {
  if (document.querySelector(`link[href="${STYLES}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = STYLES;
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error("The styles of the tree cannot be loaded"));
    };
    document.head.append(link);
  });
}
