/** The recording as the studio's state. Decides nothing. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { QualityName } from "../../../lib/client/quality.ts";
import { NO_RECORDING } from "./recording.ts";
import { Recordings } from "./recordings.ts";

/** Keeps the recording of one broadcast, which follows its stream. */
export function useRecorder(stream: MediaStream | null, isLive: boolean) {
  const [recording, setRecording] = useState(NO_RECORDING);
  const made = useRef<Recordings | null>(null);
  const recordings = made.current ??= new Recordings(() => import("./recorder.ts"), setRecording);

  useEffect(() => recordings.setStream(stream), [stream]);
  useEffect(() => {
    if (isLive) recordings.prepare();
    else void recordings.stop();
  }, [isLive]);

  return {
    recording,
    stop: () => recordings.stop(),

    /**
     * Begins a recording.
     *
     * @throws {RecordingError}
     */
    start: (name: string, quality: QualityName) => recordings.start(name, quality),

    /** Forgets the last one. */
    forget: () => recordings.forget(),
  };
}
