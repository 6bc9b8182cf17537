/**
 * The studio: from a name to a live broadcast and back. Puts the parts in islands/studio/ together;
 * what happens is decided in use_studio.ts.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { Chat } from "./chat/chat.tsx";
import type { Connect } from "./parts/client.ts";
import { formatClock } from "./parts/durations.ts";
import { CameraIcon, MicrophoneIcon, ViewersIcon } from "./parts/icons.tsx";
import { watchPath } from "./parts/links.ts";
import { Notice } from "./parts/notice.tsx";
import { useNow } from "./parts/use_now.ts";
import { Controls } from "./studio/controls.tsx";
import { EndDialog } from "./studio/end_dialog.tsx";
import { EndedPanel, RecordingNote } from "./studio/ended_panel.tsx";
import { FileControls } from "./studio/file_controls.tsx";
import { LevelMeter } from "./studio/level_meter.tsx";
import { LivePanel } from "./studio/live_panel.tsx";
import { isAboutName, mendingButton, studioProblem } from "./studio/problems.ts";
import { QualityField } from "./studio/quality_field.tsx";
import { formatBytes, isUnsaved, recordedMs, type Recording } from "./studio/record/recording.ts";
import { SetupForm } from "./studio/setup_form.tsx";
import { ShareDialog } from "./studio/share_dialog.tsx";
import { SourceDialog } from "./studio/source_dialog.tsx";
import { SourceButton, SourcePicker } from "./studio/source_picker.tsx";
import { NO_MICROPHONE } from "./studio/sources/device_list.ts";
import {
  SOURCE_ACTIONS,
  SOURCE_HINTS,
  type SourceKind,
  type Stopped,
} from "./studio/sources/source_kind.ts";
import { Stage } from "./studio/stage.tsx";
import { lackOf } from "./studio/use_sources.ts";
import { type StudioPhase, useStudio } from "./studio/use_studio.ts";
import { countViewers } from "./tree/count_viewers.ts";
import { TreePanel } from "./tree/tree_panel.tsx";

/** What the server hands to the studio. */
export interface StudioProps {
  suggestedName: string;
}

type Studio = ReturnType<typeof useStudio>;

/** What is read out to those who do not see the page change. */
const SAID: Record<StudioPhase, string> = {
  setup: "",
  starting: "Starting your broadcast.",
  live: "You are live.",
  reconnecting: "The connection to the service is interrupted. Reconnecting.",
  ended: "Your broadcast has ended.",
};

/** Broadcasts from this browser. */
export function Studio({ suggestedName, connect }: StudioProps & { connect?: Connect }) {
  const studio = useStudio(connect);
  const { phase, problem, sources, recording } = studio;
  const { stream, playback } = sources;
  const [dialog, setDialog] = useState<"source" | "share" | "end" | null>(null);
  const closeDialog = () => setDialog(null);
  const side = useFocusOnChange(phase);
  const picture = useRef<HTMLDivElement>(null);
  const isLive = phase === "live" || phase === "reconnecting";
  const isBefore = phase === "setup" || phase === "starting";
  const viewers = countViewers(studio.tree);
  const nameProblem = problem && isAboutName(problem) ? studioProblem(problem) : null;
  const notice = nameProblem ? null : problem ?? findLack(studio);
  const mending = notice && mendingButton(notice);
  const isRecording = recording.phase === "recording";
  const said = notice && (
    <Notice problem={studioProblem(notice)}>
      {mending && (
        <MendingButton
          {...mending}
          onOpen={open}
          onCameraOn={() => studio.setCameraOff(false)}
        />
      )}
    </Notice>
  );
  const qualityField = (
    <QualityField
      quality={studio.quality}
      given={studio.shortfall}
      ready={studio.ready}
      onChoose={studio.chooseQuality}
    />
  );
  useEffect(() => {
    if (!isLive) closeDialog();
  }, [isLive]);

  /** The button that was pressed may be gone when the source is there: then the focus stays near. */
  async function open(kind: SourceKind, file?: File) {
    if (!await studio.open(kind, file)) return;
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return;
      picture.current!.querySelector<HTMLElement>("input:checked, .control")?.focus();
    });
  }

  return (
    <div class="studio" data-phase={phase}>
      <div class="studio-picture" ref={picture}>
        <Stage stream={stream} placeholder={<Placeholder studio={studio} onOpen={open} />}>
          {isLive && (
            <p class="stage-facts">
              <span class="badge" data-tone={phase === "live" ? "live" : "off"}>
                {phase === "live" ? "Live" : "Reconnecting"}
              </span>
              <span class="stage-viewers">
                <ViewersIcon /> {countOfViewers(viewers)}
              </span>
              {isRecording && <RecordingClock recording={recording} />}
            </p>
          )}
          {stream && (
            <LevelMeter
              stream={stream}
              hasMicrophone={sources.hasMicrophone}
              isMuted={sources.isMuted}
            />
          )}
          {/* It is about the picture, and comes unasked: so it lies there, and moves nothing. */}
          {isLive && said}
        </Stage>
        {playback && <FileControls playback={playback} file={sources.file} />}
        {isBefore && (
          <SourcePicker
            sources={sources}
            ready={studio.ready && phase === "setup"}
            onOpen={open}
            onChooseCamera={studio.chooseCamera}
            onChooseMicrophone={studio.chooseMicrophone}
          />
        )}
        {isLive && (
          <Controls
            sources={sources}
            recording={recording.phase}
            onOpen={open}
            onSwitch={() => setDialog("source")}
            onCameraOff={studio.setCameraOff}
            onRecord={studio.record}
            onStopRecording={studio.stopRecording}
            onEnd={() => setDialog("end")}
          />
        )}
      </div>
      <p class="hidden" role="status">{SAID[phase]}</p>
      <div class="studio-side" ref={side}>
        {!isLive && said}
        {isBefore && (
          <SetupForm
            suggestedName={studio.name || suggestedName}
            title={studio.title}
            visibility={sources.choices.visibility}
            nameProblem={nameProblem}
            ready={studio.ready}
            busy={phase === "starting"}
            onChooseVisibility={sources.chooseVisibility}
            onGoLive={studio.goLive}
          >
            {qualityField}
          </SetupForm>
        )}
        {isLive && (
          <LivePanel
            name={studio.name}
            reconnecting={phase === "reconnecting"}
            visibility={sources.choices.visibility}
            startedAt={studio.startedAt}
            viewers={viewers}
            peakViewers={studio.peakViewers}
            health={studio.health}
            onShare={() => setDialog("share")}
          >
            <RecordingNote recording={recording} />
            {qualityField}
          </LivePanel>
        )}
        {isLive && (
          <Chat client={studio.client} isJoined={isLive} role="broadcaster" name={studio.name} />
        )}
        {phase === "ended" && (
          <EndedPanel
            startedAt={studio.startedAt}
            endedAt={studio.endedAt}
            peakViewers={studio.peakViewers}
            recording={recording}
            onStartOver={studio.startOver}
          />
        )}
      </div>
      {isLive && (
        <section class="panel studio-tree" aria-labelledby="tree-title">
          <h2 id="tree-title">{viewers === 0 ? "No viewers" : countOfViewers(viewers)}</h2>
          <TreePanel tree={studio.tree} client={studio.client} self={studio.tree?.id ?? null} />
        </section>
      )}
      {dialog === "source" && <SourceDialog studio={studio} onClose={closeDialog} />}
      {dialog === "share" && (
        <ShareDialog
          name={studio.name}
          title={studio.title}
          href={new URL(watchPath(studio.name), location.href).href}
          onClose={closeDialog}
        />
      )}
      {dialog === "end" && (
        <EndDialog
          viewers={viewers}
          isRecording={isUnsaved(recording)}
          onEnd={studio.end}
          onClose={closeDialog}
        />
      )}
    </div>
  );
}

