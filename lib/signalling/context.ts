/**
 * What the commands share: everything they touch comes from here, nothing from globals.
 */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Opaque } from "../protocol/mod.ts";
import type { TreeStore } from "../store/tree_store.ts";
import type { Address } from "../tree/types.ts";
import type { Deliver } from "./deliver.ts";
import type { Hints } from "./hints.ts";
import type { Placements } from "./placement.ts";
import type { Registry } from "./registry.ts";
import type { TreeWatch } from "./tree_watch.ts";

/** What the operator decides about signalling. */
export interface SignallingConfig {
  /** Handed to clients for their RTCPeerConnection. */
  iceServers: Opaque[];
  /** How many children a peer may have. */
  fanout: number;
}

/** See the module's paragraph. */
export interface Context {
  config: SignallingConfig;
  /** This instance. */
  address: Address;
  store: TreeStore;
  registry: Registry;
  deliver: Deliver;
  placements: Placements;
  hints: Hints;
  treeWatch: TreeWatch;
  clock: Clock;
  /** Makes an unguessable, unique id. */
  newId: () => string;
  log: Log;
}
