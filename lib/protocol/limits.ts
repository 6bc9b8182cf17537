/**
 * The numbers both ends of the signalling protocol agree on. docs/PROTOCOL.md cites each.
 * This module is browser compatible.
 */

/** Largest frame a client may send, in bytes of UTF-8. An offer is about 3 KB; 256 KiB leaves room for many codecs. */
export const MAX_FRAME_BYTES = 256 * 1024;

/** What may wait unsent for one client, in bytes, before it counts as not reading and is dropped. */
export const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

/** Backlog, in bytes, above which tree states are skipped for a client: only the latest matters. */
export const SKIP_TREE_STATE_BACKLOG_BYTES = 512 * 1024;

/** Longest name of a broadcast in UTF-16 units: three of them in one KV key stay below its 2 KiB. */
export const MAX_NAME_LENGTH = 200;

/** Longest name of a peer, in UTF-16 units. */
export const MAX_PEER_NAME_LENGTH = 200;

/** Longest title that is taken, in UTF-16 units: `MAX_TITLE_CHARACTERS` of the largest kind. */
export const MAX_TITLE_LENGTH = 200;

/** Characters of a title that are kept: two lines of a card in the list. */
export const MAX_TITLE_CHARACTERS = 100;

/** Largest still picture in bytes: ten bytes for each eight pixels of 480 x 270, far more than WebP takes. In KV, a value holds 64 KiB. */
export const MAX_STILL_BYTES = 40 * 1024;

/** Longest side of a still picture in pixels. What takes few bytes may take gigabytes when it is shown. */
export const MAX_STILL_SIDE = 1280;

/** Longest `picture` that is looked at, in characters; its bytes are counted after that. */
export const MAX_STILL_TEXT_LENGTH = 128 * 1024;

/** How many still pictures a session may send within `STILL_WINDOW_MS`: one now and then, and one for each change of the source. */
export const STILLS_PER_WINDOW = 5;

/** See `STILLS_PER_WINDOW`, in ms. */
export const STILL_WINDOW_MS = 25_000;

/** How long a still picture is shown in ms, unless a later one comes: some of them may be missed. */
export const STILL_KEPT_MS = 3 * 60_000;
/** Longest message of a chat, in UTF-16 units: a few sentences, and 50 of them stay below 64 KiB. */
export const MAX_CHAT_TEXT_LENGTH = 300;

/** Longest name beside a message of a chat, in UTF-16 units; longer ones are cut. */
export const MAX_CHAT_NAME_LENGTH = 40;

/** How many messages of a chat are kept for those who come later. */
export const KEPT_CHAT_MESSAGES = 50;

/** Most people that a broadcaster can mute; the one muted first may speak again when there are more. */
export const MAX_MUTED = 100;

/** Reactions there are, by the names they have on the wire. */
export const REACTIONS = ["heart", "like", "laugh", "wow", "clap", "party"] as const;

/** Most candidates in one message; browsers gather a few dozen at the very most. */
export const MAX_CANDIDATES = 1000;

/** Commands of one session that may wait for earlier ones to finish. */
export const MAX_WAITING_COMMANDS = 64;

/** What a peer is called that gave no name (seed rule). */
export const ANONYMOUS = "Anonymous";

/** The version of the protocol that HELLO and WELCOME speak of. */
export const PROTOCOL_VERSION = 1;

/** How often a client that greeted says that it is there, in ms. Two lost ones are noticed before a viewer's grace period is over. */
export const HEARTBEAT_MS = 5_000;

/** How long a parent may take to answer RELAY_BROADCAST, in ms: a slow phone takes under one second. */
export const RELAY_DEADLINE_MS = 3_000;

/** How long an orphan may take to join again, in ms; after that it counts as gone. */
export const ORPHAN_DEADLINE_MS = 15_000;
