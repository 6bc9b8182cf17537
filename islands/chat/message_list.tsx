/**
 * The messages: follow the newest one unless somebody has scrolled back to read, who then is told how
 * many have come since.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatMessage } from "../../lib/protocol/messages.ts";
import type { ChatState } from "../../lib/client/chat_state.ts";
import { ChooseIcon, MoreIcon } from "../parts/icons.tsx";
import { colourOf, type Line, linesOf, piecesOf } from "./lines.ts";

/** So near the end counts as at the end, in px: about one line. */
const NEAR_END_PX = 32;

/** What a broadcaster does about a message. */
export interface Moderate {
  hide(message: ChatMessage): void;
  mute(message: ChatMessage): void;
  isMuted(peer: string): boolean;
}

interface MessageListProps {
  state: ChatState;
  /** Null for viewers. */
  moderate: Moderate | null;
  /** What lies over the list. */
  children?: ComponentChildren;
}

/** Shows what has been said. */
export function MessageList({ state, moderate, children }: MessageListProps) {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const lastSeen = useRef("");
  const [unseen, setUnseen] = useState(0);
  /** The message whose buttons are shown. */
  const [open, setOpen] = useState<string | null>(null);
  const { messages, hidden, self, isConnected } = state;

  function toEnd() {
    const { current } = log;
    if (current) current.scrollTop = current.scrollHeight;
  }

  useLayoutEffect(() => {
    if (isAtEnd.current) {
      toEnd();
      lastSeen.current = messages.at(-1)?.id ?? "";
      return setUnseen(0);
    }
    setUnseen(messages.filter(({ id, from }) => id > lastSeen.current && from !== self).length);
    // One's own message is what one wants to see.
    if (messages.at(-1)?.from === self && messages.at(-1)!.id > lastSeen.current) toEnd();
  }, [messages, hidden]);

  useEffect(() => {
    // The list changes its height when the field below grows, or the window does.
    const observer = new ResizeObserver(() => isAtEnd.current && toEnd());
    observer.observe(log.current!);
    return () => observer.disconnect();
  }, []);

  function handleScroll() {
    const { scrollHeight, scrollTop, clientHeight } = log.current!;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (!isAtEnd.current) return;
    lastSeen.current = messages.at(-1)?.id ?? "";
    setUnseen(0);
  }

  const lines = linesOf(messages, hidden);
  return (
    <div class="chat-room">
      <div
        class="chat-log"
        ref={log}
        role="log"
        aria-label="Chat messages"
        aria-busy={!isConnected}
        tabIndex={0}
        onScroll={handleScroll}
      >
        {lines.length === 0
          ? (
            <p class="chat-empty">
              {isConnected ? "Nobody has said anything yet. Say hello!" : "One moment…"}
            </p>
          )
          : (
            <ul>
              {lines.map((line) => (
                <MessageLine
                  key={line.id}
                  line={line}
                  isOpen={open === line.id}
                  moderate={moderate}
                  onToggle={() => setOpen(open === line.id ? null : line.id)}
                  onDone={() => {
                    setOpen(null);
                    log.current!.focus();
                  }}
                />
              ))}
            </ul>
          )}
      </div>
      {unseen > 0 && (
        <button
          type="button"
          class="button small chat-unseen"
          onClick={() => {
            toEnd();
            log.current!.focus();
          }}
        >
          {unseen === 1 ? "1 new message" : `${unseen} new messages`}
          <ChooseIcon />
        </button>
      )}
      {children}
    </div>
  );
}

interface MessageLineProps {
  line: Line;
  isOpen: boolean;
  moderate: Moderate | null;
  onToggle: () => void;
  onDone: () => void;
}

function MessageLine({ line, isOpen, moderate, onToggle, onDone }: MessageLineProps) {
  if (line.kind === "hidden") {
    return (
      <li class="chat-hidden">
        {line.count === 1 ? "1 message hidden" : `${line.count} messages hidden`}
      </li>
    );
  }
  const { message } = line;
  const { name, at, from, isBroadcaster, text } = message;
  const said = new Date(at);
  return (
    <li class="chat-message">
      <p>
        <span class="chat-name" data-colour={isBroadcaster ? "host" : colourOf(from)}>
          <bdi>{name}</bdi>
        </span>
        {isBroadcaster && <span class="chat-host">Broadcaster</span>}{" "}
        <span class="chat-text" dir="auto">
          {piecesOf(text).map((piece, i) =>
            piece.href
              ? (
                <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc">
                  {piece.text}
                </a>
              )
              : piece.text
          )}
        </span>
        <time dateTime={said.toISOString()}>
          {said.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}
        </time>
      </p>
      {moderate && (
        <button
          type="button"
          class="chat-more"
          aria-expanded={isOpen}
          aria-label={`More about the message of ${name}`}
          onClick={onToggle}
        >
          <MoreIcon />
        </button>
      )}
      {moderate && isOpen && (
        <p class="chat-actions">
          <button
            type="button"
            class="button small"
            onClick={() => {
              moderate.hide(message);
              onDone();
            }}
          >
            Hide
          </button>
          {!isBroadcaster && !moderate.isMuted(from) && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                moderate.mute(message);
                onDone();
              }}
            >
              <span class="chat-mute">Mute {name}</span>
            </button>
          )}
        </p>
      )}
    </li>
  );
}
