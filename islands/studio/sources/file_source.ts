/**
 * A video file that plays into the broadcast, with its sound. The broadcaster hears it as well. Its
 * picture goes through the compositor: it has the size that was chosen, and whoever comes while it is
 * paused sees where it stands. Loaded when it is chosen.
 */
import { pageAudio } from "./audio.ts";
import { Compositor } from "./compositor.ts";
import type { Size } from "./inset.ts";
import type { Source } from "./source.ts";

/** How long a browser may take to show the first picture of a file, in ms. */
const OPENING_MS = 10_000;

/** What is known of a file that plays. */
export interface Playback {
  name: string;
  isPaused: boolean;
  isLooped: boolean;
  /** In s. */
  position: number;
  /** In s; null while it is not known. */
  length: number | null;
}

/** What it can do besides. */
export interface FileSource extends Source {
  play(): void;
  pause(): void;
  /** Goes to a place, in s. */
  seek(position: number): void;
  loop(isLooped: boolean): void;
}

/**
 * Opens a file; it stands at its beginning until it is played.
 *
 * @param onChange is called whenever something about its playing has changed
 * @throws {FileError} when the browser cannot play it
 */
export async function openFile(
  file: File,
  { size, onChange }: { size: Size; onChange: (playback: Playback) => void },
): Promise<FileSource> {
  const video = document.createElement("video");
  video.playsInline = true;
  const url = URL.createObjectURL(file);
  video.src = url;
  const giveBack = () => {
    video.pause();
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
  };
  try {
    await untilPlayable(video);
    await findLength(video);
  } catch (error) {
    giveBack();
    throw error;
  }
  const audio = pageAudio();
  const sound = audio.createMediaStreamDestination();
  const node = audio.createMediaElementSource(video);
  node.connect(sound);
  node.connect(audio.destination);
  const compositor = new Compositor(size);
  const captured = (video as unknown as { captureStream(): MediaStream }).captureStream();
  // Browsers make another track when it begins anew.
  const show = () => {
    const track = captured.getVideoTracks().find(({ readyState }) => readyState === "live");
    compositor.setLayers(track ? [{ track }] : []);
  };
  captured.addEventListener("addtrack", show);
  show();
  const tell = () =>
    onChange({
      name: file.name,
      isPaused: video.paused,
      isLooped: video.loop,
      position: video.currentTime,
      length: Number.isFinite(video.duration) ? video.duration : null,
    });
  for (const event of ["play", "pause", "timeupdate", "durationchange", "seeked", "ended"]) {
    video.addEventListener(event, tell);
  }
  const play = () => void video.play().catch(tell);
  tell();
  return {
    kind: "file",
    picture: compositor.track,
    sound: sound.stream.getAudioTracks()[0]!,
    setSize: (next) => compositor.setSize(next),
    play,
    pause: () => video.pause(),
    seek(position) {
      video.currentTime = position;
    },
    loop(isLooped) {
      video.loop = isLooped;
      tell();
    },
    close() {
      for (const event of ["play", "pause", "timeupdate", "durationchange", "seeked", "ended"]) {
        video.removeEventListener(event, tell);
      }
      node.disconnect();
      compositor.close();
      for (const track of [...captured.getTracks(), ...sound.stream.getTracks()]) track.stop();
      giveBack();
    },
  };
}

/** A file that this browser cannot play. */
export class FileError extends Error {
  override name = "FileError";
  readonly code = "file_unplayable";
}

/** Resolves when there is a first picture, or sound where there is no picture. */
async function untilPlayable(video: HTMLVideoElement): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  video.addEventListener("loadeddata", () => resolve(), { once: true });
  video.addEventListener("error", () => reject(new FileError()), { once: true });
  const timer = setTimeout(() => reject(new FileError()), OPENING_MS);
  await promise.finally(() => clearTimeout(timer));
}

/** Recordings that browsers made do not say how long they are, until their end has been looked for. */
async function findLength(video: HTMLVideoElement): Promise<void> {
  if (Number.isFinite(video.duration)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 2_000);
  video.addEventListener("durationchange", () => resolve(), { once: true });
  video.currentTime = Number.MAX_SAFE_INTEGER / 1e6;
  await promise;
  clearTimeout(timer);
  video.currentTime = 0;
}
