/** Full screen, including the iPhone, where only a video element itself can have it. */

/** Shows `frame` on the full screen, or goes back if it is there already; or does nothing if refused. */
export async function toggleFullScreen(frame: HTMLElement, video: HTMLVideoElement): Promise<void> {
  try {
    if (document.fullscreenElement) return await document.exitFullscreen();
    if (frame.requestFullscreen) return await frame.requestFullscreen();
    if ("webkitEnterFullscreen" in video && typeof video.webkitEnterFullscreen === "function") {
      video.webkitEnterFullscreen();
    }
  } catch {
    // Pages that embed this one, and videos that have not begun, do not allow it.
  }
}
