/**
 * The controls over the picture: they hide from whoever only watches, and come back at a movement, a
 * tap, a key, or when the picture stands still. Loaded when there is a picture.
 */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import {
  FullScreenIcon,
  KeyboardIcon,
  PauseIcon,
  PictureInPictureIcon,
  PlayIcon,
  SoundIcon,
  StatisticsIcon,
  TheatreIcon,
} from "../../parts/icons.tsx";
import { toggleFullScreen } from "../full_screen.ts";
import type { Samples } from "../samples.ts";
import type { Playback } from "../use_playback.ts";
import { ControlButton } from "./control_button.tsx";
import { HelpDialog } from "./help_dialog.tsx";
import { keepReach, recallReach } from "./kept_reach.ts";
import { hasPictureInPicture, togglePictureInPicture } from "./picture_in_picture.ts";
import type { ShortcutAction } from "./shortcuts.ts";
import { useIdle } from "./use_idle.ts";
import { useSaid } from "./use_said.ts";
import { useShortcuts } from "./use_shortcuts.ts";
import { useSound } from "./use_sound.ts";
import { useTaps } from "./use_taps.ts";
import { formatLoudness, VOLUME_STEP } from "./volume.ts";

/** The wide layout. */
export interface Theatre {
  isOn: boolean;
  toggle: () => void;
}

interface ControlsProps {
  frame: RefObject<HTMLDivElement | null>;
  video: RefObject<HTMLVideoElement | null>;
  playback: Playback;
  samples: Samples;
  theatre: Theatre | undefined;
}

type Statistics = typeof import("../statistics/statistics.tsx").Statistics;

/** Shows the controls, and listens for the keys that do the same. */
export function Controls({ frame, video, playback, samples, theatre }: ControlsProps) {
  const sound = useSound(video, playback);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isWholePage, setWholePage] = useState(recallReach);
  const [Statistics, setStatistics] = useState<Statistics | null>(null);
  const [canFloat, setCanFloat] = useState(false);
  const isHalted = playback.halt !== null;
  const { isIdle, setIdle } = useIdle(frame, isHalted || isHelpOpen);
  const { said, say } = useSaid();

  useEffect(() => setCanFloat(hasPictureInPicture(video.current!)), []);
  useEffect(() => {
    const { dataset } = frame.current!;
    dataset.idle = String(isIdle);
    return () => void delete dataset.idle;
  }, [isIdle]);
  useTaps(frame, {
    onClick: togglePlay,
    onDoubleClick: () => actions.fullScreen(),
    onTap: () => setIdle(!isIdle),
  });

  function togglePlay() {
    if (isHalted) playback.play();
    else playback.pause();
  }

  async function toggleStatistics() {
    if (Statistics) return setStatistics(null);
    try {
      const { Statistics } = await import("../statistics/statistics.tsx");
      setStatistics(() => Statistics);
    } catch {
      say("The statistics cannot be loaded now");
    }
  }

  const has = (action: ShortcutAction) =>
    action === "theatre"
      ? theatre !== undefined
      : action === "pictureInPicture"
      ? canFloat
      : action === "louder" || action === "quieter"
      ? !sound.isFixed
      : true;

  const actions: Record<ShortcutAction, () => string | void> = {
    play: () => (togglePlay(), isHalted ? "Live" : "Paused"),
    mute: () => formatLoudness(sound.toggle()),
    louder: () => formatLoudness(sound.step(VOLUME_STEP)),
    quieter: () => formatLoudness(sound.step(-VOLUME_STEP)),
    fullScreen: () => void toggleFullScreen(frame.current!, video.current!),
    pictureInPicture: () => void togglePictureInPicture(video.current!),
    theatre: () => (theatre!.toggle(), theatre!.isOn ? "Usual size" : "Wide picture"),
    statistics: () => void toggleStatistics(),
    help: () => setHelpOpen(true),
  };
  useShortcuts(frame, isWholePage, (action) => {
    if (!has(action)) return false;
    const text = actions[action]();
    if (text) say(text);
    return true;
  });

  return (
    <>
      <div class="controls">
        <ControlButton label={isHalted ? "Play" : "Pause"} keys="k" onClick={togglePlay}>
          {isHalted ? <PlayIcon /> : <PauseIcon />}
        </ControlButton>
        <ControlButton
          label={sound.muted ? "Sound on" : "Sound off"}
          keys="m"
          onClick={() => sound.toggle()}
        >
          <SoundIcon muted={sound.muted} />
        </ControlButton>
        {!sound.isFixed && (
          <input
            class="volume"
            type="range"
            min="0"
            max="100"
            step="5"
            aria-label="Volume"
            value={sound.muted ? 0 : Math.round(sound.volume * 100)}
            onInput={(event) => sound.choose(event.currentTarget.valueAsNumber / 100)}
          />
        )}
        <span class="controls-gap" />
        <ControlButton
          label="Statistics"
          keys="s"
          when="middle"
          isPressed={Statistics !== null}
          onClick={toggleStatistics}
        >
          <StatisticsIcon />
        </ControlButton>
        <ControlButton
          label="Keyboard shortcuts"
          keys="?"
          when="wide"
          onClick={() => setHelpOpen(true)}
        >
          <KeyboardIcon />
        </ControlButton>
        {canFloat && (
          <ControlButton
            label="Picture in picture"
            keys="i"
            when="middle"
            onClick={actions.pictureInPicture}
          >
            <PictureInPictureIcon />
          </ControlButton>
        )}
        {theatre && (
          <ControlButton
            label="Wide picture"
            keys="t"
            when="page"
            isPressed={theatre.isOn}
            onClick={theatre.toggle}
          >
            <TheatreIcon wide={!theatre.isOn} />
          </ControlButton>
        )}
        <ControlButton label="Full screen" keys="f" onClick={actions.fullScreen}>
          <FullScreenIcon />
        </ControlButton>
      </div>
      {/* What a key has done: there may be no button in sight to see it by. */}
      <p class="said" role="status" data-said={said !== ""}>{said}</p>
      {Statistics && <Statistics samples={samples} onClose={() => setStatistics(null)} />}
      {isHelpOpen && (
        <HelpDialog
          has={has}
          isWholePage={isWholePage}
          onWholePage={(isWholePage) => {
            setWholePage(isWholePage);
            keepReach(isWholePage);
          }}
          onClose={() => setHelpOpen(false)}
        />
      )}
    </>
  );
}
