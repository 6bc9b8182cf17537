/**
 * The watch page: the player first, and around it what one may want to know or do besides. When to
 * say what is decided in islands/watch/.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { Chat } from "./chat/chat.tsx";
import { formatLiveFor } from "./parts/durations.ts";
import type { Connect } from "./parts/client.ts";
import { useNow } from "./parts/use_now.ts";
import { documentTitle, JOINED_PHASES } from "./watch/phases.ts";
import { Player } from "./watch/player.tsx";
import { TreeDialog } from "./watch/tree_dialog.tsx";
import { useFocusAfter } from "./watch/use_focus_after.ts";
import { useTheatre } from "./watch/use_theatre.ts";
import { useWatch } from "./watch/use_watch.ts";
import { YouPanel } from "./watch/you_panel.tsx";

/** What the server hands to the watch page. */
export interface WatchProps {
  name: string;
  title: string;
  /** Null when nobody is live under this name. */
  broadcaster: string | null;
  startedAt: number | null;
  viewers: number | null;
  /** Where a picture is of what was shown a moment ago; null without one. */
  still: string | null;
  /** When the server rendered this, in ms since the epoch. */
  now: number;
  /** The wide layout was chosen the last time. */
  isTheatre: boolean;
}

/** How often the age of the broadcast may have become another one, in minutes. */
const AGE_EVERY_MS = 15_000;

/** Loaded when it is opened. */
const loadTreeView = async () => (await import("./tree/tree_panel.tsx")).loadTreeView();

/** Watches a broadcast and, in passing, relays it. */
export function Watch(
  { name, title, broadcaster, startedAt, viewers, still, now: renderedAt, isTheatre, connect }:
    & WatchProps
    & { connect?: Connect },
) {
  const frame = useRef<HTMLDivElement>(null);
  const watch = useWatch({ name, startedAt, viewers, connect });
  const { phase } = watch;
  const [hasPicture, setHasPicture] = useState(false);
  const theatre = useTheatre(isTheatre);
  const act = useFocusAfter(frame, phase);
  const now = useNow(AGE_EVERY_MS, renderedAt);

  useEffect(() => {
    if (phase === "live") document.title = documentTitle(title, true);
    if (phase === "ended" || phase === "waiting") document.title = documentTitle(title, false);
  }, [phase]);

  // Who watches is one of them, whatever the last count was; who does not is told of no other.
  const isCounted = watch.viewers !== null && (phase === "live" || phase === "reconnecting");
  const count = Math.max(watch.viewers ?? 0, 1);
  const isOver = phase === "ended" || phase === "waiting";

  return (
    <div class="watch" data-phase={phase} data-theatre={theatre.isOn}>
      <Player
        title={title}
        still={still}
        watch={watch}
        frame={frame}
        theatre={theatre}
        onPlaying={() => setHasPicture(true)}
      />
      <div class="watch-bar">
        <div class="watch-title">
          <h1>{title}</h1>
          <p class="watch-facts">
            {broadcaster && <span>{broadcaster}</span>}
            {!isOver && watch.startedAt !== null && (
              <span>{formatLiveFor(watch.startedAt, now)}</span>
            )}
            {/* Last: it comes and goes, and nothing moves by that. */}
            {isCounted && <span>{count} watching</span>}
          </p>
        </div>
        {/* Always there, if not always seen: nothing moves when it is needed. */}
        <div class="toolbar" data-unused={!JOINED_PHASES.has(phase)}>
          <TreeDialog
            client={watch.client}
            isJoined={JOINED_PHASES.has(phase)}
            stage={frame}
            self={watch.client.current?.peerId ?? null}
            load={loadTreeView}
          />
          <button type="button" class="button" onClick={() => act(watch.leave)}>Leave</button>
        </div>
      </div>
      <div class="watch-side">
        <Chat
          client={watch.client}
          isJoined={JOINED_PHASES.has(phase)}
          role="viewer"
          name={name}
          hasPicture={hasPicture}
        />
      </div>
      <YouPanel watch={watch} />
    </div>
  );
}
