/**
 * The player in a frame on somebody's page: nothing but the picture, what is said over it, and a link
 * to the watch page.
 */
import { useEffect, useRef } from "preact/hooks";
import type { EmbedParameters } from "./embed/parameters.ts";
import { useParentPage } from "./embed/use_parent_page.ts";
import type { Connect } from "./parts/client.ts";
import { OpenIcon } from "./parts/icons.tsx";
import { watchPath } from "./parts/links.ts";
import { Player } from "./watch/player.tsx";
import { useWatch } from "./watch/use_watch.ts";

/** What the server hands to an embedded player. */
export interface EmbedProps extends EmbedParameters {
  name: string;
  title: string;
  /** Null when nobody is live under this name. */
  startedAt: number | null;
  /** Where a picture is of what was shown a moment ago; null without one. */
  still: string | null;
}

/** Watches a broadcast within a frame. */
export function Embed(
  { name, title, startedAt, still, isMuted, hasControls, relays, connect }: EmbedProps & {
    connect?: Connect;
  },
) {
  const frame = useRef<HTMLDivElement>(null);
  const watch = useWatch({ name, startedAt, relays, connect });
  useParentPage({ name, watch, frame });

  useEffect(() => {
    // Before anything can be heard: the stream is still to come.
    if (isMuted) frame.current!.querySelector("video")!.muted = true;
  }, []);

  return (
    <div class="embed" data-phase={watch.phase}>
      {hasControls && (
        <a
          class="embed-title"
          href={watchPath(name)}
          target="_blank"
          aria-label={`${title}: open on Tributary in a new tab`}
        >
          <span>{title}</span>
          <OpenIcon />
        </a>
      )}
      <Player
        title={title}
        still={still}
        watch={watch}
        frame={frame}
        isFramed
        hasControls={hasControls}
      />
    </div>
  );
}
