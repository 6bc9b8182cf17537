/**
 * What is bundled into `/tributary.js`. It can be imported, and it sets the global `Tributary` for
 * pages that only load it with a script element of type module.
 * This module is browser compatible.
 */
import { Tributary } from "./mod.ts";

export * from "./mod.ts";
export { Tributary as default };

Object.assign(globalThis, { Tributary });
