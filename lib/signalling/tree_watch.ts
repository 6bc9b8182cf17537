/**
 * Sends TREE_STATE_CHANGED to those who subscribed on this instance. A hint says that the tree may
 * have changed; the tree itself is read from the store, at most a few times a second per broadcast
 * and once for all its subscribers, so that a wave of joins does not cost a tree each (TREE-3).
 */
import type { Clock } from "../clock.ts";
import { errorFields, type Log } from "../log.ts";
import { encode } from "../protocol/mod.ts";
import { type TreeStore, unknownBroadcast } from "../store/tree_store.ts";
import { treeState } from "../tree/tree_state.ts";
import type { Edition } from "../tree/types.ts";
import type { Hints } from "./hints.ts";
import { Paced } from "./paced.ts";
import type { Session } from "./session.ts";

/** A first change waits this long for those that come with it. */
const SETTLE_MS = 30;

/** Pause between two trees of a small broadcast. */
const MIN_INTERVAL_MS = 250;

/** What each peer adds to that pause: reading and sending a tree of thousands takes its time. */
const INTERVAL_MS_PER_PEER = 0.25;

/** Hints may get lost: a tree that is watched is looked at anyway after this time. */
const RECHECK_MS = 5_000;

/** What TreeWatch is made of. */
export interface TreeWatchOptions {
  store: TreeStore;
  hints: Hints;
  clock: Clock;
  log: Log;
}

interface Watch {
  edition: Edition;
  subscribers: Set<Session>;
  /** Those who were sent nothing yet, or were behind when the last tree was sent. */
  owed: Set<Session>;
  lastFrame: string;
  /** How many there were in the tree when it was read last. */
  peerCount: number;
  reads: Paced;
}

/** See the module's paragraph. */
export class TreeWatch {
  readonly #options: TreeWatchOptions;
  readonly #watches = new Map<string, Watch>();
  readonly #unlisten: () => void;

  constructor(options: TreeWatchOptions) {
    this.#options = options;
    this.#unlisten = options.hints.listen((broadcast) => this.#changed(broadcast));
  }

  /**
   * Subscribes a session; `onAccepted` is called before its first tree is sent.
   *
   * @throws {UserError} `unknown_broadcast` for a name that is not live.
   */
  async subscribe(session: Session, name: string, onAccepted: () => void): Promise<void> {
    const broadcast = await this.#options.store.broadcast(name);
    if (broadcast?.state !== "live") throw unknownBroadcast(name);
    if (!session.isOpen) return;
    let watch = this.#watches.get(name);
    if (watch && watch.edition !== broadcast.edition) {
      this.#end(name, watch);
      watch = undefined;
    }
    if (!watch) {
      watch = this.#newWatch(name, broadcast.edition);
      this.#watches.set(name, watch);
    }
    onAccepted();
    watch.subscribers.add(session);
    watch.owed.add(session);
    // TREE-1
    watch.reads.askAtOnce();
  }

  /** Ends the subscription of a session, if there is one. */
  unsubscribe(session: Session, name: string): void {
    const watch = this.#watches.get(name);
    if (!watch?.subscribers.delete(session)) return;
    watch.owed.delete(session);
    if (watch.subscribers.size === 0) this.#end(name, watch);
  }

  /** Ends all subscriptions of a session. */
  unsubscribeAll(session: Session): void {
    for (const name of [...this.#watches.keys()]) this.unsubscribe(session, name);
  }

  close(): void {
    this.#unlisten();
    for (const [name, watch] of this.#watches) this.#end(name, watch);
  }

  #newWatch(name: string, edition: Edition): Watch {
    const watch: Watch = {
      edition,
      subscribers: new Set(),
      owed: new Set(),
      lastFrame: "",
      peerCount: 0,
      reads: new Paced({
        clock: this.#options.clock,
        settleMs: SETTLE_MS,
        intervalMs: () => MIN_INTERVAL_MS + INTERVAL_MS_PER_PEER * watch.peerCount,
        step: () => this.#read(name, watch),
      }),
    };
    return watch;
  }

  #end(name: string, watch: Watch): void {
    watch.reads.cancel();
    watch.subscribers.clear();
    // A later broadcast of the name may have a watch by now.
    if (this.#watches.get(name) === watch) this.#watches.delete(name);
  }

  #changed(name: string): void {
    this.#watches.get(name)?.reads.ask();
  }

  async #read(name: string, watch: Watch): Promise<void> {
    const { store, log } = this.#options;
    try {
      const [broadcast, peers] = await Promise.all([store.broadcast(name), store.peers(name)]);
      const isOn = broadcast?.state === "live" && broadcast.edition === watch.edition;
      const tree = isOn ? treeState(peers, broadcast.root) : null;
      if (!tree) return this.#end(name, watch);
      watch.peerCount = peers.length;
      this.#send(watch, encode({ command: "TREE_STATE_CHANGED", tree }));
    } catch (error) {
      log("error", "tree_read_failed", { broadcast: name, ...errorFields(error) });
    }
    if (watch.subscribers.size > 0) watch.reads.ask(watch.owed.size > 0 ? 0 : RECHECK_MS);
  }

  #send(watch: Watch, frame: string): void {
    const isNew = frame !== watch.lastFrame;
    watch.lastFrame = frame;
    for (const session of watch.subscribers) {
      if (!isNew && !watch.owed.has(session)) continue;
      // A tree of tens of thousands is too big for any client, and no reason to drop one.
      if (session.isBehind || !session.hasRoomFor(frame)) {
        watch.owed.add(session);
        continue;
      }
      watch.owed.delete(session);
      session.sendFrame(frame);
    }
  }
}
