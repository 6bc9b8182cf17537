/**
 * The browser SDK: broadcast, watch and relay, without any user interface. Imports only from
 * `lib/protocol`.
 * This module is browser compatible.
 */
export { DEFAULT_CONSTRAINTS } from "./camera.ts";
export type { Chat, ChatEvents, ChatModeration } from "./chat.ts";
export type { ChatState } from "./chat_state.ts";
export type { Listener } from "./emitter.ts";
export {
  type ContentHint,
  QUALITIES,
  type Quality,
  QUALITY_LIMITS,
  type QualityChoice,
  type QualityName,
} from "./quality.ts";
export type { LinkFigures } from "./links/figures.ts";
export type { LevelFigures, PeerFigures, TreeStats } from "./links/tree_figures.ts";
export type { SendingLink, SendingStats } from "./sending.ts";
export type { RelayingStats, TributaryStats, WatchingStats } from "./stats.ts";
export {
  type BroadcastOptions,
  Tributary,
  type TributaryEvents,
  type TributaryOptions,
} from "./tributary.ts";
export {
  type ClientErrorCode,
  TributaryError,
  type TributaryErrorCode,
} from "./tributary_error.ts";
export { TributaryState } from "./tributary_state.ts";
export type {
  ChatMessage,
  Reaction,
  ReactionCounts,
  RelayMode,
  TreeNode,
  Visibility,
} from "../protocol/mod.ts";
