/** Runs these rules against the real server. */
import { registerChainRules } from "./protocol_chain_rules.ts";
import { protocolWorld } from "./protocol_world.ts";

registerChainRules("", protocolWorld({ maxListeners: 1 }));
