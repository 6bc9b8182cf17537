/**
 * The signalling messages as zod unions, shared by server and browser. What each means, in which
 * order they come and which errors answer them stands in docs/PROTOCOL.md; the IDs there are cited
 * in tests. Offers, answers and candidates are opaque: they are checked for their outer shape only
 * and passed on as they came.
 * This module is browser compatible.
 */
import * as z from "zod/mini";
import {
  MAX_CANDIDATES,
  MAX_CHAT_TEXT_LENGTH,
  MAX_NAME_LENGTH,
  MAX_PEER_NAME_LENGTH,
  MAX_STILL_TEXT_LENGTH,
  MAX_TITLE_LENGTH,
  REACTIONS,
} from "./limits.ts";

/** A JSON object whose inside is none of our business. */
export type Opaque = Record<string, unknown>;

/** z.custom and not z.record: the object itself passes through, with every key (also `__proto__`) in its order. */
const opaque = z.custom<Opaque>(isObject);
/** Unpaired surrogates are refused: two such names could not be told apart once encoded as UTF-8. */
const wellFormed = z.refine<string>((value) => value.isWellFormed());
const broadcastName = z.string().check(
  z.minLength(1),
  z.maxLength(MAX_NAME_LENGTH),
  wellFormed,
);
const peerId = z.string().check(z.minLength(1), z.maxLength(100));
const peerName = z.optional(
  z.nullable(z.string().check(z.maxLength(MAX_PEER_NAME_LENGTH), wellFormed)),
);

const relayMode = z.enum(["forward", "re-encode", "none"]);

/**
 * How a viewer passes on what it gets (JOIN-16, RELAY-1):
 *
 * - `forward`: encoded frames are passed on as they are;
 * - `re-encode`: each child gets the decoded picture, encoded anew;
 * - `none`: the service gives it no children.
 */
export type RelayMode = z.infer<typeof relayMode>;

const visibility = z.enum(["public", "unlisted"]);

/** Who finds a broadcast: everybody, in the list, or only those who have its link (START-6). */
export type Visibility = z.infer<typeof visibility>;
const reaction = z.enum(REACTIONS);

/** What somebody feels, in one of a few pictures. */
export type Reaction = z.infer<typeof reaction>;

/** How often each reaction came. */
export type ReactionCounts = Partial<Record<Reaction, number>>;

/** Ids of messages are made by the service, and sort as the messages do. */
const messageId = z.string().check(z.minLength(1), z.maxLength(40));

/**
 * Commands that a client sends, by name. Made by a pure function, here and below, so that bundles for
 * browsers, which never decode them, leave them out.
 */
