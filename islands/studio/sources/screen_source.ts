/** The broadcaster's screen, or a window or tab of it, with its sound where the browser gives it. */
import type { Source } from "./source.ts";

/**
 * Asks for a screen; resolves with null when nothing was chosen.
 *
 * @param onEnd is called when the broadcaster stops sharing in the browser
 */
export async function openScreen(onEnd: () => void): Promise<Source & ScreenTracks | null> {
  let screen: MediaStream;
  try {
    screen = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { max: 30 } },
      // It is what people listen to: nothing is to be taken for an echo.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch {
    return null;
  }
  const picture = screen.getVideoTracks()[0]!;
  // Text stays sharp: when the network is slow, frames are left out instead.
  picture.contentHint = "detail";
  picture.addEventListener("ended", onEnd);
  return {
    kind: "screen",
    picture,
    sound: screen.getAudioTracks()[0] ?? null,
    close() {
      picture.removeEventListener("ended", onEnd);
      for (const track of screen.getTracks()) track.stop();
    },
  };
}

/** A screen always has a picture. */
export interface ScreenTracks {
  readonly picture: MediaStreamTrack;
}
