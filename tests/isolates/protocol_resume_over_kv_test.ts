/** The same rules where isolates reach each other through KV only, as instances on Deno Deploy do. */
import { registerResumeRules } from "./protocol_resume_rules.ts";

registerResumeRules("over KV: ", { env: { BUS: "kv" } });
