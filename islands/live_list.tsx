/**
 * The broadcasts that are live, on the home page: rendered by the server, then kept current by the
 * event stream. Knows nothing of the SDK; a row is only a link to the page that watches.
 */
import { useEffect, useState } from "preact/hooks";
import type { BroadcastSummary } from "../lib/broadcast_summary.ts";
import { formatAge } from "./parts/durations.ts";
import { ViewersIcon } from "./parts/icons.tsx";
import { isLinkable, watchPath } from "./parts/links.ts";
import { followBroadcasts } from "./parts/live_broadcasts.ts";
import { useNow } from "./parts/use_now.ts";
import { growTree, RiverMark } from "./river/river_mark.tsx";

/** What the server hands to the list. */
export interface LiveListProps {
  broadcasts: BroadcastSummary[];
  /** The server's time in milliseconds, so that both sides first render the same ages. */
  now: number;
}

/** Lists the live broadcasts and invites to start one when there are none. */
export function LiveList(props: LiveListProps) {
  const [broadcasts, setBroadcasts] = useState(props.broadcasts);
  const [connected, setConnected] = useState(true);
  const now = useNow(15_000, props.now);
  useEffect(() => followBroadcasts({ onList: setBroadcasts, onConnected: setConnected }), []);

  return (
    <>
      <p class="live-count" role="status">
        {connected ? countSentence(broadcasts.length) : "Connection lost. Reconnecting…"}
      </p>
      {broadcasts.length === 0 ? <NothingLive /> : (
        <ul class="live-list">
          {broadcasts.map((broadcast) => (
            <li key={broadcast.name}>
              <Row broadcast={broadcast} now={now} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Row({ broadcast, now }: { broadcast: BroadcastSummary; now: number }) {
  const { name, title, broadcaster, viewers, startedAt } = broadcast;
  const text = title || name;
  return (
    <article class="live-row">
      {/* More than a dozen branches would not be told apart at this size. */}
      <RiverMark
        class="live-mark"
        tree={growTree(Math.min(viewers, 12), 3)}
        size={{ width: 88, height: 64, gap: 3, mouth: 12, margin: 9 }}
        source={8}
      />
      <div class="live-text">
        <h3>{isLinkable(name) ? <a href={watchPath(name)}>{text}</a> : text}</h3>
        <p>{broadcaster}</p>
      </div>
      <p class="live-facts">
        <span>
          <ViewersIcon />
          {viewers} <span class="hidden">{viewers === 1 ? "viewer" : "viewers"}</span>
        </span>
        <span>{formatAge(startedAt, now)}</span>
      </p>
    </article>
  );
}

function NothingLive() {
  return (
    <div class="live-empty">
      <p class="live-empty-title">The river is quiet.</p>
      <p>
        Nobody is live at the moment.{" "}
        <a href="/studio">Be the source</a>: it takes a camera, a name and one click. New broadcasts
        appear here by themselves.
      </p>
    </div>
  );
}

function countSentence(count: number): string {
  if (count === 0) return "No broadcasts";
  return count === 1 ? "1 broadcast" : `${count} broadcasts`;
}
