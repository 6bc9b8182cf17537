/** What viewers see and hear: the microphone on or off, the camera or the screen. */
import { CameraIcon, MicrophoneIcon, ScreenIcon } from "../parts/icons.tsx";
import { canShareScreen } from "./screen.ts";

interface SourceButtonsProps {
  stream: MediaStream;
  isScreen: boolean;
  isMuted: boolean;
  onMute: (muted: boolean) => void;
  onShowScreen: () => void;
  onShowCamera: () => void;
}

/** Switches the microphone and the picture of a stream. */
export function SourceButtons(
  { stream, isScreen, isMuted, onMute, onShowScreen, onShowCamera }: SourceButtonsProps,
) {
  return (
    <>
      {stream.getAudioTracks().length > 0 && <MicrophoneButton isMuted={isMuted} onMute={onMute} />}
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
function MicrophoneButton({ isMuted, onMute }: Pick<SourceButtonsProps, "isMuted" | "onMute">) {
  return (
    <button
      type="button"
      class="button quiet"
      data-muted={isMuted}
      onClick={() => onMute(!isMuted)}
    >
      <MicrophoneIcon muted={isMuted} />
      <span>
        {isMuted ? "Unmute" : "Mute"} <span class="hidden">microphone</span>
      </span>
    </button>
  );
}
