/**
 * What a page and its relay worker say to each other. Media never passes between them: it goes
 * through the transforms, whose options these are, too. This module is browser compatible.
 */
import type { LaneTally } from "./lane.ts";
import type { PictureLook } from "./picture_look.ts";
import type { PassedFrame } from "./relay.ts";

/** Sound or picture. */
export type MediaKind = "audio" | "video";

/** What the worker is to do with the frames of a transform. */
export type TransformOptions =
  /** A receiver's: they can be a source, by this id. */
  | { role: "tap"; id: string; kind: MediaKind }
  /** A sender's: they are the carriers of a lane; what is written to `carriers` becomes one. */
  | { role: "lane"; id: string; kind: MediaKind; carriers: WritableStream | null };

/** To the worker. */
export type ToWorker =
  /** Which taps feed the lanes of a group from now on; null feeds none. */
  | { type: "source"; lanes: string[]; tap: string | null }
  /** How the picture is to be shown, which a receiver takes from the carriers. */
  | { type: "look"; lanes: string[]; look: PictureLook }
  /** The children of these lanes are sent too much: they rest, and go on with a key frame. */
  | { type: "skip"; lanes: string[] }
  /** These lanes are over. */
  | { type: "end"; lanes: string[] }
  /** Asks for the tallies of some lanes. */
  | { type: "tally"; request: number; lanes: string[] }
  /** Asks for the frames that a lane has sent of late. */
  | { type: "passed"; request: number; lane: string };

/** From the worker. */
export type FromWorker =
  /** The worker runs. */
  | { type: "ready" }
  /** The page is to make a carrier for a lane, where the worker cannot. */
  | { type: "make"; lane: string }
  /** The page is to see that no carrier is made for a lane until it makes the next. */
  | { type: "pause"; lane: string }
  /** The encoder of a lane's carriers is to make a key frame. */
  | { type: "makeKey"; lane: string }
  | { type: "tally"; request: number; lanes: Record<string, LaneReport> }
  | { type: "passed"; request: number; frames: PassedFrame[] };

/** What a lane has done, and what it has still to do. */
export interface LaneReport extends LaneTally {
  backlog: number;
  isResting: boolean;
}
