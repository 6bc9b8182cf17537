/**
 * What the commands share: everything they touch comes from here, nothing from globals.
 */
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Opaque } from "../protocol/mod.ts";
import type { TreeStore } from "../store/tree_store.ts";
import type { ResumeStore } from "../store/resume_store.ts";
import type { Address } from "../tree/types.ts";
import type { Chats } from "./chat/chats.ts";
import type { Deliver } from "./deliver.ts";
import type { Hints } from "./hints.ts";
import type { Placements } from "./placement.ts";
import type { Session } from "./session.ts";
import type { Registry } from "./registry.ts";
import type { Suspects } from "./suspects.ts";
import type { Tokens } from "./tokens.ts";
import type { TreeWatch } from "./tree_watch.ts";
import type { ViewerCounts } from "./viewer_counts.ts";

/** How long who greeted keeps its place after its socket is lost, in ms (RESUME-1). */
export interface GracePeriods {
  viewerMs: number;
  broadcasterMs: number;
}

/** What the operator decides about signalling. */
export interface SignallingConfig {
  /** Handed to clients for their RTCPeerConnection. */
  iceServers: Opaque[];
  /** How many children a peer may have. */
  fanout: number;
  grace: GracePeriods;
}

/** See the module's paragraph. */
export interface Context {
  config: SignallingConfig;
  /** This instance. */
  address: Address;
  store: TreeStore;
  resumes: ResumeStore;
  registry: Registry;
  deliver: Deliver;
  placements: Placements;
  hints: Hints;
  treeWatch: TreeWatch;
  chats: Chats;
  /** Is told of a session that was dropped because its client does not read. */
  onDropped: (session: Session) => void;
  /** Lets a session that has no socket keep what it holds for a while. */
  beginGrace: (session: Session) => void;
  clock: Clock;
  /** Makes an unguessable, unique id. */
  newId: () => string;
  tokens: Tokens;
  /** Sessions being taken up, by the hash of their token. */
  takingUp: Map<string, Promise<void>>;
  suspects: Suspects;
  viewerCounts: ViewerCounts;
  log: Log;
}
