/**
 * What the studio says when something does not work: one sentence on what happened, one on what to
 * do next. Pure; the codes are the SDK's and the service's.
 */
import { MAX_NAME_LENGTH } from "../../lib/protocol/limits.ts";
import type { Problem } from "../parts/notice.tsx";
import { isLinkable } from "../parts/links.ts";
import type { Stopped } from "./sources/source_kind.ts";

const NO_SCREEN: Problem = {
  title: "Your screen is not shared any more.",
  text: "Share it again, or show your camera. Viewers see a card and hear you meanwhile.",
};

const PROBLEMS: Record<string, Problem> = {
  camera_refused: {
    title: "Your browser does not let this page use the camera.",
    text: "Allow camera and microphone for this page, usually with the icon beside the address, " +
      "then press the button again.",
  },
  camera_missing: {
    title: "No camera and no microphone was found.",
    text: "Plug in or switch on what you have, then press the button again. " +
      "You can also share your screen.",
  },
  no_picture: {
    title: "No camera was found, so viewers only hear you.",
    text: "Plug one in and turn it on here, or share your screen. Nothing stops meanwhile.",
  },
  no_camera: {
    title: "No camera was found.",
    text: "Plug one in, then press the button again. Everything else stays as it is meanwhile.",
  },
  no_sound: {
    title: "No microphone was found, so viewers do not hear you.",
    text: "Plug one in, then turn it on here. Nothing stops meanwhile.",
  },
  camera_busy: {
    title: "Another program is using your camera or microphone.",
    text: "Close the other call or recording, then press the button again.",
  },
  camera_stopped: {
    title: "Your camera stopped, so viewers see a card that says so.",
    text: "Check its cable, then turn it on again. Your broadcast goes on meanwhile.",
  },
  inset_stopped: {
    title: "Your camera stopped, so viewers see your screen without it.",
    text: "Check its cable, then turn it on again. Your broadcast goes on meanwhile.",
  },
  screen_stopped: NO_SCREEN,
  both_stopped: NO_SCREEN,
  screen_refused: {
    title: "No screen was chosen, so nothing is shown.",
    text: "Press the button again and choose a screen, a window or a tab.",
  },
  file_stopped: {
    title: "Your video is closed, because this page was loaded again.",
    text: "Choose it again, or show something else. Viewers see a card meanwhile.",
  },
  file_missing: {
    title: "No video was chosen yet.",
    text: "Choose a video file, then press Go live.",
  },
  file_unplayable: {
    title: "This browser cannot play that file.",
    text: "Choose a video in another format. MP4 and WebM play nearly everywhere.",
  },
  recording_unsupported: {
    title: "This browser cannot record.",
    text: "Your broadcast goes on. Record it in a current Chrome, Edge, Firefox or Safari.",
  },
  recording_refused: {
    title: "Your browser does not let this page save a recording.",
    text:
      "Allow this page to save files, then press Record again. Your broadcast goes on meanwhile.",
  },
  recording_failed: {
    title: "The recording stopped, because it could not be written.",
    text: "Make room on the disk before you record again. Your broadcast does not need any.",
  },
  recording_cut: {
    title: "Your browser stopped the recording. What it has is saved.",
    text: "Press Record to go on in another file. Your broadcast goes on meanwhile.",
  },
  insecure_context: {
    title: "Browsers allow the camera only on secure pages.",
    text: "Open this page with https:// at the start of the address, then go live from there.",
  },
  unsupported: {
    title: "This browser cannot broadcast.",
    text: "Open this page in a current Chrome, Edge, Firefox or Safari.",
  },
  name_taken: {
    title: "A broadcast with this name is live already.",
    text: "Choose another name and press Go live again.",
  },
  connection_lost: {
    title: "The connection to the service was lost, and your broadcast ended with it.",
    text: "Check your network, then press Go live to start again under the same name.",
  },
  taken_over: {
    title: "Your broadcast goes on in another tab.",
    text: "That tab has taken it over. Go on there, or start another broadcast here.",
  },
  no_name: {
    title: "Your broadcast needs a name.",
    text: "It becomes part of the link you share. Any words will do.",
  },
  unlinkable_name: {
    title: "This name cannot be part of a link.",
    text: "Add a letter or a number to it.",
  },
  long_name: {
    title: "This name is too long.",
    text: `Shorten it to at most ${MAX_NAME_LENGTH} characters.`,
  },
};

const UNEXPECTED: Problem = {
  title: "That did not work, and the fault is ours.",
  text: "Wait a moment, then press the button again.",
};

/** Explains an error code to the broadcaster. */
export function studioProblem(code: string): Problem {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code]! : UNEXPECTED;
}

/**
 * The button that mends a problem, where opening something again may do so: a source of some kind, or
 * the camera alone, beside the screen that is shown.
 */
export function mendingButton(code: string): { words: string; opens: Stopped } | null {
  switch (code) {
    case "camera_stopped":
    case "no_picture":
      return { words: "Turn the camera on", opens: "camera" };
    case "inset_stopped":
      return { words: "Turn the camera on", opens: "inset" };
    case "no_sound":
      return { words: "Turn the microphone on", opens: "camera" };
    case "screen_stopped":
      return { words: "Share screen again", opens: "screen" };
    case "both_stopped":
      return { words: "Share screen again", opens: "both" };
    case "file_stopped":
      return { words: "Choose a video", opens: "file" };
    default:
      return null;
  }
}

/** Says what is wrong with a name as a code of `studioProblem`, or null when it will do. */
export function nameFault(name: string): string | null {
  if (name === "") return "no_name";
  if (name.length > MAX_NAME_LENGTH) return "long_name";
  return isLinkable(name) ? null : "unlinkable_name";
}

/** Tells whether an error code is about the name, so that the field can be pointed at. */
export function isAboutName(code: string): boolean {
  return code === "name_taken" || nameFaults.has(code);
}

const nameFaults = new Set(["no_name", "unlinkable_name", "long_name"]);
