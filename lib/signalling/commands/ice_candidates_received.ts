/** ICE_CANDIDATES_RECEIVED: the remote peer's own acknowledgement of candidates. */
import { encode } from "../../protocol/mod.ts";
import { notLinked } from "./not_linked.ts";
import type { Handler } from "./handler.ts";

/** Passes the acknowledgement on (ICE-2). */
export const iceCandidatesReceived: Handler<"ICE_CANDIDATES_RECEIVED"> = (
  { deliver },
  session,
  { peer },
) => {
  const address = session.linkedAddress(peer);
  if (!address) throw notLinked(peer);
  const frame = encode({ command: "ICE_CANDIDATES_RECEIVED", peer: session.id });
  deliver(address, { type: "pass", to: peer, from: session.id, frame });
};
