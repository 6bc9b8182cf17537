/** Runs these rules against the real server. */
import { registerLinkRules } from "./protocol_link_rules.ts";
import { protocolWorld } from "./protocol_world.ts";

registerLinkRules("", protocolWorld({ maxListeners: 2 }));
