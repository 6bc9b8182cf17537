/**
 * Makes carriers: the smallest pictures and sounds that an encoder makes frames of. What they show
 * and sound like is never seen nor heard. For the relay's worker; writes to the tracks that the page
 * has made. This module is browser compatible.
 */

import type { PictureLook } from "./picture_look.ts";

/** What makes carriers for one lane. */
export interface CarrierMaker {
  /** How many it can make at once, if that is few. */
  readonly atOnce?: number;

  /** After how many ms one that has not come out of the encoder is lost, if that is many. */
  readonly lostAfterMs?: number;

  /** The longest group of pictures to begin with, in frames, if it takes long to catch up. */
  readonly maxGroup?: number;

  /** Has one more carrier made. */
  make(): void;

  /** Is called every few ms. */
  tick?(): void;

  /** Takes in that a carrier is a key frame; says whether that is its maker's doing, and no wish. */
  explainsKey?(): boolean;
}

/** Of all sizes that encoders take, the one that costs least. */
const SIDE_PX = 16;

/** What Opus puts into one frame. */
const SOUND_MS = 20;
const SAMPLE_RATE_HZ = 48_000;

/** Inaudible, but no silence: encoders leave that out. */
const LOUDNESS = 0.003;

/** Makes pictures. */
export class PictureCarriers implements CarrierMaker {
  /** The receiver takes the look of the picture from the carrier. */
  look: PictureLook | undefined;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  readonly #pixels = new Uint8Array(SIDE_PX * SIDE_PX * 3 / 2);
  #count = 0;
  #madeAt = -Infinity;

  constructor(track: WritableStream<VideoFrame>) {
    this.#writer = track.getWriter();
  }

  make(): void {
    // Encoders leave out a picture whose time, in whole ms, is not later than that of the last one.
    while (Math.floor(performance.now()) <= this.#madeAt);
    const now = performance.now();
    this.#madeAt = Math.floor(now);
    // An encoder may leave out a picture that is like the last one.
    this.#pixels[0] = ++this.#count & 0xff;
    const frame = new VideoFrame(this.#pixels, {
      format: "I420",
      codedWidth: SIDE_PX,
      codedHeight: SIDE_PX,
      timestamp: Math.round(now * 1_000),
      ...this.look,
    });
    // The track may have ended with its link.
    this.#writer.write(frame).catch(() => frame.close());
  }
}

/** Makes sounds of 20 ms. */
export class SoundCarriers implements CarrierMaker {
  readonly #writer: WritableStreamDefaultWriter<AudioData>;
  readonly #samples = new Float32Array(SAMPLE_RATE_HZ * SOUND_MS / 1_000);

  constructor(track: WritableStream<AudioData>) {
    this.#writer = track.getWriter();
  }

  make(): void {
    for (let i = 0; i < this.#samples.length; i++) {
      this.#samples[i] = (Math.random() - 0.5) * LOUDNESS;
    }
    const sound = new AudioData({
      format: "f32",
      sampleRate: SAMPLE_RATE_HZ,
      numberOfFrames: this.#samples.length,
      numberOfChannels: 1,
      // By the clock of the pictures: with another one, players hold those back to wait for the sound.
      timestamp: Math.round(performance.now() * 1_000),
      data: this.#samples,
    });
    this.#writer.write(sound).catch(() => sound.close());
  }
}
