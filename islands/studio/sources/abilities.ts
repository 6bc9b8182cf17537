/** What this browser can do with sources. Asked in the browser only, never while the server renders. */
import { canGenerateFrames, canReadFrames } from "./frames.ts";
import type { Abilities } from "./source_kind.ts";

/** Looks at what the browser has. */
export function findAbilities(): Abilities {
  const { mediaDevices } = navigator;
  return {
    hasDevices: typeof mediaDevices?.getUserMedia === "function",
    canShareScreen: typeof mediaDevices?.getDisplayMedia === "function",
    // A canvas is not painted while its page is hidden, and neither is a video.
    canCompose: canReadFrames() && canGenerateFrames(),
    canPlayFiles: typeof (HTMLVideoElement.prototype as { captureStream?: unknown })
      .captureStream === "function",
  };
}
