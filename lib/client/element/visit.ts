/**
 * One visit to a broadcast: joins it, waits while it is not live, tries again after a loss, until it
 * is over. Between a Tributary and whoever shows what comes of it; draws nothing.
 * This module is browser compatible.
 */
import { Emitter } from "../emitter.ts";
import type { Tributary } from "../tributary.ts";
import type { TributaryError } from "../tributary_error.ts";
import { PAUSES, type PlayerState, stateOfClient, stateOfError } from "./player_state.ts";

/** What a visit needs of the SDK. */
export type VisitClient = Pick<Tributary, "joinBroadcast" | "close" | "on">;

/** What a visit is made of. */
export interface VisitOptions {
  name: string;
  client: VisitClient;
  /** Calls back when the broadcast is live, until the function that it returns is called. */
  follow: (onLive: () => void) => () => void;
  /** Calls back after a time in ms, unless the function that it returns is called before. */
  after: (ms: number, fn: () => void) => () => void;
  random: () => number;
}

/** What a visit emits. */
export interface VisitEvents {
  state: PlayerState;
  stream: MediaStream | null;
  error: TributaryError;
}

/** Another parent is mostly found before anybody sees that the last one has gone. */
const UNSEEN_CHANGE_MS = 600;

/** See the module's paragraph. */
export class Visit extends Emitter<VisitEvents> {
  readonly #options: VisitOptions;
  #state: PlayerState = "connecting";
  #isJoining = false;
  #isOver = false;
  #pauseMs = 0;
  #cancelRetry = () => {};
  #cancelChange = () => {};
  #unfollow: (() => void) | null = null;

  constructor(options: VisitOptions) {
    super();
    this.#options = options;
    const { client, after } = options;
    client.on("stream", (stream) => this.emit("stream", stream));
    client.on("error", (error) => this.emit("error", error));
    client.on("statechanged", (next) => {
      this.#cancelChange();
      const take = () => {
        const state = stateOfClient(next, this.#state);
        if (state !== this.#state) this.#enter(state);
      };
      if (next === "RECONNECTING") this.#cancelChange = after(UNSEEN_CHANGE_MS, take);
      else take();
    });
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** Joins; what is shown meanwhile stays as it is, unless this is somebody's wish. */
  async join({ isWish = true } = {}): Promise<void> {
    if (this.#state === "live" || this.#state === "reconnecting") return;
    if (isWish) this.#enter("connecting");
    if (this.#isJoining || this.#isOver) return;
    this.#isJoining = true;
    try {
      await this.#options.client.joinBroadcast(this.#options.name);
    } catch (thrown) {
      this.#isJoining = false;
      const error = thrown as TributaryError;
      const before = this.#state;
      this.#enter(stateOfError(error.code, before));
      // That nobody is live yet is no error; and what is tried by itself is told of once.
      const isNews = this.#state !== before && this.#state !== "waiting";
      if (isNews && !this.#isOver) this.emit("error", error);
    }
    this.#isJoining = false;
  }

  /** Ends it; nothing is emitted any more. */
  close(): void {
    this.#isOver = true;
    this.#rest();
    this.#cancelChange();
    this.#options.client.close();
  }

  #enter(state: PlayerState): void {
    if (this.#isOver) return;
    const pauses = PAUSES[state];
    if (state !== this.#state) {
      this.#rest();
      this.#state = state;
      this.#pauseMs = pauses?.[0] ?? 0;
      if (state === "waiting" || state === "ended") {
        this.#unfollow = this.#options.follow(() => this.join({ isWish: false }));
      }
      this.emit("state", state);
    }
    if (!pauses || this.#isOver) return;
    this.#cancelRetry();
    this.#cancelRetry = this.#options.after(
      // Not all of those who wait at once.
      this.#pauseMs * (0.75 + this.#options.random() / 2),
      () => this.join({ isWish: false }),
    );
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauses[1]);
  }

  #rest(): void {
    this.#cancelRetry();
    this.#unfollow?.();
    this.#unfollow = null;
  }
}
