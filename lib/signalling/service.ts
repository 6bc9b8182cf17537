/**
 * The signalling service of one instance: puts its parts together, opens and closes sessions, and
 * takes in what other instances send. Knows nothing of HTTP: a socket is an Outlet.
 */
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { CLOSE_SERVICE_RESTART } from "../protocol/mod.ts";
import type { ChatStore } from "../store/chat_store.ts";
import type { ResumeStore } from "../store/resume_store.ts";
import type { TreeStore } from "../store/tree_store.ts";
import type { Address, Peer } from "../tree/types.ts";
import {
  isLinkOf,
  onProbe,
  onReached,
  onRelay,
  onReturned,
  onUnreached,
  unreached,
} from "./asking.ts";
import { endBroadcast, finishEnding } from "./broadcasting.ts";
import { Chats } from "./chat/chats.ts";
import type { Context, SignallingConfig } from "./context.ts";
import { deliverBy } from "./deliver.ts";
import { dispatch } from "./dispatch.ts";
import type { Envelope } from "./envelope.ts";
import { beginGrace } from "./grace.ts";
import { Hints } from "./hints.ts";
import { insist } from "./insist.ts";
import { departLost, forgetStaleSessions, onReported } from "./lost.ts";
import { Placements } from "./placement.ts";
import { Registry } from "./registry.ts";
import { forgetPeer } from "./remembering.ts";
import { reread } from "./rereading.ts";
import { onMoved, onTaken } from "./resuming.ts";
import { type Outlet, Session } from "./session.ts";
import { Suspects } from "./suspects.ts";
import { inTurn } from "./turn.ts";
import type { Tokens } from "./tokens.ts";
import { TreeWatch } from "./tree_watch.ts";
import { unwatch } from "./departing.ts";
import { ViewerCounts } from "./viewer_counts.ts";
import { onAnswer, onDeserted, onEnded, onOrphaned } from "./parenting.ts";

/** What a SignallingService is made of. */
export interface SignallingOptions {
  config: SignallingConfig;
  address: Address;
  store: TreeStore;
  resumes: ResumeStore;
  /** What is said in chats. */
  chats: ChatStore;
  bus: Bus;
  clock: Clock;
  log: Log;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** Makes the id of a peer; unguessable and unique. */
  newId: () => string;
  tokens: Tokens;
}

/** Why a socket is closed that could be open elsewhere. */
const RESTARTS = "The service restarts";

