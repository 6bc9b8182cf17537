/** The same rules where isolates reach each other through KV only, as instances on Deno Deploy do. */
import { registerLinkRules } from "./protocol_link_rules.ts";
import { protocolWorld } from "./protocol_world.ts";

registerLinkRules("over KV: ", protocolWorld({ maxListeners: 2, env: { BUS: "kv" } }));
