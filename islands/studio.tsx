/**
 * The studio: from a name to a live broadcast and back. Puts the parts in islands/studio/ together;
 * what happens is decided in use_studio.ts.
 */
import { useEffect, useRef } from "preact/hooks";
import { Chat } from "./chat/chat.tsx";
import type { Connect } from "./parts/client.ts";
import { formatClock } from "./parts/durations.ts";
import { CameraIcon, MicrophoneIcon, ViewersIcon } from "./parts/icons.tsx";
import { Notice } from "./parts/notice.tsx";
import { useNow } from "./parts/use_now.ts";
import { LivePanel } from "./studio/live_panel.tsx";
import { isAboutName, mendingButton, studioProblem } from "./studio/problems.ts";
import { QualityField } from "./studio/quality_field.tsx";
import { SetupForm } from "./studio/setup_form.tsx";
import { canShareScreen } from "./studio/screen.ts";
import { SourceButtons } from "./studio/source_buttons.tsx";
import { Stage } from "./studio/stage.tsx";
import { countViewers } from "./studio/tree.ts";
import { lackOf } from "./studio/use_sources.ts";
import { type StudioPhase, useStudio } from "./studio/use_studio.ts";
import { ViewerTree } from "./studio/viewer_tree.tsx";

/** What the server hands to the studio. */
export interface StudioProps {
  suggestedName: string;
}

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
  const { phase, problem, stream } = studio;
  const side = useFocusOnChange(phase);
  const isLive = phase === "live" || phase === "reconnecting";
  const viewers = countViewers(studio.tree);
  const nameProblem = problem && isAboutName(problem) ? studioProblem(problem) : null;
  const notice = nameProblem ? null : problem ?? (studio.isScreen ? null : lackOf(stream));
  const mending = notice && mendingButton(notice);
  const qualityField = (
    <QualityField
      quality={studio.quality}
      given={studio.shortfall}
      ready={studio.ready}
      onChoose={studio.chooseQuality}
    />
  );

  return (
    <div class="studio" data-phase={phase}>
      <div class="studio-picture">
        <Stage stream={stream} placeholder={<Placeholder studio={studio} />}>
          {isLive && (
            <p class="stage-facts">
              <span class="badge" data-tone={phase === "live" ? "live" : "off"}>
                {phase === "live" ? "Live" : "Reconnecting"}
              </span>
              <Elapsed since={studio.startedAt} />
              <span class="stage-viewers">
                <ViewersIcon /> {countOfViewers(viewers)}
              </span>
            </p>
          )}
        </Stage>
        {(stream || isLive) && (
          <div class="toolbar">
            {stream && (
              <SourceButtons
                stream={stream}
                isScreen={studio.isScreen}
                isMuted={studio.isMuted}
                onMute={studio.mute}
                onShowScreen={studio.showScreen}
                onShowCamera={studio.showCamera}
              />
            )}
            {isLive && (
              <button type="button" class="button danger" onClick={studio.end}>
                End broadcast
              </button>
            )}
          </div>
        )}
      </div>
      <p class="hidden" role="status">{SAID[phase]}</p>
      <div class="studio-side" ref={side}>
        {notice && (
          <Notice problem={studioProblem(notice)}>
            {mending && (
              <button type="button" class="button" onClick={studio.showCamera}>{mending}</button>
            )}
          </Notice>
        )}
        {(phase === "setup" || phase === "starting") && (
          <SetupForm
            suggestedName={studio.name || suggestedName}
            nameProblem={nameProblem}
            ready={studio.ready}
            busy={phase === "starting"}
            onGoLive={studio.goLive}
          >
            {qualityField}
          </SetupForm>
        )}
        {isLive && (
          <>
            <LivePanel name={studio.name} reconnecting={phase === "reconnecting"}>
              {qualityField}
            </LivePanel>
            <Chat client={studio.client} isJoined={isLive} role="broadcaster" name={studio.name} />
            <section class="panel studio-tree" aria-labelledby="tree-title">
              <h2 id="tree-title">{viewers === 0 ? "No viewers" : countOfViewers(viewers)}</h2>
              <ViewerTree tree={studio.tree} />
            </section>
          </>
        )}
        {phase === "ended" && <Ended studio={studio} />}
      </div>
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

function countOfViewers(count: number): string {
  return count === 1 ? "1 viewer" : `${count} viewers`;
}

function Placeholder({ studio }: { studio: ReturnType<typeof useStudio> }) {
  if (studio.stream) {
    return (
      <>
        <MicrophoneIcon muted={studio.isMuted} />
        <p>Sound only: there is no picture to see here.</p>
      </>
    );
  }
  if (studio.phase === "ended") return <p>Your camera is off.</p>;
  if (studio.phase === "starting") {
    return <p>Starting your camera. Your browser may ask you first.</p>;
  }
  return (
    <>
      <CameraIcon />
      <p>Your picture will appear here.</p>
      <p class="actions">
        <button
          type="button"
          class="button on-dark"
          disabled={!studio.ready}
          onClick={studio.showCamera}
        >
          Try the camera
        </button>
        {(!studio.ready || canShareScreen()) && (
          <button
            type="button"
            class="button on-dark"
            disabled={!studio.ready}
            onClick={studio.showScreen}
          >
            Share screen
          </button>
        )}
      </p>
    </>
  );
}

function Elapsed({ since }: { since: number }) {
  const now = useNow(1000);
  return (
    <span class="clock" role="timer">
      <span class="hidden">Live for</span> {formatClock(now - since)}
    </span>
  );
}

function Ended({ studio }: { studio: ReturnType<typeof useStudio> }) {
  const { startedAt, endedAt, peakViewers } = studio;
  return (
    <div class="panel">
      <div>
        <h2>Your broadcast has ended</h2>
        <p>
          You were live for {formatClock(endedAt - startedAt)}
          {peakViewers > 0 && `, with up to ${countOfViewers(peakViewers)} at once`}.
        </p>
      </div>
      <button type="button" class="button primary large" onClick={studio.startOver}>
        Start another
      </button>
      <p>
        <a href="/">See what is live</a>
      </p>
    </div>
  );
}
