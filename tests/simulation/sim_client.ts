/**
 * A client of the simulation: behaves as the prototype's does, over a network with delays of its
 * own, and remembers what it was told so that the end of a run can be judged.
 */
import {
  type ClientMessage,
  CLOSE_RESUMED_ELSEWHERE,
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
  /** Chooses the instance that a new socket reaches. */
  pickService: () => SignallingService;
  /** Greets, and so keeps its place when it loses its socket. */
  greets: boolean;
  clock: SimClock;
  /** Returns a number in [0, 1). */
  random: () => number;
  /** Longest time a message takes between client and service, in ms. */
  maxLatencyMs: number;
  /** Longest time it thinks about an offer, in ms. */
  maxAnswerMs: number;
  /** Longest time until it comes back when it has lost its socket, in ms. */
  maxAbsenceMs: number;
}

/** One socket of a client. */
class SimSocket implements Outlet {
  isOpen = true;
  readonly session: Session;
  readonly #client: SimClient;
  readonly #service: SignallingService;
  #upAt = 0;
  #downAt = 0;

  constructor(client: SimClient, service: SignallingService) {
    this.#client = client;
    this.#service = service;
    this.session = service.openSession(this);
  }

  // What the service sends arrives later, in order.
  send(frame: string): void {
    this.#downAt = this.#client.later(this.#downAt, () => {
      if (this.isOpen) this.#client.handle(JSON.parse(frame));
    });
  }

  sendUp(message: ClientMessage): void {
    this.#upAt = this.#client.later(this.#upAt, () => {
      if (this.isOpen) this.#service.receive(this.session, encode(message));
    });
  }

  close(code: number): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#client.handleClose(code);
  }

  /** The network or the client ends it. */
  lose(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#service.closeSession(this.session);
  }

  backlogBytes(): number {
    return 0;
  }
}

/** See the module's paragraph. */
export class SimClient {
  readonly greets: boolean;
  id: string;
  /** The broadcast it wants to watch. */
  wants: string | null = null;
  /** Whose answer it has; null while it has none. */
  parent: string | null = null;
  /** Keeps offers to itself when false, as a page that hangs. */
  answers = true;
  /** Whose tree it was promised, when it had asked, and the latest it got. One at most: trees come without a name. */
  subscription: { name: string; at: number; tree: TreeNode | null } | null = null;
  isOpen = true;
  /** Carries others (RELAY-1). */
  isRelaying = true;
  readonly #options: SimClientOptions;
  #socket: SimSocket;
  #token: string | undefined;
  /** Greeted, and not welcomed yet: nothing else is sent. */
  #isGreeting = false;
  #unanswered: string[] = [];
  #starting: string[] = [];
  /** It has said how it relays, and may not have been heard. */
  #hasSwitched = false;
  /** Whose tree it has asked for, until that is acknowledged. */
  #subscribing: { name: string; at: number } | null = null;
  /** Names it broadcasts. */
  #live = new Set<string>();

  constructor(options: SimClientOptions) {
    this.#options = options;
    this.greets = options.greets;
    this.#socket = this.#connect();
    this.id = this.#socket.session.id;
  }

  /** True when it can be heard. */
  get isConnected(): boolean {
    return this.#socket.isOpen && !this.#isGreeting;
  }

  /** The service has closed the socket. */
  handleClose(code: number): void {
    if (!this.greets) {
      this.isOpen = false;
      this.wants = null;
    } else if (code !== CLOSE_RESUMED_ELSEWHERE) this.#comeBack(1000);
  }

  /** The network loses the socket; it comes back over another one. */
  loseSocket(): void {
    this.#socket.lose();
    this.#comeBack(this.#options.maxAbsenceMs);
  }

  start(name: string): void {
    if (!this.isConnected) return;
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
    const relay = this.isRelaying ? undefined : "none";
    this.#sendUp({ command: "JOIN_BROADCAST", name, offer: { from: this.id }, relay });
  }

  /** Relays no more, or again. */
  setRelaying(on: boolean): void {
    this.isRelaying = on;
    this.#hasSwitched = true;
    this.#sendUp({ command: "SET_RELAY", relay: on ? "forward" : "none" });
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

  /** The socket vanishes, and nobody comes back. */
  vanish(): void {
    this.isOpen = false;
    this.wants = null;
    this.#socket.lose();
  }

  /** Answers again, also what it has kept to itself. */
  wakeUp(): void {
    this.answers = true;
    for (const peer of this.#unanswered.splice(0)) this.#answer(peer);
  }

  handle(message: ServerMessage): void {
    if (!this.isOpen) return;
    switch (message.command) {
      case "WELCOME":
        this.#handleWelcome(message);
        break;
      case "START_BROADCAST_RECEIVED":
        // Whoever broadcasts a name does not watch it any more.
        if (this.#starting[0]) this.#live.add(this.#starting[0]);
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
        if (this.#subscribing) this.subscription = { ...this.#subscribing, tree: null };
        break;
      case "TREE_STATE_CHANGED":
        if (this.subscription) this.subscription.tree = message.tree;
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

  #connect(): SimSocket {
    const socket = new SimSocket(this, this.#options.pickService());
    if (this.greets) {
      this.#isGreeting = true;
      socket.sendUp({ command: "HELLO", version: 1, resume: this.#token });
    }
    return socket;
  }

  #comeBack(withinMs: number): void {
    const { clock, random } = this.#options;
    this.#starting = [];
    this.#subscribing = this.subscription = null;
    clock.after(random() * withinMs, () => {
      if (this.isOpen && !this.#socket.isOpen) this.#socket = this.#connect();
    });
  }

  /** Goes by what it is told, and says again what was lost. */
  #handleWelcome({ id, resume, broadcasts, watching }: ServerMessageOf<"WELCOME">): void {
    this.#isGreeting = false;
    this.id = id;
    this.#token = resume;
    this.#live = new Set(broadcasts);
    // It may have begun to broadcast what it wanted to watch when it could not be heard.
    if (this.wants !== null && this.#live.has(this.wants)) this.wants = null;
    const { wants } = this;
    this.parent = watching && watching.name === wants ? watching.parent : null;
    if (watching && !wants) this.leave();
    // An orphan is told to reconnect.
    else if (wants && watching?.name !== wants) this.join(wants);
    // What was said while nobody could hear it is lost.
    if (watching && this.#hasSwitched) this.setRelaying(this.isRelaying);
  }

  #sendUp(message: ClientMessage): void {
    // What is said without a socket is lost.
    if (this.isConnected) this.#socket.sendUp(message);
  }

  /** Does something after a delay, but not before what was to be done last; returns when. */
  later(lastAt: number, fn: () => void): number {
    const { clock, random, maxLatencyMs } = this.#options;
    const at = Math.max(lastAt, clock.now() + random() * maxLatencyMs);
    clock.after(at - clock.now(), fn);
    return at;
  }
}
