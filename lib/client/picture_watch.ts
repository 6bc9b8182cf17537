/**
 * Watches what comes in over the link to a parent from when the link is up, and says when nothing
 * more is to be expected. It looks at what has been decoded and asks the parent; what that means is
 * judged elsewhere.
 * This module is browser compatible.
 */
import { Emitter } from "./emitter.ts";
import type { Link } from "./link.ts";
import type { Flow, Said } from "./link_status.ts";
import { Movement } from "./movement.ts";
import { judge, type MediaSigns } from "./picture_judgement.ts";
import type { Pace } from "./relay/relay.ts";

/** Often enough to notice a standstill within a second, and rare enough to cost nothing. */
const INTERVAL_MS = 200;

/** Hidden tabs look once a second; after longer than that this browser itself was asleep. */
const ASLEEP_MS = 1_500;

/** What a PictureWatch emits. */
export interface PictureWatchEvents {
  /** Nothing will come from this parent any more; once. */
  lost: void;
  /** The parent says that this link keeps failing to take what it sends; as often as it says so. */
  slow: void;
}

/** Watches one link. */
export class PictureWatch extends Emitter<PictureWatchEvents> {
  readonly #link: Link;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isStopped = false;
  #flow: Flow = "stalled";
  #lookedAt = 0;
  #picture = new Movement(0);
  #sound = new Movement(0);
  #said: Said | null = null;
  #saidAt = 0;
  #rests = false;
  #unansweredAt: number | null = null;

  constructor(link: Link) {
    super();
    this.#link = link;
    link.on("answer", ({ said, pace }) => this.#handleStatus(said, pace));
    link.on("statechanged", (state) => {
      if (state === "connected" && this.#timer === undefined) this.#start();
    });
  }

  /** Says what of the stream moves; looks anew where this page's timers are slow. */
  async flow(): Promise<Flow> {
    if (performance.now() - this.#lookedAt > INTERVAL_MS) await this.#look();
    return this.#link.state === "connected" ? this.#flow : "stalled";
  }

  /** Looks no more. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  #start(): void {
    if (this.#isStopped) return;
    const now = performance.now();
    this.#lookedAt = this.#saidAt = now;
    this.#picture = new Movement(now);
    this.#sound = new Movement(now);
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  async #look(): Promise<void> {
    if (this.#timer === undefined || this.#isStopped) return;
    const now = performance.now();
    if (now - this.#lookedAt > ASLEEP_MS) this.#forgive(now);
    this.#lookedAt = now;
    const { frames, sounds } = await this.#link.received();
    if (this.#isStopped) return;
    this.#picture.note(frames, now);
    this.#sound.note(sounds, now);
    const judgement = judge({
      picture: signsOf(this.#picture, now),
      sound: signsOf(this.#sound, now),
      said: this.#said,
      saidMs: now - this.#saidAt,
      rests: this.#rests,
      unansweredMs: this.#unansweredAt === null ? 0 : now - this.#unansweredAt,
    });
    if (judgement === "lost") {
      this.stop();
      this.#flow = "stalled";
      return this.emit("lost", undefined);
    }
    this.#flow = judgement;
    this.#unansweredAt ??= now;
    this.#link.askForStatus();
  }

  #handleStatus(said: Said, pace: Pace): void {
    this.#unansweredAt = null;
    this.#rests = pace !== "well";
    if (pace === "slow") this.emit("slow", undefined);
    if (said !== this.#said) this.#saidAt = performance.now();
    this.#said = said;
  }

  #forgive(now: number): void {
    this.#picture.forgive(now);
    this.#sound.forgive(now);
    this.#saidAt = now;
    this.#unansweredAt = null;
  }
}

function signsOf(movement: Movement, now: number): MediaSigns {
  return { hasCome: movement.hasMoved, stillMs: movement.stillMs(now) };
}
