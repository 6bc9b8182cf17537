/** Runs these rules against the real server. */
import { registerResumeRules } from "./protocol_resume_rules.ts";

registerResumeRules("");
