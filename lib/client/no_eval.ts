/**
 * Keeps zod from compiling its parsers with `new Function`: a page with a strict content security
 * policy would report each try as a violation. Must be imported before `lib/protocol`, because a
 * schema decides when it is made. The server, which may render pages with this client in them,
 * keeps its compiled parsers.
 * This module is browser compatible.
 */
import { config } from "zod/mini";

if (typeof document !== "undefined") config({ jitless: true });
