/**
 * The studio: from a name to a live broadcast and back. Puts the parts in islands/studio/ together;
 * what happens is decided in use_studio.ts.
 */
import type { Connect } from "./parts/client.ts";
import { formatClock } from "./parts/durations.ts";
import { CameraIcon, ViewersIcon } from "./parts/icons.tsx";
import { Notice } from "./parts/notice.tsx";
import { useNow } from "./parts/use_now.ts";
import { LivePanel } from "./studio/live_panel.tsx";
import { isAboutName, studioProblem } from "./studio/problems.ts";
import { SetupForm } from "./studio/setup_form.tsx";
import { canShareScreen } from "./studio/screen.ts";
import { SourceButtons } from "./studio/source_buttons.tsx";
import { Stage } from "./studio/stage.tsx";
import { countViewers } from "./studio/tree.ts";
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
  const isLive = phase === "live" || phase === "reconnecting";
  const viewers = countViewers(studio.tree);
  const nameProblem = problem && isAboutName(problem) ? studioProblem(problem) : null;

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
      <div class="studio-side">
        {problem && !nameProblem && (
          <Notice problem={studioProblem(problem)}>
            {problem === "camera_stopped" && (
              <button type="button" class="button" onClick={studio.showCamera}>
                Turn the camera on
              </button>
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
          />
        )}
        {isLive && (
          <>
            <LivePanel name={studio.name} reconnecting={phase === "reconnecting"} />
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

function countOfViewers(count: number): string {
  return count === 1 ? "1 viewer" : `${count} viewers`;
}

function Placeholder({ studio }: { studio: ReturnType<typeof useStudio> }) {
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