export const CLIENT_MESSAGES = /* @__PURE__ */ (() => ({
  HELLO: z.object({
    command: z.literal("HELLO"),
    version: z.int().check(z.minimum(1)),
    resume: z.optional(z.string().check(z.maxLength(100))),
  }),
  HEARTBEAT: z.object({ command: z.literal("HEARTBEAT") }),
  FETCH_CONFIG: z.object({ command: z.literal("FETCH_CONFIG") }),
  START_BROADCAST: z.object({
    command: z.literal("START_BROADCAST"),
    name: broadcastName,
    peerName,
    title: z.optional(z.string().check(z.maxLength(MAX_TITLE_LENGTH), wellFormed)),
    visibility: z.optional(visibility),
  }),
  UPDATE_STILL: z.object({
    command: z.literal("UPDATE_STILL"),
    name: broadcastName,
    picture: z.string().check(z.maxLength(MAX_STILL_TEXT_LENGTH)),
  }),
  END_BROADCAST: z.object({ command: z.literal("END_BROADCAST"), name: broadcastName }),
  JOIN_BROADCAST: z.object({
    command: z.literal("JOIN_BROADCAST"),
    name: broadcastName,
    offer: opaque,
    peerName,
    lost: z.optional(peerId),
    relay: z.optional(relayMode),
  }),
  LEAVE_BROADCAST: z.object({
    command: z.literal("LEAVE_BROADCAST"),
    name: z.optional(broadcastName),
  }),
  SET_RELAY: z.object({ command: z.literal("SET_RELAY"), relay: relayMode }),
  RELAY_BROADCAST_RECEIVED: z.object({
    command: z.literal("RELAY_BROADCAST_RECEIVED"),
    peer: peerId,
    answer: opaque,
  }),
  ICE_CANDIDATES: z.object({
    command: z.literal("ICE_CANDIDATES"),
    peer: peerId,
    candidates: z.array(z.unknown()).check(z.maxLength(MAX_CANDIDATES)),
  }),
  ICE_CANDIDATES_RECEIVED: z.object({
    command: z.literal("ICE_CANDIDATES_RECEIVED"),
    peer: peerId,
  }),
  SUBSCRIBE_TO_TREE_STATE: z.object({
    command: z.literal("SUBSCRIBE_TO_TREE_STATE"),
    name: broadcastName,
  }),
  UNSUBSCRIBE_FROM_TREE_STATE: z.object({
    command: z.literal("UNSUBSCRIBE_FROM_TREE_STATE"),
    name: broadcastName,
  }),
  SUBSCRIBE_TO_CHAT: z.object({ command: z.literal("SUBSCRIBE_TO_CHAT"), name: broadcastName }),
  UNSUBSCRIBE_FROM_CHAT: z.object({
    command: z.literal("UNSUBSCRIBE_FROM_CHAT"),
    name: broadcastName,
  }),
  SEND_CHAT_MESSAGE: z.object({
    command: z.literal("SEND_CHAT_MESSAGE"),
    name: broadcastName,
    text: z.string().check(z.minLength(1), z.maxLength(MAX_CHAT_TEXT_LENGTH), wellFormed),
    peerName,
  }),
  SEND_REACTION: z.object({
    command: z.literal("SEND_REACTION"),
    name: broadcastName,
    reaction,
  }),
  MODERATE_CHAT: z.object({
    command: z.literal("MODERATE_CHAT"),
    name: broadcastName,
    hide: z.optional(messageId),
    mute: z.optional(peerId),
    unmute: z.optional(peerId),
    isOn: z.optional(z.boolean()),
  }),
} as const))();

/** Any message a client may send. */
export const clientMessage = /* @__PURE__ */ (() =>
  z.discriminatedUnion("command", [
    CLIENT_MESSAGES.HELLO,
    CLIENT_MESSAGES.HEARTBEAT,
    CLIENT_MESSAGES.FETCH_CONFIG,
    CLIENT_MESSAGES.START_BROADCAST,
    CLIENT_MESSAGES.UPDATE_STILL,
    CLIENT_MESSAGES.END_BROADCAST,
    CLIENT_MESSAGES.JOIN_BROADCAST,
    CLIENT_MESSAGES.LEAVE_BROADCAST,
    CLIENT_MESSAGES.SET_RELAY,
    CLIENT_MESSAGES.RELAY_BROADCAST_RECEIVED,
    CLIENT_MESSAGES.ICE_CANDIDATES,
    CLIENT_MESSAGES.ICE_CANDIDATES_RECEIVED,
    CLIENT_MESSAGES.SUBSCRIBE_TO_TREE_STATE,
    CLIENT_MESSAGES.UNSUBSCRIBE_FROM_TREE_STATE,
    CLIENT_MESSAGES.SUBSCRIBE_TO_CHAT,
    CLIENT_MESSAGES.UNSUBSCRIBE_FROM_CHAT,
    CLIENT_MESSAGES.SEND_CHAT_MESSAGE,
    CLIENT_MESSAGES.SEND_REACTION,
    CLIENT_MESSAGES.MODERATE_CHAT,
  ]))();

/** Any message a client may send. */
export type ClientMessage = z.infer<typeof clientMessage>;

/** The name of a command that a client may send. */
export type ClientCommand = ClientMessage["command"];

/** The message of one client command. */
export type ClientMessageOf<C extends ClientCommand> = Extract<ClientMessage, { command: C }>;

/** One node of TREE_STATE_CHANGED: a peer and, recursively, those it relays to. */
export interface TreeNode {
  id: string;
  name: string;
  /** How it relays, if it has said so. */
  relay?: RelayMode | undefined;
  children: TreeNode[];
}

const treeNode: z.ZodMiniType<TreeNode> = z.object({
  id: z.string(),
  name: z.string(),
  // Of a later version there may be more of them.
  relay: z.catch(z.optional(relayMode), undefined),
  get children() {
    return z.array(treeNode);
  },
});

