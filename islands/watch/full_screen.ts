/** Full screen, including the iPhone, where only a video element itself can have it. */

/** Shows `frame` on the full screen, or goes back if it is there already. */
export async function toggleFullScreen(frame: HTMLElement, video: HTMLVideoElement): Promise<void> {
  if (document.fullscreenElement) return await document.exitFullscreen();
  if (frame.requestFullscreen) return await frame.requestFullscreen();
  if ("webkitEnterFullscreen" in video && typeof video.webkitEnterFullscreen === "function") {
    video.webkitEnterFullscreen();
  }
}
