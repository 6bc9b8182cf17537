/** The same rules where isolates reach each other through KV only, as instances on Deno Deploy do. */
import { registerChainRules } from "./protocol_chain_rules.ts";
import { protocolWorld } from "./protocol_world.ts";

registerChainRules("over KV: ", protocolWorld({ maxListeners: 1, env: { BUS: "kv" } }));
