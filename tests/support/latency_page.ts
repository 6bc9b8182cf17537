/**
 * A page that broadcasts pictures which tell when they were drawn, or watches them: it sees how old
 * they really are, and what the SDK says. Runs in pages; what they can be asked is the global `truth`.
 */
import { type RelayMode, Tributary, type TributaryStats } from "../../lib/client/mod.ts";
import {
  clockMs,
  drawLabel,
  LABEL_WIDTH,
  LABELLED_HEIGHT,
  readLabel,
  since,
} from "./labelled_picture.ts";

const FRAME_RATE = 30;

/** A label that says more than this, in ms, was misread. */
const MAX_LATENCY_MS = 20_000;

/** A name and where it is. */
export interface Where {
  url: string;
  name: string;
}

/** What was seen for a while. */
export interface Measured {
  /** How old pictures were when they were put on the screen, in ms. */
  truthsMs: number[];
  /** What the SDK said meanwhile, time and again. */
  stats: TributaryStats[];
  /** By how much the page's timers were late at most, in ms. */
  latestMs: number;
}

/** A clock that is right, whatever has become of the page's. */
const { rightClockMs = clockMs } = globalThis as unknown as { rightClockMs?: () => number };

let tributary: Tributary;
let truthsMs: number[] = [];
const video = document.createElement("video");

const truth = {
  /** Begins a broadcast of a canvas, and of a tone: players hold pictures back for the sound. */
  async broadcast({ url, name }: Where): Promise<void> {
    tributary = new Tributary({ url });
    tributary.setStream(new MediaStream([paint(), sound()]));
    await tributary.startBroadcast(name);
  },

  /** Joins, and resolves when the first picture is seen. */
  async watch({ url, name, relayMode }: Where & { relayMode: RelayMode }): Promise<void> {
    tributary = new Tributary({ url, relayMode });
    video.muted = true;
    document.body.append(video);
    tributary.on("stream", (stream) => {
      video.srcObject = stream;
      // Interrupted only by the next stream.
      video.play().catch(() => {});
    });
    const first = new Promise<void>((resolve) => {
      video.requestVideoFrameCallback(() => {
        look();
        resolve();
      });
    });
    await tributary.joinBroadcast(name);
    await first;
  },

  /** Looks for a while. */
  async measure(ms: number): Promise<Measured> {
    truthsMs = [];
    const stats: TributaryStats[] = [];
    let latestMs = 0;
    for (const end = performance.now() + ms; performance.now() < end;) {
      const due = performance.now() + 200;
      await new Promise((resolve) => setTimeout(resolve, 200));
      latestMs = Math.max(latestMs, performance.now() - due);
      stats.push(await tributary.getStats());
    }
    return { truthsMs, stats, latestMs };
  },

  /** What the SDK says now. */
  stats: (): Promise<TributaryStats> => tributary.getStats(),

  /** Waits until the SDK says so; returns when that was, by a clock that all pages share. */
  async untilDepth(depth: number): Promise<number> {
    for (;;) {
      if ((await tributary.getStats()).depth === depth) return rightClockMs();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },

  /** Stops watching. */
  leave: (): Promise<void> => tributary.leaveBroadcast(),
};

/** What `truth` is. */
export type Truth = typeof truth;

function paint(): MediaStreamTrack {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [LABEL_WIDTH, LABELLED_HEIGHT];
  const context = canvas.getContext("2d", { alpha: false })!;
  let number = 0;
  const [track] = canvas.captureStream(0).getVideoTracks() as [CanvasCaptureMediaStreamTrack];
  setInterval(() => {
    context.fillStyle = `hsl(${++number % 360} 60% 50%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
    drawLabel(context, { drawnMs: rightClockMs(), number });
    track.requestFrame();
  }, 1_000 / FRAME_RATE);
  document.body.append(canvas);
  return track;
}

function sound(): MediaStreamTrack {
  const audio = new AudioContext();
  const destination = new MediaStreamAudioDestinationNode(audio);
  const tone = new OscillatorNode(audio);
  tone.connect(destination);
  tone.start();
  return destination.stream.getAudioTracks()[0]!;
}

function look(): void {
  video.requestVideoFrameCallback(async () => {
    look();
    const seenAt = rightClockMs();
    const frame = new VideoFrame(video);
    try {
      const latencyMs = since((await readLabel(frame)).drawnMs, seenAt);
      if (latencyMs < MAX_LATENCY_MS) truthsMs.push(latencyMs);
    } finally {
      frame.close();
    }
  });
}

Object.assign(globalThis, { truth });
document.title = "ready";
