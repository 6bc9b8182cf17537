/**
 * Where a page's lanes have their carriers from (lane.ts says what carriers are). There are two, and
 * what the browser has decides which: one makes them in the worker, the other in the page.
 * This module is browser compatible.
 */
import type { MediaKind } from "./worker_messages.ts";

/** A sender that becomes a lane. */
export interface LaneSender {
  id: string;
  kind: MediaKind;
  sender: RTCRtpSender;
}

/** What the carriers of a lane come from. */
export interface CarrierTrack {
  /** What the sender is to send; null: the source sees to that itself, as soon as it can. */
  track: MediaStreamTrack | null;
  /** What the worker makes carriers by writing to; null: it asks for them, or they come unasked. */
  carriers: WritableStream | null;
}

/** Provides the carriers of all lanes of a page. */
export interface CarrierSource {
  /** Begins with a lane. */
  open(lane: LaneSender): CarrierTrack;

  /** Makes one more carrier for a lane, where the worker does not. */
  make(id: string): void;

  /** Makes none for a lane until the next is asked for. */
  pause(id: string): void;

  /** Takes in what the page gets now: its sounds may be carriers. */
  setReceivers(receivers: readonly RTCRtpReceiver[]): void;

  /** Ends with a lane, and with the track that was made for it. */
  end(id: string): void;
}
