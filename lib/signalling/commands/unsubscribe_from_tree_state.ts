/** UNSUBSCRIBE_FROM_TREE_STATE: somebody has seen enough of the tree. */
import { unknownBroadcast } from "../../store/tree_store.ts";
import type { Handler } from "./handler.ts";

/** Ends the subscription, if there is one, and acknowledges (TREE-4, TREE-5). */
export const unsubscribeFromTreeState: Handler<"UNSUBSCRIBE_FROM_TREE_STATE"> = async (
  { store, treeWatch },
  session,
  { name },
) => {
  treeWatch.unsubscribe(session, name);
  if ((await store.broadcast(name))?.state !== "live") throw unknownBroadcast(name);
  session.send({ command: "UNSUBSCRIBE_FROM_TREE_STATE_RECEIVED" });
};
