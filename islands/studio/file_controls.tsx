/** Pause, place and loop of the video file that plays into the broadcast. */
import { formatClock } from "../parts/durations.ts";
import { PauseIcon, PlayIcon } from "../parts/icons.tsx";
import type { FileSource, Playback } from "./sources/file_source.ts";

interface FileControlsProps {
  playback: Playback;
  /** What is to be controlled; asked for when something is pressed. */
  file: () => FileSource | null;
}

/** Controls a file. */
export function FileControls({ playback, file }: FileControlsProps) {
  const { name, isPaused, isLooped, position, length } = playback;
  const ofLength = length === null ? "" : ` of ${formatClock(length * 1000)}`;
  return (
    <div class="file-controls" role="group" aria-label="Video file">
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={isPaused ? "Play video" : "Pause video"}
        onClick={() => isPaused ? file()?.play() : file()?.pause()}
      >
        {isPaused ? <PlayIcon /> : <PauseIcon />}
      </button>
      <label class="file-place">
        <span class="file-name">{name}</span>
        <input
          type="range"
          aria-label="Place in the video"
          aria-valuetext={`${formatClock(position * 1000)}${ofLength}`}
          min={0}
          max={length ?? 0}
          step="any"
          value={position}
          disabled={length === null}
          onInput={(event) => file()?.seek(event.currentTarget.valueAsNumber)}
        />
        <span class="file-clock">{formatClock(position * 1000)}{ofLength}</span>
      </label>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={isLooped}
          onChange={(event) => file()?.loop(event.currentTarget.checked)}
        />{" "}
        Loop
      </label>
    </div>
  );
}
