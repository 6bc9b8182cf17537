/**
 * One visit to a broadcast: joins it, waits while it is not live, tries again after a loss, until it
 * is over. Between a Tributary and whoever shows what comes of it, the watch page as the element;
 * draws nothing, and leaves the client itself to whoever made it.
 * This module is browser compatible.
 */
import { Emitter } from "../emitter.ts";
import type { Tributary } from "../tributary.ts";
import type { TributaryError } from "../tributary_error.ts";
import type { TributaryState } from "../tributary_state.ts";
import {
  PAUSES,
  type PlayerState,
  type Pursuit,
  pursuitIn,
  stateOfClient,
  stateOfError,
} from "./player_state.ts";

/** What a visit needs of the SDK. */
export type VisitClient = Pick<Tributary, "joinBroadcast" | "on">;

/** How to join. */
export interface JoinOptions {
  /** Whether somebody asked for it and is to see that it is tried; true by default. */
  isWish?: boolean;
}

/** What a visit is made of. */
export interface VisitOptions {
  name: string;
  client: VisitClient;
  /** What the viewer is called now; asked at each join. */
  peerName?: () => string | undefined;
  /** What has to be over before anything is joined: the leave of an earlier visit on this client. */
  earlier?: Promise<void>;
  /** Calls `join` when the broadcast is live, until the function that it returns is called. */
  follow: (join: (options?: JoinOptions) => void) => () => void;
  /**
   * Asks by itself where a page of ours need not: now and then while nobody is live, because services
   * of earlier versions and strict pages have no event stream, and also after the service was busy,
   * because there may be nobody to press a button.
   */
  asksByItself?: boolean;
  /** Calls back after a time in ms, unless the function that it returns is called before. */
  after?: (ms: number, fn: () => void) => () => void;
  random?: () => number;
}

/** What a visit emits. */
export interface VisitEvents {
  state: PlayerState;
  /** Why a join failed, the first time that it did for this reason. */
  error: TributaryError;
}

/** Another parent is mostly found before anybody sees that the last one has gone. */
const UNSEEN_CHANGE_MS = 600;

/** See the module's paragraph. What its client says counts from the first join until `close`. */
export class Visit extends Emitter<VisitEvents> {
  readonly #options: VisitOptions & Required<Pick<VisitOptions, "after" | "random">>;
  #state: PlayerState = "idle";
  #isJoining = false;
  #isOver = false;
  #pauseMs = 0;
  #cancelRetry: (() => void) | null = null;
  #cancelChange = () => {};
  #unfollow = () => {};
  #unlisten: (() => void) | null = null;

  constructor(options: VisitOptions) {
    super();
    this.#options = { after: afterTimeout, random: Math.random, ...options };
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** Waits until the broadcast is live, without asking first. */
  wait(): void {
    this.#enter("waiting");
  }

  /** Joins; what is shown meanwhile stays as it is, unless this is somebody's wish. */
  async join({ isWish = true }: JoinOptions = {}): Promise<void> {
    if (this.#state === "live" || this.#state === "reconnecting") return;
    if (isWish) this.#enter("connecting");
    if (this.#isJoining || this.#isOver) return;
    this.#isJoining = true;
    const error = await this.#tryToJoin();
    this.#isJoining = false;
    if (error) this.#handleError(error);
  }

  /** Ends it; nothing is emitted any more, whatever its client still says. */
  close(): void {
    this.#isOver = true;
    this.#rest();
    this.#cancelChange();
    this.#unlisten?.();
  }

  async #tryToJoin(): Promise<TributaryError | null> {
    const { client, name, peerName, earlier } = this.#options;
    try {
      // Also lets what is set beside this call, as whether to relay, count for the join.
      await earlier;
      // Ended meanwhile: nobody would leave what was joined now.
      if (this.#isOver) return null;
      this.#unlisten ??= client.on("statechanged", (state) => this.#handleClient(state));
      await client.joinBroadcast(name, peerName?.());
      return null;
    } catch (thrown) {
      return thrown as TributaryError;
    }
  }

  #handleClient(next: TributaryState): void {
    this.#cancelChange();
    const take = () => {
      const state = stateOfClient(next, this.#state);
      if (state !== this.#state) this.#enter(state);
    };
    if (next !== "RECONNECTING") take();
    else this.#cancelChange = this.#options.after(UNSEEN_CHANGE_MS, take);
  }

  #handleError(error: TributaryError): void {
    const before = this.#state;
    const isBusy = error.code === "busy" && this.#options.asksByItself;
    const state = isBusy ? "full" : stateOfError(error.code, before);
    this.#enter(state);
    // That nobody is live yet is no error; and what is tried by itself is told of once.
    if (state !== before && state !== "waiting" && !this.#isOver) this.emit("error", error);
  }

  #enter(state: PlayerState): void {
    if (this.#isOver) return;
    const [before, pursuit] = [pursuitIn(this.#state), pursuitIn(state)];
    const isNew = state !== this.#state;
    this.#state = state;
    if (pursuit !== before) {
      this.#rest();
      if (pursuit === "follow") {
        this.#unfollow = this.#options.follow((options) => void this.join(options));
      }
    }
    if (pursuit === "retry" || pursuit && this.#options.asksByItself) this.#tryLater(pursuit);
    // Last, because whoever hears it may end this visit, or wish something else.
    if (isNew) this.emit("state", state);
  }

  /** A pause that has begun goes on: one loss is often told twice, by the client and by the join. */
  #tryLater(pursuit: Pursuit): void {
    if (this.#cancelRetry) return;
    const [first, last] = PAUSES[pursuit];
    this.#pauseMs = this.#pauseMs ? Math.min(this.#pauseMs * 2, last) : first;
    const { after, random } = this.#options;
    // Not all of those who wait at once.
    this.#cancelRetry = after(this.#pauseMs * (0.75 + random() / 2), () => {
      this.#cancelRetry = null;
      void this.join({ isWish: false });
    });
  }

  /** Ends what goes on by itself; the next pause is a first one again. */
  #rest(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#pauseMs = 0;
    this.#unfollow();
    this.#unfollow = () => {};
  }
}

function afterTimeout(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}
