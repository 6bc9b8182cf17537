/** The recording as the studio's state. Loads the recorder when it is needed; decides nothing. */
import { useEffect, useRef, useState } from "preact/hooks";
import { QUALITIES, type QualityName } from "../../../lib/client/quality.ts";
import type { Recorder } from "./recorder.ts";
import { NO_RECORDING } from "./recording.ts";

/** Keeps the recording of one broadcast, which follows its stream. */
export function useRecorder(stream: MediaStream | null) {
  const [recording, setRecording] = useState(NO_RECORDING);
  const recorder = useRef<Recorder | null>(null);
  const latest = useRef(stream);
  latest.current = stream;

  useEffect(() => recorder.current?.setStream(stream), [stream]);

  async function stop() {
    await recorder.current?.stop();
    recorder.current = null;
  }

  return {
    recording,
    stop,

    /**
     * Begins a recording.
     *
     * @throws {RecordingError}
     */
    async start(name: string, quality: QualityName) {
      if (recorder.current) return;
      const { Recorder } = await import("./recorder.ts");
      recorder.current = await Recorder.start({
        name,
        stream: latest.current,
        quality: QUALITIES[quality],
        onChange: setRecording,
      });
      // The source may have changed while a place was asked for.
      recorder.current?.setStream(latest.current);
    },

    /** Forgets the last one. */
    forget() {
      if (recording.url) URL.revokeObjectURL(recording.url);
      setRecording(NO_RECORDING);
    },
  };
}
