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

/** A frame of the picture that was passed on as it came, by its RTP timestamps on both links. */
export interface PassedFrame {
  received: number;
  sent: number;
}

/** Whether a child's link takes what it is sent. */
export type Pace =
  | "well"
  /** It was sent too much: the child gets no picture for a moment, and then the next key frame. */
  | "resting"
  /** That happens again and again, and may just be so: another parent might do better. */
  | "slow";

/** The picture on a link, as its parent wants it. */
export interface PictureOnLink {
  /** As a MIME type. */
  codec: string;
  /** What the link begins with, in bit/s, before it has been measured. */
  startBitrate: number;
}

/** Passes one source on to any number of children. */
export interface Relay {
  /** What the picture on a new link to a child is to be like. */
  picture(): Promise<PictureOnLink>;

  /** Is told of transceivers whose receivers may become the source, before they are offered. */
  prepare(transceivers: readonly RTCRtpTransceiver[]): void;

  /** Takes another source; null: nothing for the time being. */
  setSource(source: RelaySource | null): void;

  /**
   * Puts the source into the transceivers that a child's offer made, and directs them. To be called
   * before the answer is made; a child that comes before the source gets it later.
   */
  addChild(peer: string, transceivers: readonly RTCRtpTransceiver[]): Promise<void>;

  /** Says whether a child's link takes what it is sent. */
  pace(peer: string): Pace;

  /**
   * The frames that were passed on to a child of late, in order; null from a relay that does not pass
   * frames on as they come.
   */
  passed(peer: string): Promise<readonly PassedFrame[] | null>;

  /** Forgets a child whose link is gone. */
  removeChild(peer: string): void;

  /** Forgets source and children. */
  close(): void;
}
