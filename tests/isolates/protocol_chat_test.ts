/** Runs these rules against the real server. */
import { registerChatRules } from "./protocol_chat_rules.ts";

registerChatRules("");
