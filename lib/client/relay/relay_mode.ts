/**
 * Which way a viewer relays: by forwarding what it gets, where the browser and the page allow that,
 * or by encoding it again. This module is browser compatible.
 */
import { ForwardingRelay } from "./forwarding_relay.ts";
import { ReEncodingRelay } from "./re_encoding_relay.ts";
import type { Relay } from "./relay.ts";
import { RelayWorker } from "./relay_worker.ts";

/**
 * - `forward`: encoded frames are passed on as they are;
 * - `re-encode`: each child gets the decoded picture, encoded anew.
 */
export type RelayMode = "forward" | "re-encode";

/** Makes a viewer's relay: one that forwards, unless it must not or cannot. */
export async function makeRelay(wanted: RelayMode): Promise<Relay> {
  const worker = wanted === "forward" ? await RelayWorker.get() : null;
  return worker ? new ForwardingRelay(worker) : new ReEncodingRelay();
}
