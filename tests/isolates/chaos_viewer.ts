/**
 * A page of the chaos test: a peer without media that behaves as our client does (greets, comes back
 * over another socket, reports a picture that stands still) or as the prototype's does. A page lives
 * apart from its socket, as media does: what it carries goes on while its instance is dead.
 */
import type { ServerMessage } from "../../lib/protocol/mod.ts";
import { VirtualPeer } from "../support/virtual_peer.ts";

/** After this long without a picture our client reports its parent lost, in ms. */
const STILL_MS = 1_000;

/** Pause before another attempt, in ms, when a join was refused or nobody listened. */
const RETRY_MS = 300;

/** Longest time until somebody who has lost its socket comes back, in ms: most do so at once. */
const MAX_ABSENCE_MS = 500;

/** Who is back so soon, in ms, is within any grace period, whichever side noticed the loss first. */
const SURELY_IN_TIME_MS = 1_500;

/** What a page finds around it. */
export interface ChaosPageWorld {
  /** Returns a number in [0, 1). */
  random: () => number;
  /** For how long isolates have got no turn so far, in ms. */
  readonly stalledMs: number;
  /** Chooses a living instance. */
  url: () => string;
  /** Finds a page, also one that is closed. */
  page: (label: string) => ChaosPage | undefined;
  /** Notes what happens, for the story of a run that fails. */
  tell: (text: string) => void;
  /** Notes what must not happen. */
  fault: (text: string) => void;
}

/** Time that a viewer spent without a parent that carries it. */
export interface OrphanPeriod {
  label: string;
  greets: boolean;
  from: number;
  ms: number;
  /** Whose page was gone; null when the service said so first. */
  lost: ChaosPage | null;
  /** The parents that were seen to be asked for it. */
  asked: Set<string>;
  /** How often it lost its own socket meanwhile. */
  interruptions: number;
  /** For how long isolates got no turn meanwhile, in ms. */
  stalledMs: number;
  /** The one that took it; null when it did not wait for that. */
  found: string | null;
}

/** See the module's paragraph; its signalling begins as it is made. */
export class ChaosPage {
  readonly label: string;
  readonly broadcast: string;
  readonly greets: boolean;
  readonly isBroadcaster: boolean;
  /** Those who get their picture from this page. */
  readonly carried: Set<string> = new Set();
  /** From whom this page had its last answer, and under which id. */
  parent: { label: string; id: string } | null = null;
  isOpen = true;
  wants = true;
  resumes = 0;
  /** The wait for a first parent, in ms; null until there is one. */
  firstParentMs: number | null = null;
  periods: OrphanPeriod[] = [];
  /** True when the page has heard that its broadcast is over. */
  hasEnded = false;
  /** True from the end on, when BROADCAST_ENDED is what has to come. */
  mayEnd = false;
  /** False when the page was closed while the service could not hear of it. */
  wasHeard = true;
  closedAt = Infinity;
  /** The instance that its last socket reached. */
  instance = "";
  readonly #world: ChaosPageWorld;
  #peer: VirtualPeer | null = null;
  #isWelcome = false;
  #token: string | undefined;
  #hasStarted = false;
  #hasLostSocket = false;
  /** Since when it has no socket, or will have had none when it hears of that. */
  #lostSocketAt = Infinity;
  #joinedAt = performance.now();
  #period: OrphanPeriod | null = null;
  #stillSince: number | null = null;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #connecting: Promise<void> = Promise.resolve();

  constructor(
    world: ChaosPageWorld,
    { label, broadcast, greets, isBroadcaster = false }: {
      label: string;
      broadcast: string;
      greets: boolean;
      isBroadcaster?: boolean;
    },
  ) {
    this.#world = world;
    this.label = label;
    this.broadcast = broadcast;
    this.greets = greets;
    this.isBroadcaster = isBroadcaster;
    this.#connect();
  }

  /** True while the service can reach the page. */
  get isConnected(): boolean {
    return this.#peer !== null && this.#isWelcome;
  }

  /** True while somebody carries it: only what both ends hold is a link. */
  get isLinked(): boolean {
    const parent = this.parent && this.#world.page(this.parent.label);
    return Boolean(parent?.isOpen && parent.carried.has(this.label));
  }

  /** The period without a parent that it is in, if any. */
  get period(): OrphanPeriod | null {
    return this.#period;
  }

