/**
 * What goes into the broadcast: the camera or the screen, with the microphone's sound. Hands the SDK
 * one stream at a time; knows nothing of whether it is live.
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../parts/client.ts";
import { openScreen } from "./screen.ts";

/** Keeps the sources of one client; `onCameraStopped` is called when the camera ends by itself. */
export function useSources(client: RefObject<Client | null>, onCameraStopped: () => void) {
  const [stream, setStream] = useState<MediaStream | null>(null);
  const camera = useRef<MediaStream | null>(null);
  const screen = useRef<MediaStreamTrack | null>(null);

  useEffect(() => {
    const picture = stream?.getVideoTracks()[0];
    if (!picture || picture === screen.current) return;
    picture.addEventListener("ended", onCameraStopped);
    return () => picture.removeEventListener("ended", onCameraStopped);
  }, [stream]);

  function show(next: MediaStream | null) {
    client.current!.setStream(next);
    setStream(next);
  }

  async function openCamera() {
    if (!hasPicture(camera.current)) camera.current = await client.current!.startCamera();
    show(camera.current);
  }

  function closeScreen() {
    screen.current?.stop();
    screen.current = null;
  }

  return {
    stream,
    isScreen: stream?.getVideoTracks()[0] === screen.current && screen.current !== null,
    hasPicture: () => hasPicture(stream),

    /** Shows the camera; rejects as the SDK's `startCamera` does. */
    async showCamera() {
      closeScreen();
      await openCamera();
    },

    /** Lets the broadcaster choose a screen and shows it; whoever has no camera may still speak. */
    async showScreen(onEnd: () => void) {
      const picture = await openScreen(onEnd);
      if (!picture) return;
      screen.current = picture;
      camera.current ??= await client.current!.startCamera({ audio: true }).catch(() => null);
      show(new MediaStream([picture, ...camera.current?.getAudioTracks() ?? []]));
    },

    /** Gives everything back, so that the lights go out. */
    stop() {
      closeScreen();
      client.current!.stopCamera();
      camera.current = null;
      show(null);
    },
  };
}

function hasPicture(stream: MediaStream | null): boolean {
  return stream?.getVideoTracks().some((track) => track.readyState === "live") ?? false;
}
