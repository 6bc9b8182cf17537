/** What is left of a broadcast when it is over, and the way to the next one. */
import { formatClock } from "../parts/durations.ts";
import { formatBytes, recordedMs, type Recording } from "./record/recording.ts";

interface EndedPanelProps {
  startedAt: number;
  endedAt: number;
  peakViewers: number;
  recording: Recording;
  onStartOver: () => void;
}

/** Shows how it went. */
export function EndedPanel(
  { startedAt, endedAt, peakViewers, recording, onStartOver }: EndedPanelProps,
) {
  return (
    <div class="panel">
      <h2>Your broadcast has ended</h2>
      <dl class="facts">
        <div>
          <dt>Live for</dt>
          <dd>{formatClock(endedAt - startedAt)}</dd>
        </div>
        <div>
          <dt>Most viewers</dt>
          <dd>{peakViewers}</dd>
        </div>
      </dl>
      <RecordingNote recording={recording} />
      <button type="button" class="button primary large" onClick={onStartOver}>
        Start another
      </button>
      <p>
        <a href="/">See what is live</a>
      </p>
    </div>
  );
}

/** Says what became of a recording; nothing while there is none to speak of. */
export function RecordingNote({ recording }: { recording: Recording }) {
  const { phase, fileName, bytes, url } = recording;
  if (phase === "saving") return <p role="status">Saving your recording…</p>;
  if (phase !== "saved") return null;
  return (
    <div class="recording-note" role="status">
      <p>
        <strong>Your recording is saved.</strong> {fileName},{" "}
        {formatClock(recordedMs(recording, 0))}, {formatBytes(bytes)}
      </p>
      {url && (
        <a class="button small" href={url} download={fileName}>
          Save it again
        </a>
      )}
    </div>
  );
}
