/**
 * The player: the picture, whatever there is to say while there is none, and the controls over it.
 * Nothing of a page is around it, so that it does in a frame of 320 x 180 as in a window of 4K; it
 * fills what it is put into. The controls come when there is a picture (controls.tsx), because
 * nothing of them is needed before.
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { PlayIcon, SoundIcon } from "../parts/icons.tsx";
import type { Theatre } from "./controls/controls.tsx";
import { Message } from "./message.tsx";
import {
  JOINED_PHASES,
  PAUSED_BADGE,
  PHASE_TEXTS,
  SOUND_ONLY,
  WAITING_FOR_PICTURE,
} from "./phases.ts";
import { useFocusAfter } from "./use_focus_after.ts";
import { usePlayback } from "./use_playback.ts";
import type { Watching } from "./use_watch.ts";

/** What a Player is given. */
export interface PlayerProps {
  title: string;
  /** Where a picture is of what was shown a moment ago, to be seen until there is more; null without one. */
  still: string | null;
  /** What is watched, of `useWatch`. */
  watch: Watching;
  /** The stage's element, for who else has to do with it. */
  frame?: RefObject<HTMLDivElement | null>;
  /** The wide layout, where there is a page that has one. */
  theatre?: Theatre;
  /** In a frame on somebody's page links open tabs of their own. */
  isFramed?: boolean;
  /** False where the page around does not want any; what there is to press first is still there. */
  hasControls?: boolean;
  /** Is called when picture or sound comes out, each time that it begins to. */
  onPlaying?: () => void;
}

type Controls = typeof import("./controls/controls.tsx").Controls;

/** Plays what is watched. */
export function Player(
  { title, still, watch, frame: given, theatre, isFramed = false, hasControls = true, onPlaying }:
    PlayerProps,
) {
  const own = useRef<HTMLDivElement>(null);
  const frame = given ?? own;
  const video = useRef<HTMLVideoElement>(null);
  const { phase, text: phaseText, stream, distance, join } = watch;
  const playback = usePlayback(video, stream);
  const act = useFocusAfter(frame, phase);
  const Controls = useControls(video, hasControls && playback.isPlaying);

  const [hasPlayed, setPlayed] = useState(false);
  useEffect(() => {
    if (!playback.isPlaying) return;
    setPlayed(true);
    onPlaying?.();
  }, [playback.isPlaying]);

  const isPlaying = phase === "live" && playback.isPlaying;
  const isHalted = phase === "live" && playback.halt !== null;
  const text = phase !== "live"
    ? phaseText
    : !playback.isPlaying
    ? WAITING_FOR_PICTURE
    : playback.hasPicture
    ? PHASE_TEXTS.live
    : SOUND_ONLY;
  // What comes from other viewers may go on while the service or another parent is sought.
  const keepsPicture = playback.isPlaying && (JOINED_PHASES.has(phase) || phase === "lost");
  const isUnseen = isHalted || isPlaying && playback.hasPicture;
  const isPaused = isHalted && playback.halt === "paused";

  return (
    <div class="player stage" ref={frame} tabIndex={-1} data-playing={keepsPicture}>
      {/* Below the video, which fades in over it. After that it is no more than an old picture. */}
      {still !== null && (
        <img class="still" src={still} alt="" data-shown={JOINED_PHASES.has(phase) && !hasPlayed} />
      )}
      <video
        ref={video}
        playsInline
        aria-label={`Live video: ${title}`}
        data-shown={keepsPicture}
      />
      <Message
        text={text}
        look={isUnseen ? "unseen" : keepsPicture && playback.hasPicture ? "bar" : "full"}
        onJoin={() => act(join)}
        isFramed={isFramed}
      />
      {keepsPicture && (
        <p class="stage-facts">
          <span class="badge" data-tone={isPlaying && !isPaused ? "live" : "off"}>
            {isPaused ? PAUSED_BADGE : text.badge}
          </span>
          {/* Not a status: it changes all the time, and nobody wants to hear that. */}
          {isPlaying && !isPaused && distance && <span class="distance">{distance}</span>}
        </p>
      )}
      {isPlaying && playback.muted && !playback.isMutedByHand && !isHalted && (
        <button
          type="button"
          class="button sound"
          onClick={() => playback.setSound(true)}
        >
          <SoundIcon muted />
          Unmute
        </button>
      )}
      {isHalted && (
        <button type="button" class="button sound" onClick={playback.play}>
          <PlayIcon />
          {isPaused ? "Back to live" : "Play"}
        </button>
      )}
      {Controls && keepsPicture && (
        <Controls
          frame={frame}
          video={video}
          playback={playback}
          samples={watch.samples}
          theatre={theatre}
        />
      )}
    </div>
  );
}

/** Loads the controls when there is something to control. */
function useControls(
  video: RefObject<HTMLVideoElement | null>,
  isNeeded: boolean,
): Controls | null {
  const [controls, setControls] = useState<Controls | null>(null);
  useEffect(() => {
    if (!isNeeded || controls) return;
    import("./controls/controls.tsx").then(
      ({ Controls }) => setControls(() => Controls),
      // The browser has some of its own.
      () => video.current && (video.current.controls = true),
    );
  }, [isNeeded]);
  return controls;
}
