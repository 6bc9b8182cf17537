/**
 * How a peer passes its stream on to its children. Whoever owns the links tells a Relay what the
 * source is and which children there are; what happens in between is the implementation's alone.
 * The source may change at any time: children notice nothing of it, and need not be asked.
 * This module is browser compatible.
 */
import type { Encoding } from "../quality.ts";

/** What a peer passes on: its own stream, or what comes in over the link to its parent. */
export type RelaySource =
  | OwnSource
  | { readonly receivers: readonly RTCRtpReceiver[] };

/** A peer's own stream, and how it is to be encoded; null leaves that to the size of its picture. */
export interface OwnSource {
  readonly stream: MediaStream;
  readonly encoding: Encoding | null;
}

/** Passes one source on to any number of children. */
export interface Relay {
  /** What a link to a child is to begin with, in bit/s, before it has been measured. */
  readonly startBitrate: number;

  /** Is told of receivers that may become the source, before anything has come in over them. */
  prepare(receivers: readonly RTCRtpReceiver[]): void;

  /** Takes another source; null: nothing for the time being. */
  setSource(source: RelaySource | null): void;

  /**
   * Puts the source into the transceivers that a child's offer made, and directs them. To be called
   * before the answer is made; a child that comes before the source gets it later.
   */
  addChild(peer: string, transceivers: readonly RTCRtpTransceiver[]): Promise<void>;

  /** Forgets a child whose link is gone. */
  removeChild(peer: string): void;

  /** Forgets source and children. */
  close(): void;
}
