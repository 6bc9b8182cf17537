/**
 * Watching one broadcast: the picture first, and over it whatever there is to say while there is no
 * picture. When to say what is decided in islands/watch/.
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Chat } from "./chat/chat.tsx";
import type { Connect } from "./parts/client.ts";
import { FullScreenIcon, PlayIcon, SoundIcon } from "./parts/icons.tsx";
import { toggleFullScreen } from "./watch/full_screen.ts";
import { NameForm } from "./watch/name_form.tsx";
import {
  documentTitle,
  JOINED_PHASES,
  PHASE_TEXTS,
  type PhaseText,
  SOUND_ONLY,
  WAITING_FOR_PICTURE,
  type WatchPhase,
} from "./watch/phases.ts";
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

/** Watches a broadcast and, in passing, relays it. */
export function Watch({ name, title, broadcaster, startedAt, connect }: WatchProps & {
  connect?: Connect;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const watch = useWatch({ name, startedAt, connect });
  const { client, phase, stream, distance, join, leave, handleNameChange } = watch;
  const playback = usePlayback(video, stream);
  const act = useFocusAfter(frame, phase);

  useEffect(() => {
    if (phase === "live") document.title = documentTitle(title, true);
    if (phase === "ended" || phase === "unknown") document.title = documentTitle(title, false);
  }, [phase]);

  const isPlaying = phase === "live" && playback.isPlaying;
  const isHalted = phase === "live" && playback.isHalted;
  const text = phase !== "live"
    ? PHASE_TEXTS[phase]
    : !playback.isPlaying
    ? WAITING_FOR_PICTURE
    : playback.hasPicture
    ? PHASE_TEXTS.live
    : SOUND_ONLY;
  // What comes from other viewers may go on while the service or another parent is sought.
  const keepsPicture = playback.isPlaying && (JOINED_PHASES.has(phase) || phase === "lost");
  const isUnseen = isHalted || isPlaying && playback.hasPicture;

  return (
    <div class="watch" data-phase={phase}>
      <div class="stage" ref={frame} tabIndex={-1}>
        <video
          ref={video}
          playsInline
          aria-label={`Live video: ${title}`}
          data-shown={keepsPicture}
        />
        <Message
          text={text}
          look={isUnseen ? "unseen" : keepsPicture && playback.hasPicture ? "bar" : "full"}
          onJoin={() => act(join)}
        />
        {isPlaying && playback.muted && !isHalted && (
          <button
            type="button"
            class="button sound"
            onClick={() => playback.setSound(true)}
          >
            <SoundIcon muted />
            Unmute
          </button>
        )}
        {isHalted && (
          <button type="button" class="button sound" onClick={playback.resume}>
            <PlayIcon />
            Play
          </button>
        )}
        {keepsPicture && (
          <p class="stage-facts">
            <span class="badge" data-tone={isPlaying ? "live" : "off"}>{text.badge}</span>
            {/* Not a status: it changes all the time, and nobody wants to hear that. */}
            {isPlaying && distance && <span class="distance">{distance}</span>}
          </p>
        )}
      </div>
      <div class="watch-bar">
        <div class="watch-title">
          <h1>{title}</h1>
          {broadcaster && <p>{broadcaster}</p>}
        </div>
        {/* Always there, if not always seen: nothing moves when it is needed. */}
        <div class="toolbar" data-unused={!JOINED_PHASES.has(phase)}>
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
          <button type="button" class="button" onClick={() => act(leave)}>Leave</button>
        </div>
      </div>
      <div class="watch-side">
        <Chat client={client} isJoined={JOINED_PHASES.has(phase)} role="viewer" name={name} />
      </div>
      <NameForm onChange={handleNameChange} />
    </div>
  );
}

/**
 * Runs what a button does; the phase that follows takes the button away, so the focus goes to what
 * can be done next, and the keyboard stays where the eyes are.
 */
function useFocusAfter(frame: RefObject<HTMLElement | null>, phase: WatchPhase) {
  const isDue = useRef(false);
  useEffect(() => {
    if (!isDue.current) return;
    isDue.current = false;
    const stage = frame.current!;
    (stage.querySelector<HTMLElement>("button, a") ?? stage).focus();
  }, [phase]);
  return (action: () => void) => {
    isDue.current = true;
    action();
  };
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
              onClick={onJoin}
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
