/** What viewers see and hear: the microphone on or off, the camera or the screen. */
import { useEffect, useState } from "preact/hooks";
import { CameraIcon, MicrophoneIcon, ScreenIcon } from "../parts/icons.tsx";
import { canShareScreen } from "./screen.ts";

interface SourceButtonsProps {
  stream: MediaStream;
  isScreen: boolean;
  onShowScreen: () => void;
  onShowCamera: () => void;
}

/** Switches the microphone and the picture of a stream. */
export function SourceButtons(
  { stream, isScreen, onShowScreen, onShowCamera }: SourceButtonsProps,
) {
  return (
    <>
      <MicrophoneButton stream={stream} />
      {isScreen && (
        <button type="button" class="button quiet" onClick={onShowCamera}>
          <CameraIcon />
          Show camera
        </button>
      )}
      {!isScreen && canShareScreen() && (
        <button type="button" class="button quiet" onClick={onShowScreen}>
          <ScreenIcon />
          Share screen
        </button>
      )}
    </>
  );
}

/** Silences without stopping the microphone, so that speaking again is instant. */
function MicrophoneButton({ stream }: { stream: MediaStream }) {
  const [muted, setMuted] = useState(false);
  const tracks = stream.getAudioTracks();
  useEffect(() => setMuted(tracks.some((track) => !track.enabled)), [stream]);
  if (tracks.length === 0) return null;

  function toggle() {
    for (const track of tracks) track.enabled = muted;
    setMuted(!muted);
  }

  return (
    <button type="button" class="button quiet" data-muted={muted} onClick={toggle}>
      <MicrophoneIcon muted={muted} />
      <span>
        {muted ? "Unmute" : "Mute"} <span class="hidden">microphone</span>
      </span>
    </button>
  );
}
