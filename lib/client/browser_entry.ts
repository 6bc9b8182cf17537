/**
 * What is bundled into `/tributary.js`. It can be imported, and it sets the global `Tributary` for
 * pages that only load it with a script element of type module; for those that want no script of their
 * own it defines `<tributary-player>`.
 * This module is browser compatible.
 */
import { definePlayer } from "./element/player_element.ts";
import { Tributary } from "./mod.ts";

export * from "./mod.ts";
export { TributaryPlayer } from "./element/player_element.ts";
export type { PlayerState } from "./visit/player_state.ts";
export { Tributary as default };

Object.assign(globalThis, { Tributary });
definePlayer();
