/**
 * What a studio page leaves for itself when it is loaded again, so that the broadcast goes on. It is
 * written when the page goes and taken away when it comes: a tab that is duplicated meanwhile finds
 * nothing, and cannot take the broadcast from the first one.
 */

import type { Visibility } from "./kept_choices.ts";
import type { SourceKind } from "./sources/source_kind.ts";

const KEY = "tributary.broadcast";

/** What it takes to go on. */
export interface KeptBroadcast {
  /** The SDK's; it is a secret of this tab. */
  token: string;
  name: string;
  peerName: string;
  title: string;
  visibility: Visibility;
  startedAt: number;
  peakViewers: number;
  isMuted: boolean;
  isCameraOff: boolean;
  kind: SourceKind;
}

/** Keeps a broadcast for this tab. */
export function keepBroadcast(broadcast: KeptBroadcast): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(broadcast));
  } catch {
    // Storage is closed to this page: then the broadcast ends when its page goes.
  }
}

/** Returns what was kept, once; null if nothing was. */
export function takeKeptBroadcast(): KeptBroadcast | null {
  try {
    const kept = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return kept === null ? null : JSON.parse(kept);
  } catch {
    return null;
  }
}
