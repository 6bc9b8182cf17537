/** Makes a still picture of what a track shows, small enough for the service. Sends nothing. */
import { MAX_STILL_BYTES } from "../../lib/protocol/limits.ts";
import { stillSize } from "./still_times.ts";

/** A track that has been chosen a moment ago may take this long to show something, in ms. */
const PICTURE_TIMEOUT_MS = 5_000;

/** From fine to coarse: what has too many bytes is made again. The last of them is a fifth of the first. */
const QUALITIES = [0.7, 0.5, 0.3, 0.1];

/** Takes a picture; null when the track shows none, or none that is small enough. */
export async function takeStill(track: MediaStreamTrack): Promise<Blob | null> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  try {
    return await showsPicture(video) ? await encode(draw(video)) : null;
  } finally {
    video.srcObject = null;
  }
}

async function showsPicture(video: HTMLVideoElement): Promise<boolean> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PICTURE_TIMEOUT_MS);
  await Promise.race([video.play().catch(() => {}), tooLate]);
  clearTimeout(timer);
  return video.readyState >= video.HAVE_CURRENT_DATA && video.videoWidth > 0;
}

function draw(video: HTMLVideoElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, stillSize(video.videoWidth, video.videoHeight));
  canvas.getContext("2d", { alpha: false })!.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function encode(canvas: HTMLCanvasElement): Promise<Blob | null> {
  for (const quality of QUALITIES) {
    const still = await toBlob(canvas, "image/webp", quality);
    // Safari writes PNG where it cannot write what was asked for.
    const usable = still?.type === "image/webp"
      ? still
      : await toBlob(canvas, "image/jpeg", quality);
    if (usable && usable.size <= MAX_STILL_BYTES) return usable;
  }
  return null;
}

function toBlob(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}
