/**
 * One viewer: a Tributary that watches, its video element, and what is seen there, picture by
 * picture. Several may be in one page. Runs in pages.
 */
import { Tributary } from "../../../lib/client/mod.ts";
import type { RelayMode } from "../../../lib/client/mod.ts";
import { receiversOf } from "./connections.ts";
import { compareFrames, type Comparison } from "./comparing.ts";
import { readLabel, since } from "../../../tests/support/labelled_picture.ts";
import { WIDTH } from "./picture.ts";

/** A label that says more than this, in ms, was misread. */
const MAX_LATENCY_MS = 20_000;

/** How often the SDK is asked how old the picture is. */
const ASK_MS = 500;

/** What is done with the pictures that are seen. */
export type Phase = "idle" | "timing" | "comparing";

/** How long a viewer waited, from its wish to join on, in ms. */
export interface Waits {
  /** Until the service had passed on a parent's answer. */
  joinedMs: number;
  /** Until something came from that parent. */
  streamMs: number;
  /** Until a picture was seen. */
  firstFrameMs: number;
}

/** What was seen since a phase began. */
export interface Seen {
  frames: number;
  latenciesMs: number[];
  /** What the SDK said of them meanwhile. */
  saidMs: number[];
  longestGapMs: number;
  comparisons: Comparison[];
}

/** See the module's paragraph. */
export class Viewer {
  readonly #tributary: Tributary;
  readonly #video = document.createElement("video");
  #phase: Phase = "idle";
  #seen: Seen = nothing();
  #lastShownAt: number | null = null;
  #endComparing = () => {};
  #asking: ReturnType<typeof setInterval> | undefined;

  constructor(url: string, relayMode: RelayMode) {
    this.#tributary = new Tributary({ url, relayMode });
    this.#video.muted = true;
    this.#video.width = WIDTH / 4;
    document.body.append(this.#video);
  }

  /** What it watches. */
  get stream(): MediaStream {
    return this.#tributary.stream ?? new MediaStream();
  }

  /** What it watches comes over these. */
  get receivers(): RTCRtpReceiver[] {
    return receiversOf(this.stream);
  }

  /** How it passes on what it watches. */
  get relayMode(): RelayMode | null {
    return this.#tributary.relayMode;
  }

  /** Joins, and resolves when the first picture is seen. */
  async watch(name: string): Promise<Waits> {
    const beganAt = performance.now();
    const sinceThen = () => performance.now() - beganAt;
    const waits: Waits = { joinedMs: 0, streamMs: 0, firstFrameMs: 0 };
    const firstFrame = new Promise<void>((resolve) => {
      this.#video.requestVideoFrameCallback(() => {
        waits.firstFrameMs = sinceThen();
        this.#look();
        resolve();
      });
    });
    this.#tributary.on("stream", (stream) => {
      if (stream) waits.streamMs ||= sinceThen();
      this.#video.srcObject = stream;
      // Interrupted only by the next stream.
      this.#video.play().catch(() => {});
    });
    await this.#tributary.joinBroadcast(name);
    waits.joinedMs = sinceThen();
    await firstFrame;
    return waits;
  }

  /** Begins a phase; returns what was seen in the one before. */
  begin(phase: Phase): Seen {
    const seen = this.#seen;
    this.#phase = phase;
    this.#seen = nothing();
    this.#lastShownAt = null;
    this.#endComparing();
    clearInterval(this.#asking);
    if (phase === "timing") this.#asking = setInterval(() => this.#ask(), ASK_MS);
    if (phase === "comparing") this.#compare();
    return seen;
  }

  /** Leaves, and removes everything. */
  async leave(): Promise<void> {
    await this.#tributary.leaveBroadcast();
    this.#tributary.close();
    this.#video.remove();
  }

  #look(): void {
    this.#video.requestVideoFrameCallback((_now, { presentationTime }) => {
      this.#look();
      if (this.#phase === "timing") void this.#handleFrame(presentationTime);
    });
  }

  async #handleFrame(shownAt: number): Promise<void> {
    const seen = this.#seen;
    const gapMs = shownAt - (this.#lastShownAt ?? shownAt);
    this.#lastShownAt = shownAt;
    seen.frames++;
    seen.longestGapMs = Math.max(seen.longestGapMs, gapMs);
    const seenAt = performance.now();
    const frame = new VideoFrame(this.#video);
    try {
      const { drawnMs } = await readLabel(frame);
      const latencyMs = since(drawnMs) - (performance.now() - seenAt);
      if (latencyMs < MAX_LATENCY_MS) seen.latenciesMs.push(latencyMs);
    } finally {
      frame.close();
    }
  }

  async #ask(): Promise<void> {
    const { saidMs } = this.#seen;
    const { latencyMs } = await this.#tributary.getStats();
    if (latencyMs !== null) saidMs.push(latencyMs);
  }

  #compare(): void {
    const { comparisons } = this.#seen;
    const [track] = this.stream.getVideoTracks();
    if (track) this.#endComparing = compareFrames(track, (it) => comparisons.push(it));
  }
}

function nothing(): Seen {
  return { frames: 0, latenciesMs: [], saidMs: [], longestGapMs: 0, comparisons: [] };
}
