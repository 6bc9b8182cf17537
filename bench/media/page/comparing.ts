/**
 * Compares pictures of a track with their originals. It takes them as they come from the decoder: a
 * busy page shows only some of them, and at every depth others. Runs in pages.
 */
import { readLabel } from "../../../tests/support/labelled_picture.ts";
import { HEIGHT, Painter, psnrDb, texturePixels, WIDTH } from "./picture.ts";

/** Every so many pictures one is compared, which takes some ms. */
const COMPARE_EVERY = 10;

/** Half a second, for a page that is held up. */
const MAX_WAITING_FRAMES = 15;

/** A picture that was compared with the original. */
export interface Comparison {
  number: number;
  psnrDb: number;
  /** Of the pixels that are seen. */
  checksum: number;
}

interface TrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
}

const painter = new Painter();
const context = new OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true })!;

/** Begins to compare; the function that it returns ends that. */
export function compareFrames(
  track: MediaStreamTrack,
  handleComparison: (comparison: Comparison) => void,
): () => void {
  const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as {
    MediaStreamTrackProcessor: new (
      init: { track: MediaStreamTrack; maxBufferSize: number },
    ) => TrackProcessor;
  };
  const copy = track.clone();
  const { readable } = new Processor({ track: copy, maxBufferSize: MAX_WAITING_FRAMES });
  const reader = readable.getReader();
  const read = async () => {
    for (;;) {
      const { value: frame } = await reader.read();
      if (!frame) return;
      try {
        const { number } = await readLabel(frame);
        if (number % COMPARE_EVERY === 0) handleComparison(compare(frame, number));
      } finally {
        frame.close();
      }
    }
  };
  void read();
  return () => {
    reader.cancel().catch(() => {});
    copy.stop();
  };
}

function compare(frame: VideoFrame, number: number): Comparison {
  context.drawImage(frame, 0, 0, WIDTH, HEIGHT);
  const pixels = texturePixels(context);
  painter.drawTexture(context, number);
  return { number, psnrDb: psnrDb(pixels, texturePixels(context)), checksum: checksum(pixels) };
}

function checksum(pixels: Uint8ClampedArray): number {
  let sum = 0x811c9dc5;
  for (const byte of pixels) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
