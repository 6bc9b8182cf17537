/**
 * The bookkeeping of a recording: how long and how large it is, what it is called and how that is
 * said. Pure: what time it is comes in as a number. This module is browser compatible.
 */

/** Where a recording stands. */
export type RecordingPhase = "off" | "recording" | "saving" | "saved" | "failed";

/** What is known of a recording. */
export interface Recording {
  phase: RecordingPhase;
  startedAt: number;
  endedAt: number;
  bytes: number;
  fileName: string;
  /** True when it is written to the disk as it comes, false when the browser keeps it until the end. */
  isStreamed: boolean;
  /** True when it ended without anybody's doing. */
  isCut: boolean;
  /** Where it can be downloaded from again; null when it was streamed. */
  url: string | null;
}

/** No recording. */
export const NO_RECORDING: Recording = {
  phase: "off",
  startedAt: 0,
  endedAt: 0,
  bytes: 0,
  fileName: "",
  isStreamed: false,
  isCut: false,
  url: null,
};

/** What browsers may record, the most widely playable first; sound and picture as broadcast. */
const TYPES = [
  "video/webm;codecs=vp8,opus",
  "video/webm",
  "video/mp4",
];

/** Chooses what to record as; null where a browser records nothing that has a picture. */
export function recordingType(isSupported: (type: string) => boolean): string | null {
  return TYPES.find(isSupported) ?? null;
}

/** Makes a file name of the broadcast's name and the time, without what file systems refuse. */
export function recordingFileName(name: string, startedAt: Date, type: string): string {
  const safe = name
    // deno-lint-ignore no-control-regex -- file systems refuse them
    .replace(/[\u0000-\u001f<>:"/\\|?*]+/g, " ").replace(/^[. ]+/, "").trim().slice(0, 80) ||
    "broadcast";
  const two = (number: number) => String(number).padStart(2, "0");
  const date = [startedAt.getFullYear(), two(startedAt.getMonth() + 1), two(startedAt.getDate())];
  const time = `${two(startedAt.getHours())}.${two(startedAt.getMinutes())}`;
  return `${safe} ${date.join("-")} ${time}.${type.startsWith("video/mp4") ? "mp4" : "webm"}`;
}

/** Takes in that more of it has come. */
export function afterChunk(recording: Recording, bytes: number, now: number): Recording {
  return { ...recording, bytes: recording.bytes + bytes, endedAt: now };
}

/** Tells whether something of it would be lost if the page went. */
export function isUnsaved({ phase }: Recording): boolean {
  return phase === "recording" || phase === "saving";
}

/** Returns how long it is so far, in ms. */
export function recordedMs({ phase, startedAt, endedAt }: Recording, now: number): number {
  return (phase === "recording" ? now : endedAt) - startedAt;
}

/** Formats a size as people read it: "340 KB", "12.3 MB", "1.25 GB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} KB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
