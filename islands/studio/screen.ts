/** The broadcaster's screen as a source of pictures. Knows nothing of broadcasts. */

/** Tells whether this browser can share a screen; telephones mostly cannot. */
export function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/**
 * Asks for a screen or window, and resolves with its picture; with null when nothing was chosen.
 * `onEnd` is called when the broadcaster stops sharing in the browser.
 */
export async function openScreen(onEnd: () => void): Promise<MediaStreamTrack | null> {
  try {
    const screen = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { max: 30 } },
    });
    const picture = screen.getVideoTracks()[0]!;
    // Text stays sharp: when the network is slow, frames are left out instead.
    picture.contentHint = "detail";
    picture.addEventListener("ended", onEnd);
    return picture;
  } catch {
    return null;
  }
}
