/** ICE_CANDIDATES: one end of a link tells the other how it can be reached. */
import { encode } from "../../protocol/mod.ts";
import { notLinked } from "./not_linked.ts";
import type { Handler } from "./handler.ts";

/** Passes candidates on, verbatim (ICE-1). */
export const iceCandidates: Handler<"ICE_CANDIDATES"> = (
  { deliver },
  session,
  { peer, candidates },
) => {
  const address = session.linkedAddress(peer);
  if (!address) throw notLinked(peer);
  const frame = encode({ command: "ICE_CANDIDATES", peer: session.id, candidates });
  deliver(address, { type: "pass", to: peer, from: session.id, frame });
};
