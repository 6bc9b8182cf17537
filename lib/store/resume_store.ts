/**
 * What an instance needs to take up a session that another one held: by the hash of its token, the
 * peer's id and the names of the broadcasts to look for it in. The tree itself says where it stands
 * in each; a name too many does no harm.
 */
import type { PeerId } from "../tree/types.ts";

/** What is remembered of a session that may come back. */
export interface ResumeRecord {
  id: PeerId;
  names: string[];
  /** When it was remembered, in ms since the epoch. */
  at: number;
}

/** See the module's paragraph. */
export interface ResumeStore {
  /** Remembers a session, or what is new about it. */
  remember(tokenHash: string, record: ResumeRecord): Promise<void>;
  /** Finds a session by the hash of its token. */
  find(tokenHash: string): Promise<ResumeRecord | null>;
  /** Finds a session by its peer. */
  of(id: PeerId): Promise<ResumeRecord | null>;
  /** Forgets the session of a peer. */
  forget(id: PeerId): Promise<void>;
  /** Lists all records. Slow: for repairs only. */
  all(): AsyncIterable<ResumeRecord>;
}
