/** Silences the broadcaster's microphone without stopping it, so that speaking again is instant. */
import { useEffect, useState } from "preact/hooks";
import { MicrophoneIcon } from "../parts/icons.tsx";

/** Mutes and unmutes the microphone; shows nothing where the stream has none. */
export function MicrophoneButton({ stream }: { stream: MediaStream }) {
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
