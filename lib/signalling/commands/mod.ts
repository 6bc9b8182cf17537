/** Every command a client may send, with what carries it out. */
import type { ClientCommand } from "../../protocol/mod.ts";
import { endBroadcast } from "./end_broadcast.ts";
import { fetchConfig } from "./fetch_config.ts";
import type { Handler } from "./handler.ts";
import { heartbeat } from "./heartbeat.ts";
import { hello } from "./hello.ts";
import { iceCandidates } from "./ice_candidates.ts";
import { iceCandidatesReceived } from "./ice_candidates_received.ts";
import { joinBroadcast } from "./join_broadcast.ts";
import { leaveBroadcast } from "./leave_broadcast.ts";
import { moderateChat } from "./moderate_chat.ts";
import { relayBroadcastReceived } from "./relay_broadcast_received.ts";
import { sendChatMessage } from "./send_chat_message.ts";
import { sendReaction } from "./send_reaction.ts";
import { setRelayHandler } from "./set_relay.ts";
import { startBroadcast } from "./start_broadcast.ts";
import { subscribeToChat } from "./subscribe_to_chat.ts";
import { subscribeToTreeState } from "./subscribe_to_tree_state.ts";
import { unsubscribeFromChat } from "./unsubscribe_from_chat.ts";
import { unsubscribeFromTreeState } from "./unsubscribe_from_tree_state.ts";
import { updateStill } from "./update_still.ts";

/** Handlers by command. */
export const handlers: { readonly [C in ClientCommand]: Handler<C> } = {
  HELLO: hello,
  HEARTBEAT: heartbeat,
  FETCH_CONFIG: fetchConfig,
  START_BROADCAST: startBroadcast,
  UPDATE_STILL: updateStill,
  END_BROADCAST: endBroadcast,
  JOIN_BROADCAST: joinBroadcast,
  LEAVE_BROADCAST: leaveBroadcast,
  SET_RELAY: setRelayHandler,
  RELAY_BROADCAST_RECEIVED: relayBroadcastReceived,
  ICE_CANDIDATES: iceCandidates,
  ICE_CANDIDATES_RECEIVED: iceCandidatesReceived,
  SUBSCRIBE_TO_TREE_STATE: subscribeToTreeState,
  UNSUBSCRIBE_FROM_TREE_STATE: unsubscribeFromTreeState,
  SUBSCRIBE_TO_CHAT: subscribeToChat,
  UNSUBSCRIBE_FROM_CHAT: unsubscribeFromChat,
  SEND_CHAT_MESSAGE: sendChatMessage,
  SEND_REACTION: sendReaction,
  MODERATE_CHAT: moderateChat,
};

/**
 * Commands that are carried out the moment they come: they only pass on what is for a linked peer,
 * or say what is known anyway, or have an order of their own, as what is said in a chat. All others
 * change or read the tree and take turns (FRAME-5).
 */
export const IMMEDIATE: ReadonlySet<ClientCommand> = new Set([
  "HEARTBEAT",
  "FETCH_CONFIG",
  "RELAY_BROADCAST_RECEIVED",
  "ICE_CANDIDATES",
  "ICE_CANDIDATES_RECEIVED",
  "SEND_CHAT_MESSAGE",
  "SEND_REACTION",
]);