/**
 * When another view takes the place of the one with the focus, its heading gets it: the keyboard
 * goes on from there, and readers say where they are.
 */
function useFocusOnChange(phase: StudioPhase) {
  const side = useRef<HTMLDivElement>(null);
  const former = useRef(phase);
  useEffect(() => {
    const hasChanged = former.current !== phase;
    former.current = phase;
    if (!hasChanged || phase === "starting" || document.activeElement !== document.body) return;
    const heading = side.current!.querySelector("h2");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus();
  }, [phase]);
  return side;
}

/** Says what is missing of what viewers get, as a code of `studioProblem`; null when nothing is. */
function findLack({ phase, sources, recording }: Studio): string | null {
  const { stopped, kind, stream, choices } = sources;
  if (stopped) return phase === "ended" ? null : `${stopped}_stopped`;
  if (recording.phase === "failed") return "recording_failed";
  if (recording.phase === "saved" && recording.isCut && phase !== "ended") return "recording_cut";
  const lack = kind === "camera" ? lackOf(stream) : null;
  return lack === "no_sound" && choices.microphone === NO_MICROPHONE ? null : lack;
}

interface MendingButtonProps {
  words: string;
  opens: Stopped;
  onOpen: (kind: SourceKind, file?: File) => void;
  onCameraOn: () => void;
}

/** Opens again what has stopped or was missing. */
function MendingButton({ words, opens, onOpen, onCameraOn }: MendingButtonProps) {
  if (opens !== "inset") {
    return <SourceButton kind={opens} words={words} class="button" onOpen={onOpen} />;
  }
  return <button type="button" class="button" onClick={onCameraOn}>{words}</button>;
}

function countOfViewers(count: number): string {
  return count === 1 ? "1 viewer" : `${count} viewers`;
}

interface PlaceholderProps {
  studio: Studio;
  onOpen: (kind: SourceKind, file?: File) => void;
}

function Placeholder({ studio, onOpen }: PlaceholderProps) {
  const { sources, phase, ready } = studio;
  if (sources.stream) {
    return (
      <>
        <MicrophoneIcon muted={sources.isMuted} />
        <p>Sound only: there is no picture to see here.</p>
      </>
    );
  }
  if (phase === "ended") return <p>Your camera is off.</p>;
  if (phase === "starting") {
    return <p>Getting ready. Your browser may ask you first.</p>;
  }
  const { kind } = sources.choices;
  return (
    <>
      <CameraIcon />
      <p>{SOURCE_HINTS[kind]}</p>
      <p class="actions">
        <SourceButton
          kind={kind}
          words={SOURCE_ACTIONS[kind]}
          class="button on-dark"
          disabled={!ready}
          onOpen={onOpen}
        />
      </p>
    </>
  );
}

/** How long and how large the recording is. */
function RecordingClock({ recording }: { recording: Recording }) {
  const now = useNow(1000);
  return (
    <span class="recording-clock">
      <span class="hidden">Recording,</span>
      <span aria-hidden="true">REC</span> {formatClock(recordedMs(recording, now))} ·{" "}
      {formatBytes(recording.bytes)}
    </span>
  );
}
