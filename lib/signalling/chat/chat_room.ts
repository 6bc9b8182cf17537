/**
 * The chat of one broadcast as this instance sees it. Everything that followers are told comes from
 * KV: whoever writes tells the other instances that there is something new, and each reads it for all
 * of its followers at once. A hint that is lost costs time only, because KV is read every now and
 * then anyway. Reactions alone are never kept: their sums travel by the bus.
 */
import type { Bus, BusMessage } from "../../bus/bus.ts";
import type { Clock } from "../../clock.ts";
import { errorFields, type Log } from "../../log.ts";
import { encode, type Reaction } from "../../protocol/mod.ts";
import type { ChatReading, ChatStore } from "../../store/chat_store.ts";
import type { Edition } from "../../tree/types.ts";
import type { Session } from "../session.ts";
import { everything, news, personalNews } from "./chat_frames.ts";
import { ChatWriter } from "./chat_writer.ts";
import { Paced } from "../paced.ts";
import { type ReactionsPost, ReactionSums } from "./reaction_sums.ts";
import { refusal } from "./rules.ts";

/** Between two looks at a lively chat, in ms: a few frames a second, however much is said. */
const READ_EVERY_MS = 200;

/** Hints may get lost: a chat that is followed is looked at anyway after this time, in ms. */
const RECHECK_MS = 10_000;

/** Between two hints to other instances, in ms; the bus gathers them for as long anyway. */
const HINT_EVERY_MS = 50;

/** Between two sums of reactions, in ms, and how long the first one waits for others. */
const REACTIONS_EVERY_MS = 500;
const REACTIONS_SETTLE_MS = 100;

/** What each follower adds to the pauses: 5,000 of them are sent to in turn, twice a second at most. */
const MS_PER_FOLLOWER = 0.1;

/** What instances tell each other about a chat: there is something new, or these reactions came. */
const NEWS = "news";

/** What a ChatRoom is made of. */
export interface ChatRoomOptions {
  name: string;
  edition: Edition;
  store: ChatStore;
  bus: Bus;
  clock: Clock;
  log: Log;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** Is told when the room is of no use any more: nobody follows it and nothing is to be written. */
  onEmpty: () => void;
}

/** See the module's paragraph. */
export class ChatRoom {
  readonly edition: Edition;
  readonly writer: ChatWriter;
  readonly #options: ChatRoomOptions;
  readonly #followers = new Set<Session>();
  /** Those who were told nothing yet, or were behind when there was something to tell. */
  readonly #owed = new Set<Session>();
  readonly #reactions: ReactionSums;
  readonly #reads: Paced;
  readonly #hints: Paced;
  readonly #sums: Paced;
  readonly #topic: string;
  readonly #unsubscribe: () => void;
  #latest: ChatReading | null = null;
  #readAt = -Infinity;

