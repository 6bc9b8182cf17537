/**
 * What is known of a picture besides its frames, and travels in the headers of its packets: a relay's
 * children take it from the carriers. A decoded frame tells what it is. This module is browser
 * compatible.
 */

/** How a picture is to be shown. */
export interface PictureLook {
  colorSpace: VideoColorSpaceInit;
  /** By so many degrees it is turned clockwise: phones send it as their camera is held. */
  rotation: number;
  /** Whether it is mirrored. */
  flip: boolean;
}

/** Gives the frames of a track one by one. */
interface TrackProcessor {
  readonly readable: ReadableStream<VideoFrame & { rotation?: number; flip?: boolean }>;
}

/** Looks at the next frame of a track; null where scripts get none. */
export async function lookAt(track: MediaStreamTrack): Promise<PictureLook | null> {
  const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as {
    MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack }) => TrackProcessor;
  };
  if (!Processor) return null;
  const copy = track.clone();
  const reader = new Processor({ track: copy }).readable.getReader();
  try {
    const { value: frame } = await reader.read();
    if (!frame) return null;
    const { rotation = 0, flip = false } = frame;
    const colorSpace = frame.colorSpace.toJSON();
    frame.close();
    return { colorSpace, rotation, flip };
  } catch {
    return null;
  } finally {
    reader.cancel().catch(() => {});
    copy.stop();
  }
}
