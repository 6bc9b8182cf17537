/**
 * Pictures one by one: reads them from a track and makes a track of them. In Chromium both are
 * streams, which flow in hidden pages as well. Elsewhere a video element and a canvas do it, for as
 * long as the page is seen. Knows nothing of what the pictures show.
 */
import type { Size } from "./inset.ts";

interface TrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
}

interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}

const browser = globalThis as unknown as {
  MediaStreamTrackProcessor?: new (
    init: { track: MediaStreamTrack; maxBufferSize: number },
  ) => TrackProcessor;
  MediaStreamTrackGenerator?: new (init: { kind: "video" }) => TrackGenerator;
};

/** Tells whether pictures can be read while the page is hidden. */
export function canReadFrames(): boolean {
  return browser.MediaStreamTrackProcessor !== undefined;
}

/** Tells whether pictures can be made while the page is hidden. */
export function canGenerateFrames(): boolean {
  return browser.MediaStreamTrackGenerator !== undefined;
}

/** The latest picture of a track. */
export interface FrameReader {
  /** What can be drawn, and its size; null before the first picture. */
  latest(): { image: CanvasImageSource; size: Size } | null;
  close(): void;
}

/** Reads the pictures of a track; `onFrame` is called with each, where the browser tells. */
export function readFrames(track: MediaStreamTrack, onFrame: () => void): FrameReader {
  return canReadFrames() ? new StreamReader(track, onFrame) : new VideoReader(track);
}

class StreamReader implements FrameReader {
  readonly #reader: ReadableStreamDefaultReader<VideoFrame>;
  #frame: VideoFrame | null = null;
  #isClosed = false;

  constructor(track: MediaStreamTrack, onFrame: () => void) {
    // Older pictures than the last one are of no use.
    const processor = new browser.MediaStreamTrackProcessor!({ track, maxBufferSize: 1 });
    this.#reader = processor.readable.getReader();
    void this.#read(onFrame);
  }

  latest() {
    if (!this.#frame) return null;
    const { displayWidth: width, displayHeight: height } = this.#frame;
    return { image: this.#frame, size: { width, height } };
  }

  close(): void {
    this.#isClosed = true;
    this.#reader.cancel().catch(() => {});
    this.#frame?.close();
    this.#frame = null;
  }

  /** The last picture stays when the track ends. */
  async #read(onFrame: () => void): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read().catch(() => ({ value: null, done: true }));
      if (!value || done) return;
      if (this.#isClosed) return value.close();
      this.#frame?.close();
      this.#frame = value;
      onFrame();
    }
  }
}

class VideoReader implements FrameReader {
  readonly #video = document.createElement("video");

  constructor(track: MediaStreamTrack) {
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
    this.#video.play().catch(() => {});
  }

  latest() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    return width === 0 ? null : { image: this.#video, size: { width, height } };
  }

  close(): void {
    this.#video.srcObject = null;
  }
}

/** What is painted on and what comes of it. */
export interface FrameWriter {
  readonly track: MediaStreamTrack;
  readonly canvas: HTMLCanvasElement | OffscreenCanvas;
  /** Sends what is on the canvas. */
  send(): void;
  close(): void;
}

/** Makes a track of what is painted. */
export function writeFrames(size: Size): FrameWriter {
  return canGenerateFrames() ? new StreamWriter(size) : new CanvasWriter(size);
}

class StreamWriter implements FrameWriter {
  readonly track: TrackGenerator;
  readonly canvas: OffscreenCanvas;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;

  constructor({ width, height }: Size) {
    this.track = new browser.MediaStreamTrackGenerator!({ kind: "video" });
    this.canvas = new OffscreenCanvas(width, height);
    this.#writer = this.track.writable.getWriter();
  }

  send(): void {
    // Whoever takes the pictures is behind: the next one will do.
    if ((this.#writer.desiredSize ?? 0) <= 0) return;
    const frame = new VideoFrame(this.canvas, { timestamp: performance.now() * 1000 });
    this.#writer.write(frame).catch(() => frame.close());
  }

  close(): void {
    this.track.stop();
    this.#writer.close().catch(() => {});
  }
}

/** Who can be asked for a picture: the track by the specification, the stream in Firefox. */
interface Asked {
  requestFrame?(): void;
}

class CanvasWriter implements FrameWriter {
  readonly canvas = document.createElement("canvas");
  readonly #stream: MediaStream & Asked;
  readonly track: MediaStreamTrack & Asked;

  constructor({ width, height }: Size) {
    this.canvas.width = width;
    this.canvas.height = height;
    // A canvas is captured only once it has a context.
    this.canvas.getContext("2d");
    this.#stream = this.canvas.captureStream(0);
    this.track = this.#stream.getVideoTracks()[0]!;
  }

  send(): void {
    if (this.track.requestFrame) this.track.requestFrame();
    else this.#stream.requestFrame?.();
  }

  close(): void {
    this.track.stop();
  }
}
