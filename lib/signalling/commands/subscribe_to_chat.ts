/** SUBSCRIBE_TO_CHAT: somebody wants to read what is said in a broadcast. */
import type { Handler } from "./handler.ts";

/** Acknowledges, then sends what is in the chat, and whatever is new from then on (CHAT-1, CHAT-2). */
export const subscribeToChat: Handler<"SUBSCRIBE_TO_CHAT"> = async (
  { chats },
  session,
  { name },
) => {
  await chats.follow(
    session,
    name,
    () => session.send({ command: "SUBSCRIBE_TO_CHAT_RECEIVED" }),
  );
};
