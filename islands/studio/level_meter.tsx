/**
 * How loud the broadcast is, so that one sees that one is heard. Reads the sound's samples for as long
 * as it is shown. Moves by script, not by transitions: it is a measurement.
 */
import { useEffect, useRef } from "preact/hooks";
import { MicrophoneIcon, SoundIcon } from "../parts/icons.tsx";
import { pageAudio } from "./sources/audio.ts";
import { fallingLevel, levelOf } from "./sources/sound_level.ts";

/** A meter that moves more seldom seems to lag behind the voice. */
const LOOK_MS = 50;

interface LevelMeterProps {
  stream: MediaStream;
  hasMicrophone: boolean;
  isMuted: boolean;
}

/** Shows the loudness of a stream's sound. */
export function LevelMeter({ stream, hasMicrophone, isMuted }: LevelMeterProps) {
  const meter = useRef<HTMLSpanElement>(null);
  const [sound] = stream.getAudioTracks();
  useEffect(() => {
    if (!sound) return;
    const audio = pageAudio();
    const analyser = audio.createAnalyser();
    const source = audio.createMediaStreamSource(new MediaStream([sound]));
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let shown = 0;
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      shown = fallingLevel(shown, levelOf(samples), LOOK_MS);
      meter.current?.style.setProperty("--level", String(shown));
      meter.current?.setAttribute("aria-valuenow", String(Math.round(shown * 100)));
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      source.disconnect();
    };
  }, [sound]);
  if (!sound) return null;
  return (
    <p class="stage-level">
      {hasMicrophone ? <MicrophoneIcon muted={isMuted} /> : <SoundIcon muted={false} />}
      <span
        class="level"
        ref={meter}
        role="meter"
        aria-label="Sound level"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={0}
      />
    </p>
  );
}
