/**
 * Watching one broadcast: the picture first, and over it whatever there is to say while there is no
 * picture. When to say what is decided in islands/watch/.
 */
import { useRef } from "preact/hooks";
import type { Connect } from "./parts/client.ts";
import { FullScreenIcon, SoundIcon } from "./parts/icons.tsx";
import { toggleFullScreen } from "./watch/full_screen.ts";
import { PHASE_TEXTS, type PhaseText } from "./watch/phases.ts";
import { usePlayback } from "./watch/use_playback.ts";
import { useWatch } from "./watch/use_watch.ts";

/** What the server hands to the watch page. */
export interface WatchProps {
  name: string;
  title: string;
  /** Null when nobody is live under this name. */
  broadcaster: string | null;
  startedAt: number | null;
}

const WAITING_FOR_PICTURE: PhaseText = {
  title: "Waiting for the picture…",
  badge: "Connecting",
  isBusy: true,
};

/** Watches a broadcast and, in passing, relays it. */
export function Watch({ name, title, broadcaster, startedAt, connect }: WatchProps & {
  connect?: Connect;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const { phase, stream, join, leave } = useWatch({ name, startedAt, connect });
  const playback = usePlayback(video, stream);

  const isPlaying = phase === "live" && playback.hasPicture;
  const isJoined = phase === "live" || phase === "reconnecting" || phase === "connecting";
  const text = phase === "live" && !playback.hasPicture ? WAITING_FOR_PICTURE : PHASE_TEXTS[phase];
  // What comes from other viewers may go on while the service or another parent is sought.
  const keepsPicture = playback.hasPicture &&
    (phase === "live" || phase === "reconnecting" || phase === "lost" || phase === "connecting");

  return (
    <div class="watch" data-phase={phase}>
      <div class="stage" ref={frame}>
        <video
          ref={video}
          playsInline
          aria-label={`Live video: ${title}`}
          data-shown={keepsPicture}
        />
        <Message
          text={text}
          look={isPlaying || playback.refused ? "unseen" : keepsPicture ? "bar" : "full"}
          onJoin={join}
        />
        {isPlaying && playback.muted && (
          <button
            type="button"
            class="button sound"
            onClick={() => playback.setSound(true)}
          >
            <SoundIcon muted />
            Unmute
          </button>
        )}
        {phase === "live" && playback.refused && (
          <button
            type="button"
            class="button sound"
            onClick={() => playback.setSound(true)}
          >
            Play
          </button>
        )}
        {keepsPicture && (
          <p class="stage-facts">
            <span class="badge" data-tone={isPlaying ? "live" : "off"}>{text.badge}</span>
          </p>
        )}
      </div>
      <div class="watch-bar">
        <div class="watch-title">
          <h1>{title}</h1>
          {broadcaster && <p>{broadcaster}</p>}
        </div>
        {/* Always there, if not always seen: nothing moves when it is needed. */}
        <div class="toolbar" data-unused={!isJoined}>
          <button
            type="button"
            class="button quiet"
            data-unused={!isPlaying || playback.muted}
            onClick={() => playback.setSound(false)}
          >
            <SoundIcon muted={false} />
            Mute
          </button>
          <button
            type="button"
            class="button quiet"
            onClick={() => toggleFullScreen(frame.current!, video.current!)}
          >
            <FullScreenIcon />
            Full screen
          </button>
          <button type="button" class="button" onClick={leave}>Leave</button>
        </div>
      </div>
    </div>
  );
}

interface MessageProps {
  text: PhaseText;
  /** Over the whole stage, in a bar that leaves the picture in sight, or only read out. */
  look: "full" | "bar" | "unseen";
  onJoin: () => void;
}

/** Always there, because readers announce what changes in a status and not a status that appears. */
function Message({ text, look, onJoin }: MessageProps) {
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
            <button
              type="button"
              class="button primary on-dark"
              onClick={() => onJoin()}
            >
              {text.action}
            </button>
          )}
          {text.leadsHome && <a class="button on-dark" href="/">See what is live</a>}
        </p>
      )}
    </div>
  );
}