  /** Looks at what a person would see; to be called every few ms. */
  watch(): void {
    const now = performance.now();
    if (this.isBroadcaster || !this.isOpen || !this.wants) return this.#endPeriod(now);
    // Nobody can tell it anything any more; whoever looks at it has to load the page again.
    if (!this.greets && this.#hasLostSocket) {
      this.#period = null;
      return;
    }
    if (this.firstParentMs === null) {
      if (this.isLinked) this.firstParentMs = now - this.#joinedAt;
      return;
    }
    if (this.isLinked) {
      this.#stillSince = null;
      return this.#endPeriod(now);
    }
    if (!this.#period) {
      const { label, greets } = this;
      const lost = this.parent && this.#world.page(this.parent.label)!;
      this.#period = {
        label,
        greets,
        from: now,
        ms: 0,
        lost,
        asked: new Set(),
        interruptions: 0,
        stalledMs: -this.#world.stalledMs,
        found: null,
      };
    }
    // Told already: it has joined again, and waits for the answer.
    if (!this.greets || this.parent === null) return;
    this.#stillSince ??= now;
    if (now - this.#stillSince < STILL_MS || !this.isConnected) return;
    const lost = this.parent.id;
    this.parent = null;
    this.#stillSince = null;
    this.#tell(`reports ${lost.slice(0, 8)} lost`);
    this.#join(lost);
  }

  /** Stops watching by the button, and closes the page. */
  async leave(): Promise<void> {
    if (!this.isConnected) return this.close();
    this.#tell("leaves");
    this.wants = false;
    this.#peer!.send({ command: "LEAVE_BROADCAST" });
    const heard = this.#peer!.waitFor("LEAVE_BROADCAST_RECEIVED").then(() => true, () => false);
    // The old stream goes with the page.
    const wasHeard = await heard;
    await this.close();
    this.wasHeard = wasHeard;
  }

  /** Closes the page without a word; all it carries loses its picture. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.#tell("is closed");
    // Who greeted has its grace period first, however the socket ended.
    this.wasHeard = this.#peer !== null && !this.greets;
    this.isOpen = false;
    this.wants = false;
    this.closedAt = performance.now();
    this.carried.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#connecting;
    await this.#peer?.close();
  }

  /** Loses its socket; our client comes back, the prototype's never does. */
  loseSocket(): void {
    this.#tell("loses its socket");
    this.noteLoss();
    this.#peer?.drop();
  }

  /** Notes that the socket is lost; the page itself hears of it later. */
  noteLoss(): void {
    this.#lostSocketAt = Math.min(performance.now(), this.#lostSocketAt);
  }

  /** Ends what it broadcasts. */
  end(): void {
    this.#peer?.send({ command: "END_BROADCAST", name: this.broadcast });
  }

