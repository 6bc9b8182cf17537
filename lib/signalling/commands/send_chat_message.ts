/** SEND_CHAT_MESSAGE: somebody says something. */
import { cleanChatText, UserError } from "../../protocol/mod.ts";
import type { Handler } from "./handler.ts";

/** Writes the message, then acknowledges it with its id (CHAT-3 to CHAT-6). */
export const sendChatMessage: Handler<"SEND_CHAT_MESSAGE"> = async (
  { chats },
  session,
  message,
) => {
  const { name, peerName } = message;
  const text = cleanChatText(message.text);
  if (!text) throw new UserError("invalid_field", "There is nothing to be seen in this message");
  const id = await chats.write(session, name, { text, peerName: peerName ?? "" });
  session.send({ command: "SEND_CHAT_MESSAGE_RECEIVED", id });
};
