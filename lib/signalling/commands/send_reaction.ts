/** SEND_REACTION: somebody feels something. */
import type { Handler } from "./handler.ts";

/** Counts it; never answered (CHAT-9). */
export const sendReaction: Handler<"SEND_REACTION"> = ({ chats }, session, { name, reaction }) => {
  chats.react(session, name, reaction);
};
