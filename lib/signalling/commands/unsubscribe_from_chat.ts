/** UNSUBSCRIBE_FROM_CHAT: somebody has read enough. */
import type { Handler } from "./handler.ts";

/** Ends the subscription, if there is one, and acknowledges (CHAT-1). */
export const unsubscribeFromChat: Handler<"UNSUBSCRIBE_FROM_CHAT"> = (
  { chats },
  session,
  { name },
) => {
  chats.unfollow(session, name);
  session.send({ command: "UNSUBSCRIBE_FROM_CHAT_RECEIVED" });
};
