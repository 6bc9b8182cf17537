/** The same rules where isolates reach each other through KV only, as instances on Deno Deploy do. */
import { registerChatRules } from "./protocol_chat_rules.ts";

registerChatRules("over KV: ", { env: { BUS: "kv" } });
