/** The volume of a video element as state, and the ways to change it. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { keepVolume } from "../kept_volume.ts";
import type { Playback } from "../use_playback.ts";
import { chooseVolume, type Loudness, stepVolume } from "./volume.ts";

/** Follows and changes how loud `video` is. */
export function useSound(video: RefObject<HTMLVideoElement | null>, playback: Playback) {
  const [volume, setVolume] = useState(1);
  const [isFixed, setFixed] = useState(false);
  const { muted } = playback;

  useEffect(() => {
    const element = video.current!;
    const follow = () => setVolume(element.volume);
    follow();
    setFixed(!takesVolume());
    element.addEventListener("volumechange", follow);
    return () => element.removeEventListener("volumechange", follow);
  }, []);

  function apply(next: Loudness): Loudness {
    video.current!.volume = next.volume;
    keepVolume(next.volume);
    playback.setSound(!next.muted);
    return next;
  }

  return {
    volume,
    muted,
    /** The device's own keys are all there is, as on iPhones. */
    isFixed,
    choose: (wanted: number) => apply(chooseVolume(wanted, video.current!.volume)),
    step: (by: number) => apply(stepVolume({ volume: video.current!.volume, muted }, by)),
    toggle: () => apply({ volume: video.current!.volume, muted: !muted }),
  };
}

function takesVolume(): boolean {
  const probe = document.createElement("video");
  probe.volume = 0.5;
  return probe.volume === 0.5;
}
