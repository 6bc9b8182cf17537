/** How loud the tone is in a stream. Runs in pages. */

/** Between the keys of a piano's middle; any speech codec keeps it. */
export const TONE_HZ = 440;

/** 85 ms at 48 kHz: tells the tone from what is 12 Hz beside it. */
const WINDOW = 4_096;

const SAMPLE_EVERY_MS = 100;

/** Listens to some streams. */
export class ToneMeter {
  readonly #audio = new AudioContext();
  readonly #analysers: AnalyserNode[];
  readonly #levels: number[][];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(streams: readonly MediaStream[]) {
    this.#analysers = streams.map((stream) => {
      const analyser = new AnalyserNode(this.#audio, { fftSize: WINDOW });
      this.#audio.createMediaStreamSource(stream).connect(analyser);
      return analyser;
    });
    this.#levels = streams.map(() => []);
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
  }

  /** Ends listening; returns the median of each stream's level in dB of full scale. */
  async stop(): Promise<number[]> {
    clearInterval(this.#timer);
    await this.#audio.close();
    return this.#levels.map((levels) => {
      const sorted = levels.toSorted((a, b) => a - b);
      return sorted[sorted.length >> 1] ?? -Infinity;
    });
  }

  #sample(): void {
    const samples = new Float32Array(WINDOW);
    this.#analysers.forEach((analyser, i) => {
      analyser.getFloatTimeDomainData(samples);
      this.#levels[i]!.push(toneDb(samples, this.#audio.sampleRate));
    });
  }
}

/** The level of the tone alone, by one line of a Fourier transform with a Hann window. */
function toneDb(samples: Float32Array, sampleRate: number): number {
  const step = 2 * Math.PI * TONE_HZ / sampleRate;
  let real = 0, imaginary = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]! * (1 - Math.cos(2 * Math.PI * i / samples.length));
    real += sample * Math.cos(step * i);
    imaginary += sample * Math.sin(step * i);
  }
  return 20 * Math.log10(2 * Math.hypot(real, imaginary) / samples.length);
}
