/**
 * Plays a stream in a video element the way browsers allow it: with sound, else muted until the
 * viewer asks for sound. Knows nothing of where the stream comes from.
 */
import { type RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { recallVolume } from "./kept_volume.ts";

/** Why nothing moves until the viewer presses Play. */
export type Halt =
  /** Some power-saving modes refuse even a muted video until it is touched. */
  | "refused"
  /** By the viewer, a headset, a call, or by leaving an iPhone's full screen. */
  | "paused";

/** What `usePlayback` returns. */
export type Playback = ReturnType<typeof usePlayback>;

/** Plays `stream` in `video` by itself and reports how that went. */
export function usePlayback(video: RefObject<HTMLVideoElement | null>, stream: MediaStream | null) {
  const [muted, setMuted] = useState(false);
  const [isPlaying, setPlaying] = useState(false);
  const [hasPicture, setHasPicture] = useState(true);
  const [halt, setHalt] = useState<Halt | null>(null);
  const [isMutedByHand, setMutedByHand] = useState(false);

  useEffect(() => {
    const element = video.current!;
    element.volume = recallVolume();
    const listeners = {
      playing() {
        setPlaying(true);
        setHalt(null);
        setHasPicture(element.videoWidth > 0);
      },
      // The picture of a broadcast can come after its sound.
      resize: () => setHasPicture(element.videoWidth > 0),
      pause: () => setHalt("paused"),
      volumechange: () => setMuted(element.muted),
    };
    for (const [name, listener] of Object.entries(listeners)) {
      element.addEventListener(name, listener);
    }
    return () => {
      for (const [name, listener] of Object.entries(listeners)) {
        element.removeEventListener(name, listener);
      }
    };
  }, []);

  useEffect(() => {
    const element = video.current!;
    element.srcObject = stream;
    setPlaying(false);
    setHalt(null);
    if (stream) play();
    setMuted(element.muted);
  }, [stream]);

  async function play() {
    if (!await playAsAllowed(video.current!)) setHalt("refused");
  }

  return {
    muted,
    /** The viewer has switched the sound off, and need not be told how to have it. */
    isMutedByHand,
    /** Sound, or sound and picture, come out. */
    isPlaying,
    hasPicture,
    halt,
    /** Must run in a click or a key press: only then does the browser allow sound. */
    setSound(on: boolean) {
      setMutedByHand(!on);
      video.current!.muted = !on;
      if (on && halt === null) play();
    },
    /** Goes on after a halt, with what is live then; must run in a click or a key press. */
    play() {
      if (halt === "refused") video.current!.muted = false;
      play();
    },
    pause() {
      video.current!.pause();
    },
  };
}

/** Plays with sound if that is allowed, else without; resolves with false when neither is. */
async function playAsAllowed(video: HTMLVideoElement): Promise<boolean> {
  try {
    await video.play();
    return true;
  } catch (error) {
    // AbortError: a newer stream replaced this one, which plays by its own call.
    if (!isRefusal(error)) return true;
    if (video.muted) return false;
    video.muted = true;
    return await playAsAllowed(video);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotAllowedError";
}
