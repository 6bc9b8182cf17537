/**
 * The chats of this instance: who follows which, who may write, and how often. What is in a chat is
 * the rooms' affair.
 */
import type { Bus } from "../../bus/bus.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { ANONYMOUS, cleanChatName, type Reaction, UserError } from "../../protocol/mod.ts";
import type { ChatReading, ChatStore } from "../../store/chat_store.ts";
import { type TreeStore, unknownBroadcast } from "../../store/tree_store.ts";
import type { Edition, PeerId } from "../../tree/types.ts";
import type { Session } from "../session.ts";
import { Allowance } from "./allowance.ts";
import { ChatRoom } from "./chat_room.ts";
import { notWatching } from "./chat_writer.ts";
import { type ChatDecision, decide } from "./rules.ts";

/** Five lines in a row, and then one every two seconds: as fast as people read (CHAT-6). */
const MESSAGE_PACE = { burst: 5, everyMs: 2_000 };

/** As fast as somebody can tap for a moment, and then a few a second (CHAT-9). */
const REACTION_PACE = { burst: 10, everyMs: 250 };

/** How often a decision is tried again that another one of the same broadcaster has made void. */
const MAX_ATTEMPTS = 10;

/** What a Chats is made of. */
export interface ChatsOptions {
  store: ChatStore;
  tree: Pick<TreeStore, "peer">;
  bus: Bus;
  clock: Clock;
  log: Log;
  /** Returns a number in [0, 1). */
  random: () => number;
}

/** What a broadcaster asks for; `mute` is the id of a peer. */
export type Moderation = Omit<ChatDecision, "mute"> & { mute?: PeerId };

/** How often a session may still do things. */
interface Allowances {
  messages: Allowance;
  reactions: Allowance;
}

/** See the module's paragraph. */
export class Chats {
  readonly #options: ChatsOptions;
  readonly #rooms = new Map<string, ChatRoom>();
  /** Of sessions that have written or reacted. */
  readonly #allowances = new WeakMap<Session, Allowances>();

  constructor(options: ChatsOptions) {
    this.#options = options;
  }

  /**
   * Lets a session follow a chat; `onAccepted` is called before it is told what is in it.
   *
   * @throws {UserError} `unknown_broadcast` for a name that is not live
   */
  async follow(session: Session, name: string, onAccepted: () => void): Promise<void> {
    // When many come at once, one look does for all of them.
    const reading = this.#rooms.get(name)?.latest ?? await this.#options.store.read(name);
    if (!reading) throw unknownBroadcast(name);
    if (!session.isOpen) return;
    onAccepted();
    this.#room(name, reading.broadcast.edition).follow(session, reading);
  }

  /** Ends what `follow` began, if there is anything. */
  unfollow(session: Session, name: string): void {
    this.#rooms.get(name)?.unfollow(session);
  }

  /** Ends everything that a session follows. */
  unfollowAll(session: Session): void {
    for (const room of [...this.#rooms.values()]) room.unfollow(session);
  }

  /**
   * Writes a message of a session; resolves with its id.
   *
   * @param text is clean, and not empty
   * @throws {UserError} `not_watching`, `too_fast`, `unknown_broadcast`, `chat_off`, `chat_muted`, `busy`
   */
  async write(
    session: Session,
    broadcast: string,
    { text, peerName }: { text: string; peerName: string },
  ): Promise<string> {
    if (!isMember(session, broadcast)) throw notWatching(broadcast);
    const waitMs = this.#allowancesOf(session).messages.take(this.#options.clock.now());
    if (waitMs > 0) throw new UserError("too_fast", "You write too fast. Wait a moment", waitMs);
    const { watching } = session;
    const isViewer = watching?.broadcast === broadcast;
    const name = cleanChatName(peerName) ||
      (isViewer ? cleanChatName(watching.peerName) || ANONYMOUS : null);
    const { writer } = this.#rooms.get(broadcast) ?? await this.#openRoom(broadcast);
    return await writer.write({
      from: session.id,
      name,
      text,
      asBroadcaster: !isPlaced(session, broadcast),
    });
  }

  /** Counts a reaction of a session that is in the broadcast, unless it reacts too fast (CHAT-9). */
  react(session: Session, broadcast: string, reaction: Reaction): void {
    if (!isMember(session, broadcast)) return;
    if (this.#allowancesOf(session).reactions.take(this.#options.clock.now()) > 0) return;
    const asBroadcaster = !isPlaced(session, broadcast);
    this.#rooms.get(broadcast)?.react(session, { reaction, asBroadcaster });
  }

  /**
   * Carries out what a broadcaster has decided about its chat.
   *
   * @throws {UserError} `unknown_broadcast`, `not_broadcaster` or `busy`
   */
  async moderate(session: Session, name: string, moderation: Moderation): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const reading = await this.#options.store.read(name);
      if (!reading) throw unknownBroadcast(name);
      if (reading.broadcast.root !== session.id) {
        throw new UserError("not_broadcaster", "Only the broadcaster may moderate this chat");
      }
      const { mute, ...others } = moderation;
      const isOther = mute !== undefined && mute !== session.id;
      const muted = isOther ? { mute: await this.#named(reading, mute) } : {};
      const rules = decide(reading.rules, { ...others, ...muted });
      if (rules === reading.rules) return;
      if (await this.#options.store.govern(reading, rules)) {
        this.#room(name, reading.broadcast.edition).changed();
        return;
      }
    }
    throw new UserError("busy", "The chat is being changed all the time. Try again");
  }

  /** Looks at all chats again: something may have been missed. */
  recheck(): void {
    for (const room of this.#rooms.values()) room.recheck();
  }

  close(): void {
    for (const room of this.#rooms.values()) room.close();
    this.#rooms.clear();
  }

  /** Finds the name of somebody who is to be muted: the one seen in the chat, or the one in the tree. */
  async #named({ broadcast, messages }: ChatReading, id: PeerId) {
    const written = messages.findLast(({ from }) => from === id)?.name;
    if (written !== undefined) return { id, name: written };
    const peer = await this.#options.tree.peer(broadcast.name, id);
    return { id, name: cleanChatName(peer?.displayName ?? "") || ANONYMOUS };
  }

  async #openRoom(name: string): Promise<ChatRoom> {
    const reading = await this.#options.store.read(name);
    if (!reading) throw unknownBroadcast(name);
    return this.#room(name, reading.broadcast.edition);
  }

  #room(name: string, edition: Edition): ChatRoom {
    const existing = this.#rooms.get(name);
    if (existing?.edition === edition) return existing;
    // Of a broadcast that is over.
    existing?.close();
    const { store, bus, clock, log, random } = this.#options;
    const shared = { store, bus, clock, log, random };
    const room: ChatRoom = new ChatRoom({
      ...shared,
      name,
      edition,
      onEmpty: () => {
        if (this.#rooms.get(name) === room) this.#rooms.delete(name);
      },
    });
    this.#rooms.set(name, room);
    return room;
  }

  #allowancesOf(session: Session): Allowances {
    let allowances = this.#allowances.get(session);
    if (!allowances) {
      const now = this.#options.clock.now();
      allowances = {
        messages: new Allowance(MESSAGE_PACE, now),
        reactions: new Allowance(REACTION_PACE, now),
      };
      this.#allowances.set(session, allowances);
    }
    return allowances;
  }
}

/** Says whether a session has a place in a broadcast, or is about to get its place back (CHAT-3). */
function isMember(session: Session, name: string): boolean {
  return session.broadcasts.has(name) || isPlaced(session, name);
}

function isPlaced({ watching }: Session, name: string): boolean {
  return watching?.broadcast === name && watching.member;
}
