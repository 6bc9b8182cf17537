/**
 * Who carries whom, in a dialog: subscribes to the tree for as long as it is open. The picture of it
 * is loaded then, by whatever `load` is.
 */
import type { ComponentType, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { TreeNode } from "../../lib/protocol/mod.ts";
import type { Client } from "../parts/client.ts";
import { TreeIcon } from "../parts/icons.tsx";

/** What shows a tree. */
export type TreeView = ComponentType<{
  tree: TreeNode | null;
  client: RefObject<Client | null>;
  self: string | null;
}>;

interface TreeDialogProps {
  client: RefObject<Client | null>;
  /** False when there is nothing to show any more: then what the page says is not to be covered. */
  isJoined: boolean;
  /** Has the keyboard after that. */
  stage: RefObject<HTMLElement | null>;
  /** The viewer's own id, to be found by in the tree; null when it is not known. */
  self: string | null;
  load: () => Promise<TreeView>;
}

/** A button, and the dialog that it opens. */
export function TreeDialog({ client, isJoined, stage, self, load }: TreeDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [View, setView] = useState<TreeView | null>(null);
  const [tree, setTree] = useState<TreeNode | null>(null);
  const [hasFailed, setFailed] = useState(false);

  useEffect(() => {
    const peer = client.current;
    if (!isOpen || !peer) return;
    dialog.current!.showModal();
    setFailed(false);
    const fail = () => setFailed(true);
    load().then((loaded) => setView(() => loaded), fail);
    const off = peer.on("treestatechanged", setTree);
    peer.subscribeToTreeChanges().catch(fail);
    return () => {
      off();
      setTree(null);
      // Nothing is subscribed to any more where the broadcast has ended.
      peer.unsubscribeFromTreeChanges().catch(() => {});
    };
  }, [isOpen]);

  useEffect(() => {
    if (isJoined || !dialog.current) return;
    dialog.current.close();
    stage.current?.focus();
  }, [isJoined]);

  return (
    <>
      <button type="button" class="button quiet" onClick={() => setOpen(true)}>
        <TreeIcon />
        Who carries whom
      </button>
      {isOpen && (
        <dialog
          class="dialog tree-dialog"
          ref={dialog}
          aria-labelledby="tree-title"
          onClose={() => setOpen(false)}
        >
          <h2 id="tree-title">Who carries whom</h2>
          {hasFailed
            ? <p role="alert">That cannot be shown now. Close this and try again.</p>
            : View
            ? <View tree={tree} client={client} self={self} />
            : <p role="status">One moment…</p>}
          <form method="dialog" class="actions">
            <button type="submit" class="button">Close</button>
          </form>
        </dialog>
      )}
    </>
  );
}
