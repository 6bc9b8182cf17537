/** SUBSCRIBE_TO_TREE_STATE: somebody wants to see the tree grow and shrink. */
import type { Handler } from "./handler.ts";

/** Acknowledges, then sends the tree at once and whenever it changes (TREE-1). */
export const subscribeToTreeState: Handler<"SUBSCRIBE_TO_TREE_STATE"> = async (
  { treeWatch },
  session,
  { name },
) => {
  await treeWatch.subscribe(
    session,
    name,
    () => session.send({ command: "SUBSCRIBE_TO_TREE_STATE_RECEIVED" }),
  );
};
