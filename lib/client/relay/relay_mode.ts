/**
 * Which way a viewer relays: by forwarding what it gets, where the browser and the page allow that,
 * or by encoding it again. This module is browser compatible.
 */
import type { RelayMode } from "../../protocol/mod.ts";
import { ForwardingRelay } from "./forwarding_relay.ts";
import { ReEncodingRelay } from "./re_encoding_relay.ts";
import type { Relay } from "./relay.ts";
import { RelayWorker } from "./relay_worker.ts";

/** Makes a viewer's relay, in the mode that is wanted or the next one that can be had. */
export async function makeRelay(wanted: RelayMode): Promise<{ relay: Relay; mode: RelayMode }> {
  const worker = wanted === "forward" ? await RelayWorker.get() : null;
  if (worker) return { relay: new ForwardingRelay(worker), mode: "forward" };
  const mode = wanted === "forward" ? "re-encode" : wanted;
  return { relay: new ReEncodingRelay(), mode };
}
