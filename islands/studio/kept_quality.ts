/**
 * The quality that a broadcaster chose, kept in this browser from one visit to the next; and what is
 * chosen for those who have not. Where the browser keeps nothing, it lasts as long as the page.
 */
import { QUALITIES, type QualityName } from "../../lib/client/quality.ts";

const KEY = "tributary.quality";

/** What a device has for encoding and sending. */
export interface Device {
  /** Processor cores; undefined where browsers do not say. */
  cores: number | undefined;
  /** True for telephones and tablets. */
  isTouched: boolean;
}

/**
 * Chooses for a device. The picture is encoded once for each viewer that the broadcaster carries, at
 * most three by default: of 720p that was about 0.3 of a core each, and 7.5 Mbit/s in all. A computer
 * with four cores has that to spare; telephones, and their networks, do not.
 */
export function defaultQuality({ cores = 4, isTouched }: Device): QualityName {
  return cores >= 4 && !isTouched ? "720p" : "360p";
}

let kept: string | null = null;

/** Returns the quality that was chosen last, or else what suits this device. */
export function recallQuality(): QualityName {
  let name = kept;
  try {
    name = localStorage.getItem(KEY) ?? kept;
  } catch {
    // Storage is closed to this page.
  }
  if (name !== null && Object.hasOwn(QUALITIES, name)) return name as QualityName;
  const isTouched = matchMedia("(pointer: coarse)").matches;
  return defaultQuality({ cores: navigator.hardwareConcurrency, isTouched });
}

/** Keeps a quality. */
export function keepQuality(name: QualityName): void {
  kept = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is closed to this page, or full.
  }
}
