/**
 * Brings the page's own pictures to the quality that was chosen, and says how they are to be encoded.
 * Without a choice tracks stay as they are. Knows nothing of links.
 * This module is browser compatible.
 */
import {
  cameraConstraints,
  type ContentHint,
  type Encoding,
  type Quality,
  type QualityChoice,
  screenConstraints,
  toQuality,
} from "./quality.ts";

/** Where a picture comes from, as far as that can be known. */
type Origin = "camera" | "screen" | "script";

/** Keeps what was chosen, and applies it to tracks. */
export class OwnQuality {
  #quality: Readonly<Quality> | null = null;
  /** What each track was last brought to. */
  readonly #applied = new WeakMap<MediaStreamTrack, Readonly<Quality>>();
  /** The hints that are ours: what pages have set themselves they keep. */
  readonly #hints = new WeakMap<MediaStreamTrack, string>();

  /** What was chosen; null while nothing was. */
  get current(): Readonly<Quality> | null {
    return this.#quality;
  }

  /** How the picture is to be encoded; null leaves that to its size. */
  get encoding(): Encoding | null {
    const quality = this.#quality;
    return quality && { maxBitrate: quality.maxBitrate, maxFramerate: quality.frameRate };
  }

  /** What the camera is asked for; null while nothing was chosen. */
  get constraints(): MediaTrackConstraints | null {
    return this.#quality && cameraConstraints(this.#quality);
  }

  /**
   * Takes another quality; for tracks, `apply` does the rest.
   *
   * @throws {TributaryError} `bad_quality`
   */
  choose(choice: QualityChoice): void {
    this.#quality = toQuality(choice);
  }

  /** Takes it that a stream was opened with the constraints. */
  noteOpened(stream: MediaStream): void {
    for (const track of stream.getVideoTracks()) if (this.#quality) this.#note(track);
  }

  /**
   * Brings the pictures of a stream to what was chosen, as near as what they come from can; resolves
   * when that is done. What a script makes has the size that it makes.
   */
  async apply(stream: MediaStream | null): Promise<void> {
    const quality = this.#quality;
    if (!quality) return;
    await Promise.all((stream?.getVideoTracks() ?? []).map(async (track) => {
      const origin = originOf(track);
      this.#hint(track, quality.contentHint, origin);
      if (origin === "script" || this.#applied.get(track) === quality) return;
      this.#note(track);
      const constraints = origin === "screen" ? screenConstraints : cameraConstraints;
      // What cannot be had stays as it is; a track that has ended has no size any more.
      await track.applyConstraints(constraints(quality)).catch(() => {});
    }));
  }

  #note(track: MediaStreamTrack): void {
    this.#applied.set(track, this.#quality!);
  }

  #hint(track: MediaStreamTrack, wanted: ContentHint | undefined, origin: Origin): void {
    const isOwn = track.contentHint === "" || track.contentHint === this.#hints.get(track);
    if (!wanted && !isOwn) return;
    const hint = wanted ?? (origin === "screen" ? "detail" : "motion");
    this.#hints.set(track, hint);
    track.contentHint = hint;
  }
}

/** Devices are grouped and screens have a surface; what scripts and files make has neither. */
function originOf(track: MediaStreamTrack): Origin {
  const { displaySurface, groupId } = track.getSettings();
  if (displaySurface) return "screen";
  return groupId ? "camera" : "script";
}