  #connect(): void {
    this.#connecting = this.#tryToConnect();
  }

  async #tryToConnect(): Promise<void> {
    let peer: VirtualPeer;
    try {
      this.instance = this.#world.url();
      peer = await VirtualPeer.connect(this.instance, {
        answer: { from: this.label },
        candidates: [this.label],
        records: false,
        onMessage: (message, from) => {
          if (from === this.#peer) this.#handle(message);
        },
      });
    } catch {
      // The instance has just been killed.
      if (this.isOpen) this.#later(this.#world.random() * RETRY_MS, () => this.#connect());
      return;
    }
    this.#peer = peer;
    if (!this.isOpen) return;
    peer.closed.then(({ code }) => this.#handleClose(peer, code));
    if (this.greets) peer.send({ command: "HELLO", version: 1, resume: this.#token });
    else {
      this.#isWelcome = true;
      this.#begin();
    }
  }

  #begin(): void {
    const { label, broadcast } = this;
    if (!this.isBroadcaster) return this.#join();
    this.#peer!.send({ command: "START_BROADCAST", name: broadcast, peerName: label });
  }

  #join(lost?: string): void {
    if (!this.wants || !this.isConnected) return;
    this.#peer!.send({
      command: "JOIN_BROADCAST",
      name: this.broadcast,
      offer: { from: this.label },
      peerName: this.label,
      ...(lost ? { lost } : {}),
    });
  }

  #handleClose(peer: VirtualPeer, code: number): void {
    if (this.#peer !== peer) return;
    this.#peer = null;
    this.#isWelcome = false;
    this.#hasLostSocket = true;
    this.#lostSocketAt = Math.min(performance.now(), this.#lostSocketAt);
    if (this.#period) this.#period.interruptions++;
    if (!this.isOpen) return;
    this.#tell(`has lost its socket (${code})`);
    // A new prototype page is a new viewer; this one plays on as long as it is carried.
    if (!this.greets) return;
    this.#later(this.#world.random() ** 2 * MAX_ABSENCE_MS, () => this.#connect());
  }

  #handle(message: ServerMessage): void {
    switch (message.command) {
      case "WELCOME": {
        this.#isWelcome = true;
        const isBack = this.#token !== undefined;
        this.#token = message.resume;
        if (!isBack) return this.#begin();
        return this.#goOn(message);
      }
      case "START_BROADCAST_RECEIVED":
        this.#hasStarted = true;
        return;
      case "RELAY_BROADCAST":
        // VirtualPeer has answered.
        this.carried.add(String(message.offer.from));
        return;
      case "JOIN_BROADCAST_RECEIVED":
        return this.#moveTo({ label: String(message.answer.from), id: message.peer });
      case "RECONNECT_TO_BROADCAST":
        this.#tell("is told to reconnect");
        this.#letGo();
        return this.#join();
      case "BROADCAST_ENDED":
        if (!this.mayEnd) this.#world.fault(`${this.label} was told that its broadcast is over`);
        this.wants = false;
        this.hasEnded = true;
        return;
      case "ERROR":
        return this.#handleError(message);
    }
  }

  #handleError({ code, answers }: ServerMessage & { command: "ERROR" }): void {
    this.#tell(`is refused: ${answers} ${code}`);
    if (answers === "JOIN_BROADCAST") {
      if (code === "unknown_broadcast" && !this.mayEnd) {
        this.#world.fault(`${this.label}'s broadcast is unknown`);
      }
      // Who was joining when it ended is told so (END-5).
      if (code === "unknown_broadcast" && this.mayEnd) {
        this.wants = false;
        this.hasEnded = true;
        return;
      }
      this.#later(RETRY_MS, () => this.#join());
    } else if (code === "internal") this.#world.fault(`${this.label}: ${answers} failed`);
  }

  /** Takes in where it is after it has come back; what was lost with the socket is done again. */
  #goOn({ resumed, broadcasts, watching }: ServerMessage & { command: "WELCOME" }): void {
    if (resumed) this.resumes++;
    const { parent } = watching ?? {};
    const place = parent ? ` under ${parent.slice(0, 8)}` : parent === null ? ", an orphan" : "";
    this.#tell(`${resumed ? "is back" : "is new"}${place}`);
    if (this.isBroadcaster) {
      if (broadcasts.includes(this.broadcast)) return;
      if (this.#hasStarted && !this.mayEnd) {
        this.#world.fault(`${this.label} came back and its broadcast was gone`);
      }
      return this.#begin();
    }
    const isInTime = performance.now() - this.#lostSocketAt < SURELY_IN_TIME_MS;
    this.#lostSocketAt = Infinity;
    if (!resumed && this.isLinked && isInTime) {
      this.#world.fault(`${this.label} came back in time and its place was gone`);
    }
    // An orphan is told to reconnect.
    if (watching && watching.parent === null) return this.#letGo();
    if (!watching || watching.parent !== this.parent?.id) {
      this.#letGo();
      this.#join();
    }
  }

  /** Gets its picture from there from now on. */
  #moveTo(parent: { label: string; id: string }): void {
    this.#tell(`has the answer of ${parent.label} ${parent.id.slice(0, 8)}`);
    if (this.parent?.label !== parent.label) this.#letGo();
    this.parent = parent;
  }

  /** Lets go of its parent. */
  #letGo(): void {
    this.#world.page(this.parent?.label ?? "")?.carried.delete(this.label);
    this.parent = null;
  }

  #endPeriod(now: number): void {
    if (!this.#period) return;
    // Who leaves while it waits has waited, too.
    this.#period.ms = now - this.#period.from;
    this.#period.stalledMs += this.#world.stalledMs;
    this.#period.found = this.isLinked ? this.parent!.label : null;
    this.periods.push(this.#period);
    const { ms, found } = this.#period;
    this.#tell(`was without a parent for ${ms.toFixed()} ms, found ${found}`);
    this.#period = null;
  }

  #later(ms: number, fn: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.isOpen) fn();
    }, ms);
    this.#timers.add(timer);
  }

  #tell(text: string): void {
    this.#world.tell(`${this.label} ${text}`);
  }
}
