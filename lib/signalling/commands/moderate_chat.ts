/** MODERATE_CHAT: a broadcaster decides about its chat. */
import type { Handler } from "./handler.ts";

/** Carries out whatever the fields say, then acknowledges (CHAT-7, CHAT-8). */
export const moderateChat: Handler<"MODERATE_CHAT"> = async ({ chats }, session, message) => {
  const { name, hide, mute, unmute, isOn } = message;
  await chats.moderate(session, name, { hide, mute, unmute, isOn });
  session.send({ command: "MODERATE_CHAT_RECEIVED" });
};
