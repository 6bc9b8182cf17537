/**
 * The chat: what is said, what is felt, and a field to take part in both. Puts the parts of this
 * folder together; loaded by chat.tsx when the page has joined.
 */
import { useState } from "preact/hooks";
import type { ChatModeration } from "../../lib/client/mod.ts";
import type { ChatProps } from "./chat.tsx";
import { Composer } from "./composer.tsx";
import { MessageList, type Moderate } from "./message_list.tsx";
import { ReactionBar, useFloats } from "./reactions.tsx";
import { useChat } from "./use_chat.ts";

/** Shows the chat of a broadcast, and lets its broadcaster look after it. */
export function ChatPanel(props: ChatProps) {
  const { client, isJoined, role } = props;
  const { floats, show } = useFloats();
  const { state, isThere, react } = useChat(props, show);
  const [fault, setFault] = useState(false);
  const { isOn, isMuted, muted, isConnected } = state;
  const isHost = role === "broadcaster";

  async function moderate(moderation: ChatModeration) {
    setFault(false);
    try {
      await client.current!.chat.moderate(moderation);
    } catch {
      setFault(true);
    }
  }

  const moderation: Moderate | null = isHost && isJoined
    ? {
      hide: ({ id }) => moderate({ hide: id }),
      mute: ({ from }) => moderate({ mute: from }),
      isMuted: (peer) => muted.some(({ id }) => id === peer),
    }
    : null;
  const halt = !isThere
    ? "There is no chat here."
    : !isJoined
    ? isHost ? "The chat is over." : "You can chat while you are watching."
    : !isOn
    ? isHost
      ? "The chat is off. Nobody can write or react."
      : "The broadcaster has switched the chat off."
    : isMuted
    ? "The broadcaster has muted you. You can go on reading."
    : null;
  return (
    <section class="panel chat" aria-labelledby="chat-title">
      <header class="chat-header">
        <h2 id="chat-title">Chat</h2>
        {isHost && isJoined && (
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              checked={isOn}
              disabled={!isConnected}
              onChange={(event) => moderate({ isOn: event.currentTarget.checked })}
            />
            {isOn ? "On" : "Off"}
            <span class="hidden">: chat for everybody</span>
          </label>
        )}
      </header>
      <MessageList state={state} moderate={moderation}>{floats}</MessageList>
      {muted.length > 0 && (
        <details class="fold chat-muted">
          <summary>
            {muted.length === 1 ? "1 person muted" : `${muted.length} people muted`}
          </summary>
          <ul>
            {muted.map(({ id, name }) => (
              <li key={id}>
                <bdi>{name}</bdi>
                <button
                  type="button"
                  class="button small"
                  aria-label={`Unmute ${name}`}
                  onClick={() => moderate({ unmute: id })}
                >
                  Unmute
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
      {fault && <p class="hint fault" role="alert">That did not work. Try again in a moment.</p>}
      {halt && <p class="chat-halt" role="status">{halt}</p>}
      {/* Hidden and not gone: what is being written stays. */}
      <div class="chat-say" hidden={halt !== null}>
        <ReactionBar disabled={!isConnected} onReact={react} />
        <Composer
          state={state}
          asksForName={!isHost}
          send={(text, name) => client.current!.chat.send(text, name)}
        />
      </div>
    </section>
  );
}
