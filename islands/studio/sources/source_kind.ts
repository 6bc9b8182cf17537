/**
 * The kinds of source: what they are called, what each needs, and why one is not offered where a
 * browser cannot do it. Pure. This module is browser compatible.
 */

/** Where the picture comes from. */
export type SourceKind = "camera" | "screen" | "both" | "file";

/**
 * What has stopped by itself: a source, so that viewers see a card, or the camera in a corner of the
 * screen, which is seen without it.
 */
export type Stopped = SourceKind | "inset";

/** What a browser can do. */
export interface Abilities {
  /** Opens devices: pages that came over https, or from this machine. */
  hasDevices: boolean;
  canShareScreen: boolean;
  /** Reads and writes pictures one by one, also while the page is hidden. */
  canCompose: boolean;
  /** Makes a track of a video that is played. */
  canPlayFiles: boolean;
}

/** What the kinds are called, in the order in which they are offered. */
export const SOURCE_NAMES: Record<SourceKind, string> = {
  camera: "Camera",
  screen: "Screen",
  both: "Screen and camera",
  file: "Video file",
};

/** What opens a source of each kind. */
export const SOURCE_ACTIONS: Record<SourceKind, string> = {
  camera: "Try the camera",
  screen: "Share screen",
  both: "Share screen and camera",
  file: "Choose a video",
};

/** What is said before a source of each kind is there. */
export const SOURCE_HINTS: Record<SourceKind, string> = {
  camera: "Your picture will appear here.",
  screen: "Your screen will appear here, with its sound where your browser gives it.",
  both: "Your screen will appear here, with your camera in a corner of it.",
  file: "The video you choose will play here, and for those who watch.",
};

/** Says why a kind is not offered; null when it is. */
export function whyNot(kind: SourceKind, can: Abilities): string | null {
  if (kind === "camera") return null;
  if (kind === "file") {
    return can.canPlayFiles ? null : "This browser cannot broadcast a video file. Chrome can.";
  }
  if (!can.canShareScreen) return "This browser cannot share a screen. Computers can.";
  return kind === "screen" || can.canCompose
    ? null
    : "This browser cannot put screen and camera together. Chrome and Edge can.";
}

/** Tells whether the picture of a kind has the camera in it. */
export function showsCamera(kind: SourceKind): boolean {
  return kind === "camera" || kind === "both";
}
