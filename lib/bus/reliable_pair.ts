/**
 * One end of the conversation between two instances: makes a wire that loses, repeats and reorders
 * posts into messages that arrive once and in order. Between the bus above (which gives it JSON and
 * gets JSON) and a wire below. It must not know what carries the posts, nor what the messages say,
 * and has neither clock nor timer of its own.
 *
 * Numbers are valid between two epochs, one of each end. Whoever loses its memory (a restart, or
 * having given the other up) comes back with a higher epoch, and both ends number from 1 again.
 */
import type { Post } from "./post.ts";
import { ReceiveWindow } from "./receive_window.ts";
import { type Batch, SendWindow } from "./send_window.ts";

/** How long an acknowledgement waits for a message to travel with: a fifth of the first timeout. */
const ACK_DELAY_MS = 20;

/** Pause between two greetings to an instance that has not said its epoch; a post wakes everybody. */
const GREETING_INTERVAL_MS = 200;

/** Why a pair was given up. */
export type GivenUp = "silent" | "full";

/** What a pair needs from whoever holds it. */
export interface PairOptions {
  /** Higher than every epoch this instance has used with the same peer. */
  epoch: number;
  /** Milliseconds on any monotonic clock. */
  nowMs: () => number;
  /** Batches that may be under way at once. */
  credit: () => number;
  /** Silence, in milliseconds, after which the peer counts as gone. */
  giveUpAfterMs: number;
  /** Most that may be held for the peer, in UTF-16 units. */
  maxHeldChars: number;
  /** Puts a post on the wire. */
  post: (post: Post) => void;
  /** Puts a post on the wire when the peer does not answer, or may not even know of us. */
  postAgain: (post: Post) => void;
  /** Receives a JSON array of messages. */
  onBatch: (text: string) => void;
  /** Is told that the peer has lost its memory, so that whatever was agreed with it is void. */
  onPeerRestart: () => void;
  /** Is told that there is something to flush when the current task is over. */
  onWork: () => void;
  /** Is told that the pair has dropped everything and is of no use any more. */
  onGone: (reason: GivenUp) => void;
}

/** Speaks with one peer. `flush` after a task and `tick` now and then make it go on. */
export class ReliablePair {
  #options: PairOptions;
  #out = new SendWindow();
  #in = new ReceiveWindow();
  #peerEpoch = 0;
  #greetedAtMs = -Infinity;
  #mustAnswer = false;
  #ackDueMs: number | null = null;
  #over = false;

  constructor(options: PairOptions) {
    this.#options = options;
  }

  /** Tells whether time alone can make something happen, so that `tick` is wanted. */
  get isWaiting(): boolean {
    return !this.#over && (this.#out.waitingSinceMs !== null || this.#ackDueMs !== null);
  }

  /** Queues a message that is JSON already; it leaves with the next flush that has credit. */
  send(json: string): void {
    if (this.#over) return;
    this.#out.enqueue(json);
    if (this.#out.heldChars > this.#options.maxHeldChars) this.#giveUp("full");
    else this.#options.onWork();
  }

  /** Makes the peer say its epoch, and tells it ours. */
  greet(): void {
    if (this.#over) return;
    this.#greetedAtMs = this.#options.nowMs();
    this.#options.postAgain(this.#makePost(null));
  }

  /** Handles what the wire brought. */
  receive(post: Post): void {
    if (this.#over || post.epoch < this.#peerEpoch) return;
    const nowMs = this.#options.nowMs();
    if (post.epoch > this.#peerEpoch) {
      if (this.#peerEpoch > 0) this.#options.onPeerRestart();
      this.#peerEpoch = post.epoch;
      this.#in = new ReceiveWindow();
      this.#out.restart(nowMs);
    }
    if (post.to === this.#options.epoch) {
      this.#out.acknowledge(post.ack, nowMs);
      const missing = post.missing ? this.#out.takeMissing(nowMs) : null;
      if (missing) this.#post(missing);
      if (post.seq > 0) this.#accept(post, nowMs);
    } else {
      // Meant for an end of ours that is no more, or from a peer that does not know us yet.
      this.#mustAnswer = true;
    }
    if (!this.#over && (this.#mustAnswer || this.#out.hasQueued)) this.#options.onWork();
  }

  /** Transmits what waits, as far as there is credit, and the acknowledgement that is owed. */
  flush(): void {
    if (this.#over) return;
    const nowMs = this.#options.nowMs();
    this.#out.startWaiting(nowMs);
    if (this.#peerEpoch === 0) {
      if (this.#out.hasQueued && nowMs - this.#greetedAtMs >= GREETING_INTERVAL_MS) this.greet();
      return;
    }
    let batch: Batch | null;
    while ((batch = this.#out.next(this.#options.credit(), nowMs))) this.#post(batch);
    if (this.#mustAnswer) this.#post(null);
  }

  /** Does what is due: an acknowledgement, another attempt, or giving the peer up. */
  tick(): void {
    if (this.#over) return;
    const nowMs = this.#options.nowMs();
    const waitingSinceMs = this.#out.waitingSinceMs;
    if (waitingSinceMs !== null && nowMs - waitingSinceMs >= this.#options.giveUpAfterMs) {
      this.#giveUp("silent");
      return;
    }
    const overdue = this.#out.takeOverdue(nowMs);
    if (overdue) this.#options.postAgain(this.#makePost(overdue));
    if (this.#ackDueMs !== null && nowMs >= this.#ackDueMs) this.#mustAnswer = true;
    this.flush();
  }

  /** Ends it without a word; what waits is dropped. */
  close(): void {
    this.#over = true;
    this.#out = new SendWindow();
    this.#in = new ReceiveWindow();
  }

  #accept(post: Post, nowMs: number): void {
    const arrival = this.#in.accept(post.seq, post.text, this.#options.onBatch);
    if (post.asks || arrival !== "in order" || this.#in.hasGap) this.#mustAnswer = true;
    else this.#ackDueMs ??= nowMs + ACK_DELAY_MS;
  }

  #post(batch: Batch | null): void {
    this.#options.post(this.#makePost(batch));
  }

  /** Every post acknowledges, so whatever acknowledgement was owed is on its way with it. */
  #makePost(batch: Batch | null): Post {
    this.#mustAnswer = false;
    this.#ackDueMs = null;
    return {
      epoch: this.#options.epoch,
      to: this.#peerEpoch,
      ack: this.#in.ack,
      seq: batch?.seq ?? 0,
      asks: batch !== null && this.#out.isHalfUsed(this.#options.credit()),
      missing: this.#in.hasGap,
      text: batch?.text ?? "",
    };
  }

  #giveUp(reason: GivenUp): void {
    this.close();
    this.#options.onGone(reason);
  }
}
