/**
 * Watches what comes in over the link to a parent, and says when nothing more is to be expected. It
 * looks at what has arrived and asks the parent; what that means is judged elsewhere.
 * This module is browser compatible.
 */
import { Emitter } from "./emitter.ts";
import type { Link } from "./link.ts";
import type { Flow } from "./link_status.ts";
import { judge } from "./picture_judgement.ts";

/** Often enough to notice a standstill within a second, and rare enough to cost nothing. */
const INTERVAL_MS = 200;

/** Hidden tabs look once a second; after longer than that this browser itself was asleep. */
const ASLEEP_MS = 1_500;

/** What a PictureWatch emits. */
export interface PictureWatchEvents {
  /** Nothing will come from this parent any more; once. */
  lost: void;
}

/** Watches one link. */
export class PictureWatch extends Emitter<PictureWatchEvents> {
  readonly #link: Link;
  readonly #timer: ReturnType<typeof setInterval>;
  #flow: Flow = "ok";
  #progress = -1;
  #movedAt = performance.now();
  #lookedAt = performance.now();
  #said: Flow | null = null;
  #saidAt = 0;
  #unansweredAt: number | null = null;

  constructor(link: Link) {
    super();
    this.#link = link;
    link.on("status", (flow) => this.#handleStatus(flow));
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  /** Whether the stream flows. */
  get flow(): Flow {
    return this.#link.state === "connected" ? this.#flow : "stalled";
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt > ASLEEP_MS) this.#forgive(now);
    this.#lookedAt = now;
    const { frames, pictures, sounds } = await this.#link.received();
    // Where there was a picture once, sound alone is no sign that all is well.
    const progress = frames > 0 ? frames + pictures : sounds;
    if (progress !== this.#progress) this.#movedAt = now;
    this.#progress = progress;
    const judgement = judge({
      stillMs: now - this.#movedAt,
      said: this.#said,
      saidMs: now - this.#saidAt,
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

  #handleStatus(flow: Flow): void {
    this.#unansweredAt = null;
    if (flow !== this.#said) this.#saidAt = performance.now();
    this.#said = flow;
  }

  #forgive(now: number): void {
    this.#movedAt = this.#saidAt = now;
    this.#unansweredAt = null;
  }
}
