/**
 * Plays a stream in a video element the way browsers allow it: with sound, else muted until the
 * viewer asks for sound. Knows nothing of where the stream comes from.
 */
import { type RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Plays `stream` in `video` by itself and reports how that went. */
export function usePlayback(video: RefObject<HTMLVideoElement | null>, stream: MediaStream | null) {
  const [muted, setMuted] = useState(false);
  const [hasPicture, setHasPicture] = useState(false);
  // Some power-saving modes refuse even a muted video until it is touched.
  const [refused, setRefused] = useState(false);

  useEffect(() => {
    const element = video.current!;
    const onPlaying = () => {
      setHasPicture(true);
      setRefused(false);
    };
    element.addEventListener("playing", onPlaying);
    return () => element.removeEventListener("playing", onPlaying);
  }, []);

  useEffect(() => {
    const element = video.current!;
    element.srcObject = stream;
    setHasPicture(false);
    if (stream) playAsAllowed(element).then(setRefused);
    setMuted(element.muted);
  }, [stream]);

  useEffect(() => {
    const element = video.current!;
    const onVolume = () => setMuted(element.muted);
    element.addEventListener("volumechange", onVolume);
    return () => element.removeEventListener("volumechange", onVolume);
  }, []);

  return {
    muted,
    hasPicture,
    refused,
    /** Must run in a click: only then does the browser allow sound. */
    setSound(on: boolean) {
      video.current!.muted = !on;
      playAsAllowed(video.current!).then(setRefused);
    },
  };
}

/** Plays with sound if that is allowed, else without; resolves with true when neither is. */
async function playAsAllowed(video: HTMLVideoElement): Promise<boolean> {
  try {
    await video.play();
    return false;
  } catch (error) {
    // AbortError: a newer stream replaced this one, which plays by its own call.
    if (!isRefusal(error)) return false;
    if (video.muted) return true;
    video.muted = true;
    return await playAsAllowed(video);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotAllowedError";
}
