/**
 * Records the broadcast to a file: to the disk as it comes, where the browser lets a page write there,
 * else kept until the end and then downloaded. What is recorded are tracks that stay, so it goes on
 * when the source changes. Loaded when it is needed.
 */
import type { Quality } from "../../../lib/client/quality.ts";
import { Compositor } from "../sources/compositor.ts";
import { SoundMix } from "../sources/sound_mix.ts";
import {
  afterChunk,
  NO_RECORDING,
  type Recording,
  recordingFileName,
  recordingType,
} from "./recording.ts";

/** How often what was recorded is handed on, in ms: what is lost at most when the browser dies. */
const CHUNK_MS = 1_000;

interface FilePicker {
  showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>;
}

/** What a recording needs. */
export interface RecorderOptions {
  /** Of the broadcast. */
  name: string;
  stream: MediaStream | null;
  quality: Quality;
  /** False once nothing is to be recorded any more: a place may be chosen after the end. */
  isWanted: () => boolean;
  onChange: (recording: Recording) => void;
}

/** A recording that goes on until it is stopped. */
export class Recorder {
  readonly #recorder: MediaRecorder;
  readonly #compositor: Compositor;
  readonly #mix = new SoundMix();
  readonly #file: FileSystemWritableFileStream | null;
  readonly #parts: Blob[] = [];
  readonly #onChange: (recording: Recording) => void;
  readonly #stopped = Promise.withResolvers<void>();
  #written: Promise<void> = Promise.resolve();
  #recording: Recording;
  #ending: Promise<void> | null = null;

  /**
   * Asks for a place where browsers do, and begins; resolves with null when none was chosen, or
   * nothing is to be recorded any more.
   *
   * @throws {RecordingError}
   */
  static async start(options: RecorderOptions): Promise<Recorder | null> {
    const type = typeof MediaRecorder === "function"
      ? recordingType((type) => MediaRecorder.isTypeSupported(type))
      : null;
    if (!type) throw new RecordingError("recording_unsupported");
    const fileName = recordingFileName(options.name, new Date(), type);
    let file: FileSystemWritableFileStream | null;
    try {
      file = await openFile(fileName, type);
    } catch (error) {
      const { name } = error as Error;
      if (name === "AbortError") return null;
      throw new RecordingError(REFUSALS.has(name) ? "recording_refused" : "recording_failed");
    }
    if (!options.isWanted()) {
      await file?.abort().catch(() => {});
      return null;
    }
    return new Recorder(options, { type, fileName, file });
  }

  private constructor(
    { stream, quality, onChange }: RecorderOptions,
    { type, fileName, file }: {
      type: string;
      fileName: string;
      file: FileSystemWritableFileStream | null;
    },
  ) {
    this.#onChange = onChange;
    this.#file = file;
    this.#compositor = new Compositor(quality);
    this.setStream(stream);
    const tracks = [this.#compositor.track, this.#mix.track];
    const mimeType = type;
    const videoBitsPerSecond = quality.maxBitrate;
    this.#recorder = new MediaRecorder(new MediaStream(tracks), { mimeType, videoBitsPerSecond });
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#handleChunk(data));
    // Browsers end a recording themselves when they cannot go on with it.
    this.#recorder.addEventListener("stop", () => {
      this.#stopped.resolve();
      if (this.#recording.phase === "recording") void this.#end({ isCut: true });
    });
    this.#recorder.start(CHUNK_MS);
    const startedAt = Date.now();
    const isStreamed = file !== null;
    this.#recording = { ...NO_RECORDING, phase: "recording", startedAt, fileName, isStreamed };
    this.#tell({});
  }

  /** Records another stream from now on, into the same file. */
  setStream(stream: MediaStream | null): void {
    const [picture] = stream?.getVideoTracks() ?? [];
    this.#compositor.setLayers(picture ? [{ track: picture }] : []);
    this.#mix.setTracks(stream?.getAudioTracks() ?? []);
  }

  /** Ends the recording and resolves when its file is there. */
  stop(): Promise<void> {
    return this.#end({ isCut: false });
  }

  #end({ isCut }: { isCut: boolean }): Promise<void> {
    return this.#ending ??= this.#save(isCut);
  }

  async #save(isCut: boolean): Promise<void> {
    this.#tell({ phase: "saving", isCut, endedAt: Date.now() });
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    else this.#stopped.resolve();
    await this.#stopped.promise;
    this.#compositor.close();
    this.#mix.close();
    try {
      await this.#written;
      // There is nothing in it that could be played.
      if (this.#recording.bytes === 0 && isCut) throw new RecordingError("recording_failed");
      await this.#file?.close();
    } catch {
      await this.#file?.abort().catch(() => {});
      return this.#tell({ phase: "failed" });
    }
    if (this.#file) return this.#tell({ phase: "saved" });
    const url = URL.createObjectURL(new Blob(this.#parts, { type: this.#recorder.mimeType }));
    download(url, this.#recording.fileName);
    this.#tell({ phase: "saved", url });
  }

  #handleChunk(data: Blob): void {
    if (data.size === 0) return;
    const file = this.#file;
    if (!file) this.#parts.push(data);
    else {
      this.#written = this.#written.then(() => file.write(data));
      // A disk that is full, or gone.
      this.#written.catch(() => this.#end({ isCut: true }));
    }
    const isGoingOn = this.#recording.phase === "recording";
    const { endedAt } = this.#recording;
    this.#tell(afterChunk(this.#recording, data.size, isGoingOn ? Date.now() : endedAt));
  }

  #tell(change: Partial<Recording>): void {
    this.#recording = { ...this.#recording, ...change };
    this.#onChange(this.#recording);
  }
}

/** What browsers say that ask for no place now: nothing was pressed, or files may not be saved at all. */
const REFUSALS = new Set(["NotAllowedError", "SecurityError"]);

/** Why a recording could not begin, as a code of `studioProblem`. */
export class RecordingError extends Error {
  override name = "RecordingError";

  constructor(readonly code: `recording_${"unsupported" | "refused" | "failed"}`) {
    super(code);
  }
}

/** Asks where to write; null where browsers let no page write. */
async function openFile(
  suggestedName: string,
  type: string,
): Promise<FileSystemWritableFileStream | null> {
  const { showSaveFilePicker } = globalThis as FilePicker;
  if (!showSaveFilePicker) return null;
  const [mime] = type.split(";") as [string];
  const accept = { [mime]: [mime === "video/mp4" ? ".mp4" : ".webm"] };
  const handle = await showSaveFilePicker({ suggestedName, types: [{ accept }] });
  return await handle.createWritable();
}

function download(url: string, fileName: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
}
