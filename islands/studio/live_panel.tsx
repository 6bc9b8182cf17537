/** How the broadcast stands, and the link that brings viewers. */
import type { ComponentChildren } from "preact";
import { CopyLink } from "../parts/copy_link.tsx";
import { ShareIcon } from "../parts/icons.tsx";
import { watchPath } from "../parts/links.ts";
import { formatClock } from "../parts/durations.ts";
import { useNow } from "../parts/use_now.ts";
import { type Health, HEALTH_SENTENCES } from "./health.ts";
import type { Visibility } from "./kept_choices.ts";

interface LivePanelProps {
  name: string;
  reconnecting: boolean;
  visibility: Visibility;
  startedAt: number;
  viewers: number;
  peakViewers: number;
  health: Health | null;
  onShare: () => void;
  /** What else can be done while live. */
  children?: ComponentChildren;
}

/** Shows how things stand and the link to share. */
export function LivePanel(props: LivePanelProps) {
  const { name, reconnecting, visibility, viewers, peakViewers, health, onShare } = props;
  const now = useNow(1000);
  return (
    <div class="panel">
      <div>
        <h2>{reconnecting ? "Reconnecting…" : "You are live"}</h2>
        <p>
          {reconnecting
            ? "Those who watch still see you. Keep this page open."
            : visibility === "unlisted"
            ? "Only those with the link can watch. Keep this page open."
            : "Anyone can watch, by the link or from the home page. Keep this page open."}
        </p>
      </div>
      <dl class="facts">
        <div>
          <dt>Live for</dt>
          <dd>{formatClock(now - props.startedAt)}</dd>
        </div>
        <div>
          <dt>Viewers now</dt>
          <dd>{viewers}</dd>
        </div>
        <div>
          <dt>Peak</dt>
          <dd>{peakViewers}</dd>
        </div>
      </dl>
      <p class="health" data-health={health?.word}>
        <strong>{health ? health.word : "…"}</strong>
        <span>{health ? HEALTH_SENTENCES[health.reason] : "Looking how it goes."}</span>
      </p>
      <p class="hidden" role="status">{health && `Health: ${health.word}.`}</p>
      <CopyLink label="Link to share" href={new URL(watchPath(name), location.href).href}>
        <button type="button" class="button" onClick={onShare}>
          <ShareIcon /> Share
        </button>
      </CopyLink>
      {props.children}
    </div>
  );
}