const chatMessage = z.object({
  id: z.string(),
  at: z.number(),
  from: z.string(),
  name: z.string(),
  text: z.string(),
  isBroadcaster: z.optional(z.boolean()),
});

/** One message of a chat. `id` says where it stands among the others, `at` when it came (ms since the epoch). */
export type ChatMessage = z.infer<typeof chatMessage>;

/** Any message the server may send. Browsers ignore fields they do not know, and unknown commands. */
export const serverMessage = z.discriminatedUnion("command", [
  z.object({
    command: z.literal("WELCOME"),
    version: z.int(),
    id: z.string(),
    resume: z.string(),
    heartbeatMs: z.int(),
    resumed: z.boolean(),
    broadcasts: z.array(z.string()),
    watching: z.nullable(z.object({ name: z.string(), parent: z.nullable(z.string()) })),
    children: z.array(z.string()),
  }),
  z.object({
    command: z.literal("HEARTBEAT_RECEIVED"),
    viewers: z.optional(z.number()),
  }),
  z.object({
    command: z.literal("FETCH_CONFIG_RECEIVED"),
    iceServers: z.array(opaque),
  }),
  z.object({ command: z.literal("START_BROADCAST_RECEIVED") }),
  z.object({ command: z.literal("UPDATE_STILL_RECEIVED"), name: z.string(), still: z.string() }),
  z.object({ command: z.literal("END_BROADCAST_RECEIVED"), name: z.string() }),
  z.object({ command: z.literal("JOIN_BROADCAST_RECEIVED"), peer: z.string(), answer: opaque }),
  z.object({ command: z.literal("LEAVE_BROADCAST_RECEIVED") }),
  z.object({ command: z.literal("SET_RELAY_RECEIVED") }),
  z.object({ command: z.literal("RELAY_BROADCAST"), peer: z.string(), offer: opaque }),
  z.object({
    command: z.literal("ICE_CANDIDATES"),
    peer: z.string(),
    candidates: z.array(z.unknown()),
  }),
  z.object({ command: z.literal("ICE_CANDIDATES_RECEIVED"), peer: z.string() }),
  z.object({ command: z.literal("BROADCAST_ENDED"), name: z.string() }),
  z.object({ command: z.literal("RECONNECT_TO_BROADCAST"), name: z.string() }),
  z.object({ command: z.literal("SUBSCRIBE_TO_TREE_STATE_RECEIVED") }),
  z.object({ command: z.literal("UNSUBSCRIBE_FROM_TREE_STATE_RECEIVED") }),
  z.object({ command: z.literal("TREE_STATE_CHANGED"), tree: treeNode }),
  z.object({ command: z.literal("SUBSCRIBE_TO_CHAT_RECEIVED") }),
  z.object({ command: z.literal("UNSUBSCRIBE_FROM_CHAT_RECEIVED") }),
  z.object({ command: z.literal("SEND_CHAT_MESSAGE_RECEIVED"), id: z.string() }),
  z.object({ command: z.literal("MODERATE_CHAT_RECEIVED") }),
  z.object({
    command: z.literal("CHAT_CHANGED"),
    name: z.string(),
    self: z.optional(z.string()),
    messages: z.optional(z.array(chatMessage)),
    hidden: z.optional(z.array(z.string())),
    isOn: z.optional(z.boolean()),
    isMuted: z.optional(z.boolean()),
    muted: z.optional(z.array(z.object({ id: z.string(), name: z.string() }))),
    reactions: z.optional(z.custom<ReactionCounts>(isObject)),
  }),
  z.object({
    command: z.literal("ERROR"),
    message: z.string(),
    // The prototype's server sends neither of these.
    code: z.optional(z.string()),
    answers: z.optional(z.string()),
    waitMs: z.optional(z.number()),
  }),
]);

/** Any message the server may send. */
export type ServerMessage = z.infer<typeof serverMessage>;

/** The name of a command that the server may send. */
export type ServerCommand = ServerMessage["command"];

/** The message of one server command. */
export type ServerMessageOf<C extends ServerCommand> = Extract<ServerMessage, { command: C }>;

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
