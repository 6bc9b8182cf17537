/** What the player says over the picture, or where the picture would be. */
import type { PhaseText } from "./phases.ts";

interface MessageProps {
  text: PhaseText;
  /** Over the whole stage, in a bar that leaves the picture in sight, or only read out. */
  look: "full" | "bar" | "unseen";
  onJoin: () => void;
  /** Where "See what is live" leads to; in a frame on somebody's page it opens a tab of its own. */
  isFramed: boolean;
}

/** Always there, because readers announce what changes in a status and not a status that appears. */
export function Message({ text, look, onJoin, isFramed }: MessageProps) {
  return (
    <div class={look === "unseen" ? "hidden" : "stage-message"} data-look={look}>
      {/* Keyed by role, for an alert must appear to be noticed. */}
      <div key={text.isError ? "alert" : "status"} role={text.isError ? "alert" : "status"}>
        {text.isBusy && <span class="ripple" aria-hidden="true" />}
        <p class="stage-title">{text.title}</p>
        {text.text && <p>{text.text}</p>}
      </div>
      {(text.action || text.leadsHome) && (
        <p class="stage-actions">
          {text.action && (
            <button type="button" class="button primary on-dark" onClick={onJoin}>
              {text.action}
            </button>
          )}
          {text.leadsHome && (
            <a class="button on-dark" href="/" target={isFramed ? "_blank" : undefined}>
              See what is live
            </a>
          )}
        </p>
      )}
    </div>
  );
}
