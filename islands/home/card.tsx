/** One broadcast in the list of what is live: its picture, what it is called, and the way to it. */
import { useState } from "preact/hooks";
import { type BroadcastSummary, stillPath } from "../../lib/broadcast_summary.ts";
import { formatAge } from "../parts/durations.ts";
import { ViewersIcon } from "../parts/icons.tsx";
import { isLinkable, watchPath } from "../parts/links.ts";
import { growTree, RiverMark } from "../river/river_mark.tsx";

interface CardProps {
  broadcast: BroadcastSummary;
  now: number;
  isOver: boolean;
  /** False for the first few, which are seen at once. */
  isLazy: boolean;
}

/** Shows a broadcast; the whole card is one link. */
export function BroadcastCard({ broadcast, now, isOver, isLazy }: CardProps) {
  const { name, title, broadcaster, viewers, startedAt } = broadcast;
  const text = title || name;
  return (
    <article class="live-card" data-over={isOver}>
      <h3 dir="auto">{isLinkable(name) ? <a href={watchPath(name)}>{text}</a> : text}</h3>
      <p class="live-by">
        <span class="live-name" dir="auto">{broadcaster}</span>
        <span class="live-age">{formatAge(startedAt, now)}</span>
      </p>
      <div class="live-picture">
        <Picture broadcast={broadcast} text={text} isLazy={isLazy} />
        <span class="badge" data-tone={isOver ? "off" : "live"}>{isOver ? "Ended" : "Live"}</span>
        <span class="live-viewers">
          <ViewersIcon />
          {viewers} <span class="hidden">{viewers === 1 ? "viewer" : "viewers"}</span>
        </span>
      </div>
    </article>
  );
}

/** The still that was sent last, or the broadcast's tree while there is none. */
function Picture({ broadcast, text, isLazy }: {
  broadcast: BroadcastSummary;
  text: string;
  isLazy: boolean;
}) {
  const { name, still, viewers } = broadcast;
  const [missing, setMissing] = useState<string | null>(null);
  if (still !== null && still !== missing) {
    return (
      <img
        src={stillPath(name, still)}
        alt={`What ${text} showed a moment ago`}
        width={480}
        height={270}
        loading={isLazy ? "lazy" : undefined}
        decoding="async"
        onError={() => setMissing(still)}
      />
    );
  }
  return (
    <RiverMark
      // More than a dozen branches would not be told apart at this size.
      tree={growTree(Math.min(Math.max(viewers, 3), 12), 3)}
      size={{ width: 240, height: 135, gap: 4, mouth: 20, margin: 24, stagger: 0.3 }}
      source={12}
    />
  );
}
