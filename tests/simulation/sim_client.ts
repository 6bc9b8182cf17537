/**
 * A client of the simulation: behaves as the prototype's does, over a network with delays of its
 * own, and remembers what it was told so that the end of a run can be judged.
 */
import {
  type ClientMessage,
  encode,
  type ServerMessage,
  type ServerMessageOf,
  type TreeNode,
} from "../../lib/protocol/mod.ts";
import type { SignallingService } from "../../lib/signalling/service.ts";
import type { Outlet, Session } from "../../lib/signalling/session.ts";
import type { SimClock } from "../support/sim/sim_clock.ts";

/** What a client is made of. */
export interface SimClientOptions {
  service: SignallingService;
  clock: SimClock;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** Longest time a message takes between client and service, in ms. */
  maxLatencyMs: number;
  /** Longest time it thinks about an offer, in ms. */
  maxAnswerMs: number;
}

/** See the module's paragraph. */
export class SimClient implements Outlet {
  readonly session: Session;
  /** The broadcast it wants to watch. */
  wants: string | null = null;
  /** Whose answer it has; null while it has none. */
  parent: string | null = null;
  /** Keeps offers to itself when false, as a page that hangs. */
  answers = true;
  /** Whose tree it was promised, when it had asked, and the latest it got. One at most: trees come without a name. */
  subscription: { name: string; at: number; tree: TreeNode | null } | null = null;
  isOpen = true;
  readonly #options: SimClientOptions;
  #unanswered: string[] = [];
  readonly #starting: string[] = [];
  /** Whose tree it has asked for, until that is acknowledged. */
  #subscribing: { name: string; at: number } | null = null;
  /** Names it broadcasts. */
  readonly #live = new Set<string>();
  #upAt = 0;
  #downAt = 0;

  constructor(options: SimClientOptions) {
    this.#options = options;
    this.session = options.service.openSession(this);
  }

  get id(): string {
    return this.session.id;
  }

  // As an Outlet: what the service sends arrives later, in order.
  send(frame: string): void {
    this.#downAt = this.#later(this.#downAt, () => this.#handle(JSON.parse(frame)));
  }

  close(): void {
    this.isOpen = false;
    this.wants = null;
  }

  backlogBytes(): number {
    return 0;
  }

  start(name: string): void {
    this.#starting.push(name);
    this.#sendUp({ command: "START_BROADCAST", name });
  }

  end(name: string): void {
    this.#sendUp({ command: "END_BROADCAST", name });
  }

  /** Joins, or joins again. */
  join(name: string): void {
    // Refusing that is shown elsewhere (JOIN-8); here it would only blur what the client wants.
    if (this.#live.has(name) || this.#starting.includes(name)) return;
    this.wants = name;
    this.parent = null;
    this.#sendUp({ command: "JOIN_BROADCAST", name, offer: { from: this.id } });
  }

  leave(): void {
    this.wants = null;
    this.parent = null;
    this.#sendUp({ command: "LEAVE_BROADCAST" });
  }

  /** Asks for the tree of a broadcast, if it has none. */
  subscribe(name: string): void {
    if (this.subscription || this.#subscribing) return;
    this.#subscribing = { name, at: this.#options.clock.now() };
    this.#sendUp({ command: "SUBSCRIBE_TO_TREE_STATE", name });
  }

  /** The socket vanishes. */
  vanish(): void {
    this.isOpen = false;
    this.wants = null;
    this.#options.service.closeSession(this.session);
  }

  /** Answers again, also what it has kept to itself. */
  wakeUp(): void {
    this.answers = true;
    for (const peer of this.#unanswered.splice(0)) this.#answer(peer);
  }

  #handle(message: ServerMessage): void {
    if (!this.isOpen) return;
    switch (message.command) {
      case "START_BROADCAST_RECEIVED":
        // Whoever broadcasts a name does not watch it any more.
        this.#live.add(this.#starting[0]!);
        if (this.#starting.shift() === this.wants) this.wants = this.parent = null;
        break;
      case "RELAY_BROADCAST":
        if (this.answers) this.#answer(message.peer);
        else this.#unanswered.push(message.peer);
        break;
      case "JOIN_BROADCAST_RECEIVED":
        if (this.wants) this.parent = message.peer;
        // The answer to a join it has given up meanwhile: it gives the place back.
        else this.leave();
        break;
      case "RECONNECT_TO_BROADCAST":
        if (this.wants === message.name) this.join(message.name);
        break;
      case "BROADCAST_ENDED":
        if (this.wants === message.name) this.wants = this.parent = null;
        this.#live.delete(message.name);
        break;
      case "SUBSCRIBE_TO_TREE_STATE_RECEIVED":
        this.subscription = { ...this.#subscribing!, tree: null };
        break;
      case "TREE_STATE_CHANGED":
        this.subscription!.tree = message.tree;
        break;
      case "ERROR":
        this.#handleError(message);
    }
  }

  #handleError({ code, answers, message }: ServerMessageOf<"ERROR">): void {
    if (answers === "START_BROADCAST") {
      const refused = this.#starting.shift()!;
      // It may have been told to reconnect while it thought that it would broadcast the name itself.
      if (this.wants === refused) this.join(refused);
    }
    if (answers === "SUBSCRIBE_TO_TREE_STATE") this.#subscribing = null;
    if (code === "internal" && answers === "LEAVE_BROADCAST" && !this.wants) {
      this.#options.clock.after(500, () => {
        if (!this.wants && this.isOpen) this.leave();
      });
    }
    if (answers !== "JOIN_BROADCAST" || !this.wants) return;
    const { wants } = this;
    // It may be about a broadcast that was wanted before.
    if (code !== "internal" && !message.includes(wants)) return;
    if (code !== "no_capacity" && code !== "internal") {
      this.wants = null;
      return;
    }
    // An answer to an earlier join may have come in between; that place is given up.
    this.parent = null;
    this.#options.clock.after(500, () => {
      if (this.wants === wants && this.isOpen && this.parent === null) this.join(wants);
    });
  }

  #answer(peer: string): void {
    const { clock, random, maxAnswerMs } = this.#options;
    clock.after(random() * maxAnswerMs, () => {
      this.#sendUp({ command: "RELAY_BROADCAST_RECEIVED", peer, answer: { from: this.id } });
      this.#sendUp({ command: "ICE_CANDIDATES", peer, candidates: [] });
    });
  }

  #sendUp(message: ClientMessage): void {
    this.#upAt = this.#later(this.#upAt, () => {
      if (this.isOpen) this.#options.service.receive(this.session, encode(message));
    });
  }

  /** Does something after a delay, but not before what was to be done last; returns when. */
  #later(lastAt: number, fn: () => void): number {
    const { clock, random, maxLatencyMs } = this.#options;
    const at = Math.max(lastAt, clock.now() + random() * maxLatencyMs);
    clock.after(at - clock.now(), fn);
    return at;
  }
}
