/** The chat as state: follows it while the page has joined. Between the SDK and the components. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type ChatState, EMPTY_CHAT } from "../../lib/client/chat_state.ts";
import type { Reaction, ReactionCounts } from "../../lib/protocol/messages.ts";
import { codeOf } from "../parts/client.ts";
import type { ChatProps } from "./chat.tsx";

/** Own reactions are shown at once; one that is not counted within this is not subtracted any more. */
const OWN_COUNTS_MS = 3_000;

/** Refusals that are over in a moment: of a broadcast that is only just coming, or of a busy service. */
const FOLLOWED_AGAIN: ReadonlySet<string> = new Set(["unknown_broadcast", "busy", "internal"]);

/** About as long as people wait for a page to do something by itself. */
const AGAIN_MS = 2_000;

/** Follows a chat; `onReactions` is told what others feel, and at once what oneself does. */
export function useChat(
  { client, isJoined, name }: ChatProps,
  onReactions: (counts: ReactionCounts) => void,
) {
  const [state, setState] = useState<ChatState>(EMPTY_CHAT);
  /** False where the service knows no chats. */
  const [isThere, setThere] = useState(true);
  const show = useRef(onReactions);
  show.current = onReactions;
  /** When this page has shown a reaction that is still to come back in the sums. */
  const own = useRef<{ reaction: Reaction; at: number }[]>([]);

  useEffect(() => {
    const chat = client.current?.chat;
    if (!isJoined || !chat) return;
    setState(chat.state);
    const offs = [
      chat.on("changed", setState),
      chat.on("reactions", (counts) => {
        const others = { ...counts };
        const now = performance.now();
        own.current = own.current.filter(({ reaction, at }) => {
          if (now - at > OWN_COUNTS_MS) return false;
          if (!others[reaction]) return true;
          others[reaction]!--;
          return false;
        });
        show.current(others);
      }),
    ];
    let again: ReturnType<typeof setTimeout>;
    const follow = () =>
      chat.follow(name).catch((error) => {
        const code = codeOf(error);
        setThere(code !== "unknown_command");
        if (FOLLOWED_AGAIN.has(code)) again = setTimeout(follow, AGAIN_MS);
      });
    follow();
    return () => {
      clearTimeout(again);
      chat.unfollow();
      offs.forEach((off) => off());
    };
  }, [isJoined]);

  function react(reaction: Reaction) {
    own.current.push({ reaction, at: performance.now() });
    show.current({ [reaction]: 1 });
    client.current!.chat.react(reaction);
  }

  return { state, isThere, react };
}
