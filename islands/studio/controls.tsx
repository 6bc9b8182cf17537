/** What a broadcaster does while live: one button for each, its sign above its word. */
import type { ComponentChildren } from "preact";
import {
  CameraIcon,
  CameraOffIcon,
  EndIcon,
  MicrophoneIcon,
  RecordIcon,
  ScreenIcon,
  SwitchIcon,
} from "../parts/icons.tsx";
import type { RecordingPhase } from "./record/recording.ts";
import { showsCamera, type SourceKind } from "./sources/source_kind.ts";
import type { useSources } from "./use_sources.ts";

interface ControlsProps {
  sources: ReturnType<typeof useSources>;
  recording: RecordingPhase;
  onOpen: (kind: SourceKind) => void;
  onSwitch: () => void;
  onCameraOff: (isOff: boolean) => void;
  onRecord: () => void;
  onStopRecording: () => void;
  onEnd: () => void;
}

/** Shows the buttons of a live broadcast. */
export function Controls(props: ControlsProps) {
  const { sources, recording, onOpen, onSwitch, onCameraOff, onEnd } = props;
  const { kind, hasCamera, hasMicrophone, isMuted, stopped, abilities } = sources;
  const isRecording = recording === "recording";
  const isScreen = kind === "screen";
  return (
    <div class="controls" role="group" aria-label="Broadcast">
      <Control
        icon={<MicrophoneIcon muted={isMuted} />}
        words={!hasMicrophone ? "No microphone" : isMuted ? "Unmute" : "Mute"}
        rest={hasMicrophone ? "microphone" : undefined}
        isOff={hasMicrophone && isMuted}
        disabled={!hasMicrophone}
        onClick={() => sources.mute(!isMuted)}
      />
      {kind && showsCamera(kind) && (
        <Control
          icon={hasCamera ? <CameraIcon /> : <CameraOffIcon />}
          words={hasCamera ? "Camera off" : "Camera on"}
          isOff={!hasCamera}
          disabled={stopped !== null && stopped !== "inset"}
          onClick={() => onCameraOff(hasCamera)}
        />
      )}
      {/* One button, so that it keeps the focus. */}
      {kind !== "both" && (isScreen || abilities.canShareScreen) && (
        <Control
          icon={isScreen ? <CameraIcon /> : <ScreenIcon />}
          words={isScreen ? "Show camera" : "Share screen"}
          onClick={() => onOpen(isScreen ? "camera" : "screen")}
        />
      )}
      <Control icon={<SwitchIcon />} words="Source" onClick={onSwitch} />
      <Control
        icon={<RecordIcon on={isRecording} />}
        words={isRecording ? "Stop" : recording === "saving" ? "Saving" : "Record"}
        rest={isRecording ? "recording" : undefined}
        isOff={isRecording}
        disabled={recording === "saving"}
        onClick={isRecording ? props.onStopRecording : props.onRecord}
      />
      <Control icon={<EndIcon />} words="End" rest="broadcast" isDanger onClick={onEnd} />
    </div>
  );
}

interface ControlProps {
  icon: ComponentChildren;
  /** What is read below the icon. */
  words: string;
  /** What readers say besides. */
  rest?: string;
  /** Stands out: something is off that is mostly on, or the other way round. */
  isOff?: boolean;
  isDanger?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function Control({ icon, words, rest, isOff, isDanger, disabled, onClick }: ControlProps) {
  return (
    <button
      type="button"
      class={isDanger ? "button danger control" : "button quiet control"}
      data-off={isOff}
      disabled={disabled}
      onClick={onClick}
    >
      {icon}
      <span>
        {words} {rest && <span class="hidden">{rest}</span>}
      </span>
    </button>
  );
}