  constructor(options: ChatRoomOptions) {
    const { name, edition, store, bus, clock, random } = this.#options = options;
    this.edition = edition;
    this.#reactions = new ReactionSums(bus.instance);
    const more = () => MS_PER_FOLLOWER * this.#followers.size;
    const intervalMs = () => READ_EVERY_MS + more();
    this.#reads = new Paced({ clock, settleMs: 0, intervalMs, step: () => this.#read() });
    this.#topic = `chat ${name}`;
    this.#hints = new Paced({
      clock,
      settleMs: 0,
      intervalMs: () => HINT_EVERY_MS,
      step: () => bus.publish(this.#topic, NEWS),
    });
    this.#sums = new Paced({
      clock,
      settleMs: REACTIONS_SETTLE_MS,
      intervalMs: () => REACTIONS_EVERY_MS + more(),
      step: () => this.#tellReactions(),
    });
    this.writer = new ChatWriter({
      broadcast: name,
      store,
      clock,
      random,
      latest: () => this.#latest,
      onWritten: () => this.changed(),
    });
    this.#unsubscribe = bus.subscribe(this.#topic, (message) => this.#hear(message));
  }

  /** What was read within the last moment, if anything. */
  get latest(): ChatReading | null {
    return this.#options.clock.now() - this.#readAt < READ_EVERY_MS ? this.#latest : null;
  }

  /** Tells a session everything, and from now on what is new (CHAT-2). */
  follow(session: Session, reading: ChatReading): void {
    this.#followers.add(session);
    this.#owed.add(session);
    if (!this.#latest) this.#take(reading);
    // Readings may overtake each other, so what others know already is read again for all of them.
    this.#reads.ask(this.#owed.size > 0 ? 0 : RECHECK_MS);
  }

  /** Ends what `follow` began. */
  unfollow(session: Session): void {
    this.#followers.delete(session);
    this.#owed.delete(session);
    this.#closeIfEmpty();
  }

  /** True when there is somebody to tell. */
  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** Takes in that the chat was changed by this instance. */
  changed(): void {
    this.#hints.ask();
    if (this.isFollowed) this.#reads.ask();
    this.#closeIfEmpty();
  }

  /** Looks at KV: something may have been missed. */
  recheck(): void {
    if (this.isFollowed) this.#reads.ask();
  }

  /** Counts a reaction of a follower, unless it may not react now; the broadcaster's is the root's only. */
  react(
    session: Session,
    { reaction, asBroadcaster }: { reaction: Reaction; asBroadcaster: boolean },
  ): void {
    if (!this.#followers.has(session)) return;
    if (!this.#latest || refusal(this.#latest, session.id)) return;
    if (asBroadcaster && this.#latest.broadcast.root !== session.id) return;
    this.#reactions.add(reaction);
    this.#sums.ask();
  }

  /** Ends everything. */
  close(): void {
    this.#end();
    this.#hints.cancel();
  }

  /** Ends everything but a hint that is still to go out. */
  #end(): void {
    this.#unsubscribe();
    this.#followers.clear();
    this.#owed.clear();
    this.#reads.cancel();
    this.#sums.cancel();
    this.#latest = null;
  }

  #closeIfEmpty(): void {
    if (this.isFollowed || this.writer.isBusy) return;
    this.#end();
    this.#options.onEmpty();
  }

  #hear(message: BusMessage): void {
    if (message === NEWS) return this.recheck();
    // Instances of one deployment speak to themselves only, so the shape is not checked again.
    if (this.#reactions.hear(message as unknown as ReactionsPost)) this.#sums.ask();
  }

  async #read(): Promise<void> {
    const { store, name, log } = this.#options;
    if (!this.isFollowed) return;
    try {
      const reading = await store.read(name);
      if (reading?.broadcast.edition === this.edition) this.#take(reading);
      else {
        this.#end();
        this.#options.onEmpty();
        return;
      }
    } catch (error) {
      log("error", "chat_read_failed", { broadcast: name, ...errorFields(error) });
    }
    if (this.isFollowed) this.#reads.ask(RECHECK_MS);
  }

  /** Tells the followers what is new in a reading. */
  #take(reading: ChatReading): void {
    const before = this.#latest ?? reading;
    this.#latest = reading;
    this.#readAt = this.#options.clock.now();
    const forAll = news(before, reading);
    const forSome = personalNews(before, reading);
    const frame = forAll && encode(forAll);
    for (const session of this.#followers) {
      if (this.#owed.has(session)) {
        this.#sendEverything(session, reading);
        continue;
      }
      if (frame) this.#send(session, frame);
      const personal = forSome.get(session.id);
      if (personal) this.#send(session, encode(personal));
    }
  }

  #tellReactions(): void {
    const { bus, name } = this.#options;
    const post = this.#reactions.takePost();
    if (post) bus.publish(this.#topic, post);
    const reactions = this.#reactions.takeDue();
    if (!reactions) return;
    const frame = encode({ command: "CHAT_CHANGED", name, reactions });
    for (const session of this.#followers) {
      // Nobody who is behind has time for these.
      if (!session.isBehind) session.sendFrame(frame);
    }
  }

  #sendEverything(session: Session, reading: ChatReading): void {
    this.#owed.delete(session);
    this.#send(session, encode(everything(reading, session.id)));
  }

  #send(session: Session, frame: string): void {
    if (session.isBehind) this.#owed.add(session);
    else session.sendFrame(frame);
  }
}
