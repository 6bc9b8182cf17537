/**
 * The field: what is written stays in it until it has been said, whatever comes in between. Who has no
 * name is asked for one with the first message.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatState } from "../../lib/client/chat_state.ts";
import { cleanChatText } from "../../lib/protocol/chat_text.ts";
import { MAX_CHAT_NAME_LENGTH, MAX_CHAT_TEXT_LENGTH } from "../../lib/protocol/limits.ts";
import { codeOf } from "../parts/client.ts";
import { SendIcon } from "../parts/icons.tsx";
import { keepName, recallName } from "../parts/your_name.ts";
import { type Obstacle, obstacleOf, obstacleText, remainingText, wasSaid } from "./sending.ts";

/** What browsers call every key that goes to what composes words. */
const COMPOSING_KEY = 229;

interface ComposerProps {
  state: ChatState;
  /** False for the broadcaster, whose name is known. */
  asksForName: boolean;
  send: (text: string, name?: string) => Promise<unknown>;
}

/** Lets somebody write. */
export function Composer({ state, asksForName, send }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isAsking, setAsking] = useState(false);
  /** Nobody is asked twice. */
  const wasAsked = useRef(false);
  const [isSending, setSending] = useState(false);
  const [obstacle, setObstacle] = useState<Obstacle | null>(null);
  const [now, setNow] = useState(0);
  const { isConnected } = state;
  const isWaiting = obstacle?.kind === "wait";

  useEffect(() => {
    if (obstacle?.kind !== "wait") return;
    const look = () => {
      setNow(performance.now());
      if (performance.now() >= obstacle.until) setObstacle(null);
    };
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [obstacle]);

  useEffect(() => {
    if (obstacle?.kind !== "unsure" || !wasSaid(state, obstacle)) return;
    setObstacle(null);
    forget(obstacle.text);
  }, [state, obstacle]);

  useEffect(() => {
    if (isAsking) nameField.current!.focus();
  }, [isAsking]);

  /** Takes what has been said out of the field; what was written since stays. */
  function forget(said: string) {
    setText((written) => {
      const clean = cleanChatText(written);
      return clean.startsWith(said) ? clean.slice(said.length).trimStart() : written;
    });
  }

  async function handleSubmit(event: Event) {
    event.preventDefault();
    const said = cleanChatText(text);
    if (!said || isSending || isWaiting || !isConnected) return;
    if (asksForName && !recallName() && !wasAsked.current) {
      wasAsked.current = true;
      return setAsking(true);
    }
    if (isAsking) {
      keepName(nameField.current!.value.trim());
      setAsking(false);
      field.current!.focus();
    }
    setSending(true);
    setObstacle(null);
    try {
      await send(said, asksForName ? recallName() || undefined : undefined);
      forget(said);
    } catch (error) {
      const { waitMs } = error as { waitMs?: number };
      const after = state.messages.at(-1)?.id ?? "";
      setObstacle(obstacleOf({ code: codeOf(error), waitMs }, {
        now: performance.now(),
        text: said,
        after,
      }));
    } finally {
      setSending(false);
    }
  }

  function handleKeyDown(event: KeyboardEvent) {
    // While a word is being composed, Enter belongs to that; Safari says so of its end by the code only.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === COMPOSING_KEY) return;
    handleSubmit(event);
  }

  const hint = !isConnected
    ? text
      ? "Reconnecting… What you wrote stays here; send it when the chat is back."
      : "Reconnecting…"
    : obstacle
    ? obstacleText(obstacle, now)
    : remainingText(text.length, MAX_CHAT_TEXT_LENGTH);
  return (
    <form class="chat-composer" autoComplete="off" onSubmit={handleSubmit}>
      {isAsking && (
        <div class="field chat-your-name">
          <label for="chat-your-name">What is your name?</label>
          <input
            id="chat-your-name"
            ref={nameField}
            maxLength={MAX_CHAT_NAME_LENGTH}
            autoComplete="nickname"
            enterKeyHint="send"
            aria-describedby="chat-your-name-hint"
          />
          <p class="hint" id="chat-your-name-hint">
            It stands beside what you write. Leave it empty to stay anonymous.
          </p>
        </div>
      )}
      <div class="chat-field">
        <label class="hidden" for="chat-text">Message</label>
        <textarea
          id="chat-text"
          ref={field}
          rows={1}
          value={text}
          maxLength={MAX_CHAT_TEXT_LENGTH}
          placeholder="Say something"
          enterkeyhint="send"
          aria-describedby="chat-hint"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={handleKeyDown}
        />
        <button
          type="submit"
          class="button primary icon-only"
          aria-label="Send"
          disabled={!isConnected || isWaiting || isSending || text.trim() === ""}
        >
          <SendIcon />
        </button>
      </div>
      <p class="hint" id="chat-hint" role={obstacle || !isConnected ? "status" : undefined}>
        {hint}
      </p>
    </form>
  );
}
