/**
 * The quality as the studio's state: what was chosen, kept for the next visit, and what came of it.
 * Hands the SDK one choice at a time; knows nothing of whether it is live.
 */
import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import {
  fallsShort,
  type PictureSize,
  QUALITIES,
  type QualityName,
} from "../../lib/client/quality.ts";
import type { Client } from "../parts/client.ts";
import { keepQuality, recallQuality } from "./kept_quality.ts";

/** Keeps the quality of one client. */
export function useQuality(client: RefObject<Client | null>) {
  const [quality, setQuality] = useState<QualityName>("720p");
  /** What the stream was last brought to; a camera takes a moment for it. */
  const [reached, setReached] = useState<QualityName | null>(null);

  async function apply(next: QualityName) {
    setQuality(next);
    await client.current!.setQuality(next);
    setReached(next);
  }

  return {
    quality,

    /** Chooses what was chosen last; before the camera is opened. */
    recall: () => apply(recallQuality()),

    /** Chooses another one. */
    choose(next: QualityName) {
      keepQuality(next);
      return apply(next);
    },

    /** What a camera gives, where that is less than was chosen; null otherwise. */
    shortfallOf(camera: MediaStream | null): PictureSize | null {
      const size = camera?.getVideoTracks()[0]?.getSettings();
      return size && reached === quality && fallsShort(size, QUALITIES[quality]) ? size : null;
    },
  };
}
