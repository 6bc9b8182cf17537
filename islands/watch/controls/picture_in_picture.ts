/** Picture in picture, where there is such a thing. */

/** Says whether this browser and this page have it for a video. */
export function hasPictureInPicture(video: HTMLVideoElement): boolean {
  return document.pictureInPictureEnabled === true && !video.disablePictureInPicture &&
    typeof video.requestPictureInPicture === "function";
}

/** Takes a video into a window of its own, or back; or does nothing if refused. */
export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
  } catch {
    // A video without a picture has none to give.
  }
}
