/**
 * The chat's place in a page. Nobody needs it before the picture, so what it is made of is loaded when
 * there is one; the place is kept for it from the start.
 */
import type { ComponentType, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Client } from "../parts/client.ts";

/** What the chat needs from its page. */
export interface ChatProps {
  client: RefObject<Client | null>;
  /** True while the broadcast is watched, or live. */
  isJoined: boolean;
  role: "viewer" | "broadcaster";
  /** The broadcast. */
  name: string;
  /** False until there is a picture, where the page has one to wait for. */
  hasPicture?: boolean;
}

/** The picture comes first; for one that does not come the chat waits no longer than this, in ms. */
const PICTURE_WAIT_MS = 3_000;

/** Shows the chat of a broadcast. */
export function Chat(props: ChatProps) {
  const [Panel, setPanel] = useState<ComponentType<ChatProps> | null>(null);
  const { isJoined, hasPicture = true } = props;
  const isDue = isJoined && !Panel;

  useEffect(() => {
    if (!isDue) return;
    let isCurrent = true;
    const load = () =>
      import("./chat_panel.tsx").then(
        ({ ChatPanel }) => isCurrent && setPanel(() => ChatPanel),
        // Without a connection; then there is nothing to chat with either.
        () => {},
      );
    const timer = setTimeout(load, hasPicture ? 0 : PICTURE_WAIT_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [isDue, hasPicture]);

  if (Panel) return <Panel {...props} />;
  return (
    <section class="panel chat" aria-labelledby="chat-title">
      <h2 id="chat-title">Chat</h2>
      <p class="chat-empty">
        {isJoined ? "One moment…" : "You can chat while you are watching."}
      </p>
    </section>
  );
}
