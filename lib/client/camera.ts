/**
 * The camera and microphone of this browser: opens them, gives them back, and says in plain words
 * why they could not be opened. Knows nothing of broadcasts.
 * This module is browser compatible.
 */
import { cameraConstraints, QUALITIES } from "./quality.ts";
import { toTributaryError, TributaryError, type TributaryErrorCode } from "./tributary_error.ts";

/**
 * What is asked for by default. The broadcaster and every relay upload the picture several times
 * over, so it is modest; who knows the viewers' links chooses a quality.
 */
export const DEFAULT_CONSTRAINTS: MediaStreamConstraints = {
  audio: true,
  video: cameraConstraints(QUALITIES["360p"]),
};

/** What getUserMedia's errors mean to people; the names are the specification's. */
const CODES: Record<string, TributaryErrorCode> = {
  NotAllowedError: "camera_refused",
  SecurityError: "camera_refused",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
};

/** Opens camera and microphone, and remembers what it opened so that `stop` can give it back. */
export class Camera {
  #streams = new Set<MediaStream>();
  /** Counts calls of `stop`, so that a camera that opens after it is given back at once. */
  #stops = 0;

  /**
   * Opens the camera and resolves with its stream. Without constraints it takes what there is:
   * picture and sound, or the one of them that this device has.
   *
   * @param video what is asked of the picture then
   * @throws {TributaryError} `camera_refused`, `camera_missing`, `camera_busy` or `cancelled`.
   */
  async start(
    constraints?: MediaStreamConstraints,
    video?: MediaTrackConstraints,
  ): Promise<MediaStream> {
    const stops = this.#stops;
    if (!navigator.mediaDevices) {
      throw new TributaryError(
        "camera_refused",
        "The browser allows the camera only on pages that were loaded over https.",
      );
    }
    const stream = await (constraints ? open(constraints) : openWhatThereIs(video));
    if (stops !== this.#stops) {
      stopTracks(stream);
      throw new TributaryError("cancelled");
    }
    this.#streams.add(stream);
    return stream;
  }

  /** Stops every track of every stream that `start` opened. */
  stop(): void {
    this.#stops++;
    this.#streams.forEach(stopTracks);
    this.#streams.clear();
  }
}

async function open(constraints: MediaStreamConstraints): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (cause) {
    const code = CODES[(cause as Error)?.name];
    throw code ? new TributaryError(code, undefined, { cause }) : toTributaryError(cause);
  }
}

/** Browsers refuse to open both when one is missing, and do not say which. */
async function openWhatThereIs(video = DEFAULT_CONSTRAINTS.video): Promise<MediaStream> {
  const { audio } = DEFAULT_CONSTRAINTS;
  for (const constraints of [{ audio, video }, { video }]) {
    try {
      return await open(constraints);
    } catch (error) {
      if ((error as TributaryError).code !== "camera_missing") throw error;
    }
  }
  return await open({ audio });
}

/** Stops every track of a stream, so that the device behind it is free. */
export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
