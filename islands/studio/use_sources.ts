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
  const [isMuted, setMuted] = useState(false);
  /** Every stream begins as the broadcaster left the last one: nobody is heard unawares. */
  const wasMuted = useRef(false);

  useEffect(() => {
    const picture = stream?.getVideoTracks()[0];
    if (!picture || picture === screen.current) return;
    picture.addEventListener("ended", onCameraStopped);
    return () => picture.removeEventListener("ended", onCameraStopped);
  }, [stream]);

  function mute(muted: boolean, sound: MediaStream | null = stream) {
    wasMuted.current = muted;
    setMuted(muted);
    for (const track of sound?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  function show(next: MediaStream | null) {
    mute(wasMuted.current, next);
    client.current!.setStream(next);
    setStream(next);
  }

  async function openCamera() {
    const former = camera.current;
    if (isLive(former, "video") && isLive(former, "audio")) return show(former);
    show(camera.current = await client.current!.startCamera());
    former?.getTracks().forEach((track) => track.stop());
  }

  function closeScreen() {
    screen.current?.stop();
    screen.current = null;
  }

  return {
    stream,
    isScreen: stream?.getVideoTracks()[0] === screen.current && screen.current !== null,
    isMuted,
    mute,
    /** True when there is anything to broadcast. */
    isReady: () => isLive(stream, "video") || isLive(stream, "audio"),

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
      wasMuted.current = false;
      show(null);
    },
  };
}

function isLive(stream: MediaStream | null, kind: "audio" | "video"): boolean {
  return stream?.getTracks().some((track) => track.kind === kind && track.readyState === "live") ??
    false;
}

/** Tells what a stream lacks, as a code of `studioProblem`; null when it has picture and sound. */
export function lackOf(stream: MediaStream | null): "no_picture" | "no_sound" | null {
  if (!stream) return null;
  if (stream.getVideoTracks().length === 0) return "no_picture";
  return stream.getAudioTracks().length === 0 ? "no_sound" : null;
}
