/**
 * What a broadcaster chose besides the quality, kept in this browser from one visit to the next.
 * Where the browser keeps nothing, it lasts as long as the page.
 */
import { CORNERS, type Inset, INSET_SIZES } from "./sources/inset.ts";
import type { SourceKind } from "./sources/source_kind.ts";

const KEY = "tributary.studio";

/** Who may find a broadcast. */
export type Visibility = "public" | "unlisted";

/** What was chosen. */
export interface StudioChoices {
  /** Is not kept: a screen or a file is another one each time, and nothing moves when a page opens. */
  kind: SourceKind;
  /** The id of a device; null takes any. */
  camera: string | null;
  microphone: string | null;
  inset: Inset;
  visibility: Visibility;
}

/** What is chosen for those who have not. */
export const DEFAULT_CHOICES: StudioChoices = {
  kind: "camera",
  camera: null,
  microphone: null,
  inset: { corner: "bottom-right", size: "medium" },
  visibility: "public",
};

/** Makes choices of what was kept, whoever wrote it; what makes no sense is left out. */
export function toChoices(kept: unknown): StudioChoices {
  const from = (typeof kept === "object" && kept !== null ? kept : {}) as Record<string, unknown>;
  const inset = (from.inset ?? {}) as Record<string, unknown>;
  const { corner, size } = DEFAULT_CHOICES.inset;
  const id = (value: unknown) => typeof value === "string" && value !== "" ? value : null;
  const oneOf = <T extends string>(names: Record<T, unknown>, value: unknown, otherwise: T): T =>
    typeof value === "string" && Object.hasOwn(names, value) ? value as T : otherwise;
  return {
    kind: DEFAULT_CHOICES.kind,
    camera: id(from.camera),
    microphone: id(from.microphone),
    inset: {
      corner: oneOf(CORNERS, inset.corner, corner),
      size: oneOf(INSET_SIZES, inset.size, size),
    },
    visibility: from.visibility === "unlisted" ? "unlisted" : "public",
  };
}

let kept: unknown = null;

/** Returns what was chosen last. */
export function recallChoices(): StudioChoices {
  try {
    return toChoices(JSON.parse(localStorage.getItem(KEY) ?? "null") ?? kept);
  } catch {
    return toChoices(kept);
  }
}

/** Keeps what was chosen. */
export function keepChoices(choices: StudioChoices): void {
  kept = choices;
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // Storage is closed to this page, or full.
  }
}