/** See the module's paragraph. */
export class SignallingService {
  readonly #context: Context;
  readonly #unlisten: () => void;
  #reread: Promise<void> = Promise.resolve();
  #nextReread: Promise<void> | null = null;
  /** What sessions that are gone still have to give up. */
  readonly #departures = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: SignallingOptions) {
    const { config, address, store, resumes, bus, clock, log, random, newId, tokens } = options;
    const hints = new Hints({ bus, clock });
    const suspects = new Suspects({ bus, clock });
    this.#context = {
      config,
      address,
      store,
      clock,
      log,
      newId,
      tokens,
      resumes,
      takingUp: new Map(),
      suspects,
      hints,
      beginGrace: (session) => beginGrace(this.#context, session, () => this.#giveUp(session)),
      onDropped: (session) => {
        log("warn", "session_dropped", { session: session.id, reason: "not reading" });
        this.closeSession(session);
      },
      registry: new Registry(),
      placements: new Placements({ store, address, random, clock }),
      viewerCounts: new ViewerCounts({ store, clock, log }),
      treeWatch: new TreeWatch({ store, hints, clock, log }),
      chats: new Chats({ store: options.chats, tree: store, bus, clock, log, random }),
      deliver: deliverBy(
        bus,
        (envelope) => this.#receive(envelope),
        (instance) => suspects.hear(instance),
      ),
    };
    this.#unlisten = hints.listen((name) => this.#context.placements.slotsOpened(name));
  }

  /** Says when something about a broadcast may have changed, here or on another instance. */
  get hints(): Hints {
    return this.#context.hints;
  }

  /** How many sockets this instance holds. */
  get sessionCount(): number {
    return this.#context.registry.size;
  }

  /** Takes in a new socket. */
  openSession(outlet: Outlet): Session {
    const session = new Session(this.#context.newId(), this.#context.onDropped, outlet);
    // Whoever comes back at once may reach this instance again before its process has ended.
    if (this.#isClosed) session.close(CLOSE_SERVICE_RESTART, RESTARTS);
    else this.#context.registry.add(session);
    return session;
  }

  /** Takes in a text frame. */
  receive(opened: Session, frame: string): void {
    const session = opened.successor ?? opened;
    dispatch(this.#context, session, frame);
    // A frame that closed its session: the socket may take its time to say so, or never do.
    if (!session.isOpen) this.closeSession(session);
  }

  /**
   * Takes in that a socket is gone. Who greeted keeps its place for a while (RESUME-1); else its
   * broadcasts end and its place is given up (END-4, LEAVE-4). Idempotent; resolves when the tree
   * knows.
   */
  async closeSession(opened: Session): Promise<void> {
    const session = opened.successor ?? opened;
    if (session.isResumable && session.holdsSomething && !session.isGone) {
      session.releaseOutlet();
      this.#unfollowAll(session);
      this.#context.beginGrace(session);
      return;
    }
    await this.#giveUp(session);
  }

  /** Gives up all that a session holds. */
  async #giveUp(session: Session): Promise<void> {
    const { registry } = this.#context;
    session.markClosed();
    if (registry.get(session.id) !== session) return;
    registry.delete(session);
    this.#unfollowAll(session);
    const departure = inTurn(session, () => this.#depart(session));
    this.#departures.add(departure);
    await departure;
    this.#departures.delete(departure);
  }

  /** Closes every socket so that clients come back elsewhere, gives up what they held, and takes in no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const sessions = this.#context.registry.all();
    for (const session of sessions) session.close(CLOSE_SERVICE_RESTART, RESTARTS);
    for (const session of sessions) {
      // Who greeted comes back to another instance, and finds its place as it was (RESUME-7).
      if (session.isResumable && session.holdsSomething) session.markClosed();
      else this.#giveUp(session);
    }
    await Promise.all(this.#departures);
    this.#context.treeWatch.close();
    this.#context.chats.close();
    this.#unlisten();
    this.#context.hints.close();
    this.#context.suspects.close();
  }

  /**
   * Lets all sessions go without giving anything up, because others have begun to do that: the lease
   * of this instance was taken for lost. Who greeted comes back, here or elsewhere.
   */
  abandon(): void {
    const { registry } = this.#context;
    for (const session of registry.all()) {
      session.close(CLOSE_SERVICE_RESTART, RESTARTS);
      session.watching?.pending?.cancel();
      session.watching?.deadline?.();
      this.#unfollowAll(session);
      registry.delete(session);
      session.markClosed();
    }
  }

  /** Reads again what the sessions hold, because messages may have been lost. For the bus. */
  reread(): Promise<void> {
    this.#context.chats.recheck();
    // Whoever asks while this is under way may know of a later loss: once more, for all of them.
    return this.#nextReread ??= this.#reread.then(() => {
      this.#nextReread = null;
      return this.#reread = reread(this.#context);
    });
  }

  /**
   * Gives up the place of a peer whose instance is gone, unless it has come back elsewhere. For the
   * reaper.
   */
  departLost(name: string, peer: Peer): Promise<void> {
    return departLost(this.#context, name, peer);
  }

  /**
   * Forgets sessions whose peers are in no tree any more. For housekeeping; returns how many there
   * were.
   */
  forgetStaleSessions(): Promise<number> {
    return forgetStaleSessions(this.#context);
  }

  /** Finishes the end of a broadcast that its instance left half done. For housekeeping. */
  finishEnding(name: string): Promise<void> {
    return finishEnding(this.#context, name);
  }

  async #depart(session: Session): Promise<void> {
    // Also a subscription that was being made while the socket closed.
    this.#unfollowAll(session);
    const { clock, log } = this.#context;
    const steps = [
      () => unwatch(this.#context, session),
      ...[...session.broadcasts].map((name) => () => endBroadcast(this.#context, session, name)),
    ];
    // Side by side, so that none waits for another that fails.
    await Promise.all(steps.map((step) => insist({ clock, log, event: "departure_failed" }, step)));
    if (!session.isResumable) return;
    await insist(
      { clock, log, event: "forgetting_failed" },
      () => forgetPeer(this.#context, session.id),
    );
  }

  /** Ends the subscriptions of a session. */
  #unfollowAll(session: Session): void {
    this.#context.treeWatch.unsubscribeAll(session);
    this.#context.chats.unfollowAll(session);
  }

  #receive(envelope: Envelope): void {
    const { registry } = this.#context;
    if (envelope.type === "ended") {
      for (const id of envelope.to) {
        const session = registry.get(id);
        if (session) onEnded(session, envelope.broadcast, envelope.edition);
      }
      return;
    }
    // Whoever is gone needs no message, and whoever sent it hears of that from the tree (LINK-3).
    const session = registry.get(envelope.to);
    if (!session) {
      const elsewhere = registry.forwarding(envelope.to);
      // Whoever has taken a session up need not be told that it is taken.
      if (envelope.type === "taken") return;
      if (elsewhere) this.#context.deliver(elsewhere, envelope);
      else if (envelope.type === "relay" || envelope.type === "probe") {
        unreached(this.#context, envelope);
      }
      return;
    }
    switch (envelope.type) {
      case "relay":
        onRelay(this.#context, session, envelope);
        return;
      case "probe":
        onProbe(this.#context, session, envelope);
        return;
      case "reached":
        onReached(session, envelope);
        return;
      case "unreached":
        onUnreached(this.#context, session, envelope);
        return;
      case "answer":
        onAnswer(this.#context, session, envelope);
        return;
      case "pass":
        if (session.linkedAddress(envelope.from)) session.sendFrame(envelope.frame);
        return;
      case "unlink":
        if (isLinkOf(session.child(envelope.from), envelope.attempt)) {
          session.deleteChild(envelope.from);
        }
        return;
      case "moved":
        onMoved(session, envelope);
        return;
      case "returned":
        onReturned(this.#context, session, envelope);
        return;
      case "taken":
        this.#inTurn(session, () => onTaken(this.#context, session, envelope.address));
        return;
      case "orphaned":
        onOrphaned(this.#context, session, envelope.from);
        return;
      case "reported":
        onReported(this.#context, session, envelope);
        return;
      case "deserted":
        this.#inTurn(session, () => onDeserted(this.#context, session, envelope.from));
        return;
    }
  }

  /** Takes in news that need a look at the store; nobody would tell them again. */
  #inTurn(session: Session, step: () => Promise<void>): void {
    const { clock, log } = this.#context;
    inTurn(session, () => insist({ clock, log, event: "news_failed" }, step));
  }
}
