/**
 * A page that broadcasts pictures with numbers on them, or watches them and remembers every pixel of
 * each: so two viewers can be asked whether they saw the same. Runs in pages; what they can be asked is
 * the global `numbers`.
 */
import { Tributary } from "../../lib/client/mod.ts";
import { clockMs, drawLabel, LABEL_HEIGHT, LABEL_WIDTH, readLabel } from "./labelled_picture.ts";

const HEIGHT = 180;

const FRAME_RATE = 20;

/** A name and where it is. */
export interface Where {
  url: string;
  name: string;
}

/** Checksums of the pictures that were seen, by their numbers. */
export type Seen = Record<string, number>;

let tributary: Tributary;
const seen: Seen = {};

const numbers = {
  /** Begins a broadcast. */
  async broadcast({ url, name }: Where): Promise<void> {
    tributary = new Tributary({ url });
    tributary.setStream(new MediaStream([paint()]));
    await tributary.startBroadcast(name);
  },

  /** Joins, and begins to look when the first picture comes. */
  async watch({ url, name }: Where): Promise<void> {
    tributary = new Tributary({ url });
    const stream = new Promise<MediaStream>((resolve) => {
      tributary.on("stream", (stream) => stream && resolve(stream));
    });
    await tributary.joinBroadcast(name);
    const [track] = (await stream).getVideoTracks() as [MediaStreamTrack];
    void look(track);
  },

  /** What has been seen. */
  seen: (): Seen => seen,

  /** How many packets were lost on their way here. */
  lost: async (): Promise<number> => (await tributary.getStats()).packetsLost,
};

/** What a page's globals are. */
export interface Numbers {
  numbers: typeof numbers;
}

function paint(): MediaStreamTrack {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [LABEL_WIDTH, HEIGHT];
  const context = canvas.getContext("2d", { alpha: false })!;
  let number = 0;
  const [track] = canvas.captureStream(0).getVideoTracks() as [CanvasCaptureMediaStreamTrack];
  setInterval(() => {
    number++;
    // Much of it moves, so that pictures take several packets.
    for (let i = 0; i < 30; i++) {
      context.fillStyle = `hsl(${(i * 37 + number * 3) % 360} 70% ${30 + i % 40}%)`;
      const x = (i * 97 + number * (1 + i % 5)) % (LABEL_WIDTH + 60) - 60;
      context.fillRect(x, LABEL_HEIGHT + i * 53 % (HEIGHT - LABEL_HEIGHT), 60, 40);
    }
    drawLabel(context, { drawnMs: clockMs(), number });
    track.requestFrame();
  }, 1_000 / FRAME_RATE);
  document.body.append(canvas);
  return track;
}

async function look(track: MediaStreamTrack): Promise<void> {
  const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as {
    MediaStreamTrackProcessor: new (
      init: { track: MediaStreamTrack; maxBufferSize: number },
    ) => { readonly readable: ReadableStream<VideoFrame> };
  };
  const reader = new Processor({ track: track.clone(), maxBufferSize: 10 }).readable.getReader();
  for (;;) {
    const { value: frame } = await reader.read();
    if (!frame) return;
    try {
      const { number } = await readLabel(frame);
      seen[number] = await checksum(frame);
    } finally {
      frame.close();
    }
  }
}

async function checksum(frame: VideoFrame): Promise<number> {
  const pixels = new Uint8Array(frame.allocationSize());
  await frame.copyTo(pixels);
  let sum = 0x811c9dc5;
  for (const byte of pixels) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}

Object.assign(globalThis, { numbers } satisfies Numbers);
document.title = "ready";
