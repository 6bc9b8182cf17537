/**
 * One recording after another of one broadcast: which of them goes on, and that never two do. Between
 * the studio's state and the recorder, which is loaded when it is needed; draws nothing.
 */
import { QUALITIES, type QualityName } from "../../../lib/client/quality.ts";
import type { Recorder, RecorderOptions } from "./recorder.ts";
import { NO_RECORDING, type Recording } from "./recording.ts";

/** A recording that goes on, as far as it is known here. */
export type GoingOn = Pick<Recorder, "setStream" | "stop">;

/** What makes recordings: the module recorder.ts. */
export interface RecorderModule {
  Recorder: { start(options: RecorderOptions): Promise<GoingOn | null> };
}

/** See the module's paragraph. */
export class Recordings {
  readonly #load: () => Promise<RecorderModule>;
  readonly #onChange: (recording: Recording) => void;
  #stream: MediaStream | null = null;
  #latest = NO_RECORDING;
  #recorder: GoingOn | null = null;
  #isStarting = false;
  /** Counts the stops: what begins after one of them is not wanted any more. */
  #stops = 0;

  constructor(load: () => Promise<RecorderModule>, onChange: (recording: Recording) => void) {
    this.#load = load;
    this.#onChange = onChange;
  }

  /**
   * Loads the recorder: a browser asks for a place only for some seconds after a button was pressed,
   * which a slow network would use up.
   */
  prepare(): void {
    this.#load().catch(() => {});
  }

  /** Records another stream from now on. */
  setStream(stream: MediaStream | null): void {
    this.#stream = stream;
    this.#recorder?.setStream(stream);
  }

  /**
   * Begins a recording; nothing while one goes on or is being begun.
   *
   * @throws {RecordingError}
   */
  async start(name: string, quality: QualityName): Promise<void> {
    if (this.#recorder || this.#isStarting) return;
    this.#isStarting = true;
    const stops = this.#stops;
    const isWanted = () => stops === this.#stops;
    const { url } = this.#latest;
    try {
      const { Recorder } = await this.#load();
      if (!isWanted()) return;
      this.#recorder = await Recorder.start({
        name,
        stream: this.#stream,
        quality: QUALITIES[quality],
        isWanted,
        onChange: (recording) => this.#handleChange(recording),
      });
      if (!this.#recorder) return;
      // Of the last one there is nothing more to save.
      if (url) URL.revokeObjectURL(url);
      // The source may have changed while a place was asked for.
      this.#recorder.setStream(this.#stream);
    } finally {
      this.#isStarting = false;
    }
  }

  /** Ends what goes on or is being begun; resolves when its file is there. */
  async stop(): Promise<void> {
    this.#stops++;
    await this.#recorder?.stop();
  }

  /** Forgets the last one, if it is done. */
  forget(): void {
    if (this.#recorder) return;
    if (this.#latest.url) URL.revokeObjectURL(this.#latest.url);
    this.#handleChange(NO_RECORDING);
  }

  #handleChange(recording: Recording): void {
    const { phase } = this.#latest = recording;
    if (phase === "saved" || phase === "failed") this.#recorder = null;
    this.#onChange(recording);
  }
}
