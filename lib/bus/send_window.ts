/**
 * The sending half of a pair: what waits, what is under way, and what has to be sent again. It
 * knows no channel, no timer and no clock; whoever holds it says what time it is.
 *
 * Few batches are under way at once and everything else waits, so a slow receiver makes batches
 * larger instead of more numerous: a post costs far more than a message in it.
 */

/**
 * Longest batch, in UTF-16 units. A channel's post costs about 28 ns per byte in every isolate of
 * the process, so this blocks none of them for more than a millisecond.
 */
const MAX_BATCH_CHARS = 32 * 1024;

/** Most that is under way at once, in UTF-16 units: two full batches keep the receiver busy. */
const MAX_IN_FLIGHT_CHARS = 2 * MAX_BATCH_CHARS;

/** How long the first acknowledgement may take: far above a busy isolate's pause, far below a deadline of ours. */
const FIRST_TIMEOUT_MS = 100;

/** What a long batch may take in addition: a channel unpacks about 30 characters in a microsecond. */
const MS_PER_CHAR = 1 / 1000;

/** Longest wait between two attempts, so that a receiver that comes back is found within two seconds. */
const MAX_TIMEOUT_MS = 1600;

/** Several reports of one gap arrive together; only the first may cause another attempt. */
const GAP_REPORT_MS = 5;

/** A numbered batch that has not been acknowledged. */
export interface Batch {
  seq: number;
  text: string;
}

/** Queues messages, groups them in numbered batches and says which of those to send again. */
export class SendWindow {
  #queue: string[] = [];
  #queueStart = 0;
  #queuedChars = 0;
  #inFlight: Batch[] = [];
  #inFlightChars = 0;
  #lastSeq = 0;
  #oldestPostedAtMs = 0;
  #timeoutMs = FIRST_TIMEOUT_MS;
  #waitingSinceMs: number | null = null;

  /** Tells whether something waits for its first transmission. */
  get hasQueued(): boolean {
    return this.#queueStart < this.#queue.length;
  }

  /** Counts what is held in memory, in UTF-16 units. */
  get heldChars(): number {
    return this.#queuedChars + this.#inFlightChars;
  }

  /** Says since when the receiver has owed an answer; null when it owes none. */
  get waitingSinceMs(): number | null {
    return this.#waitingSinceMs;
  }

  /** Queues a message that is JSON already. */
  enqueue(json: string): void {
    this.#queue.push(json);
    this.#queuedChars += json.length;
  }

  /** Starts the wait for the receiver's answer, if something waits and the wait has not begun. */
  startWaiting(nowMs: number): void {
    if (this.hasQueued) this.#waitingSinceMs ??= nowMs;
  }

  /** Takes the next batch to transmit; null when nothing waits or the credit is used up. */
  next(credit: number, nowMs: number): Batch | null {
    if (!this.hasQueued || this.#inFlight.length >= credit) return null;
    let end = this.#queueStart;
    let chars = 0;
    do {
      chars += this.#queue[end++]!.length;
    } while (
      end < this.#queue.length && chars + this.#queue[end]!.length <= MAX_BATCH_CHARS
    );
    if (this.#inFlight.length > 0 && this.#inFlightChars + chars > MAX_IN_FLIGHT_CHARS) return null;

    const batch = {
      seq: ++this.#lastSeq,
      text: `[${this.#queue.slice(this.#queueStart, end).join(",")}]`,
    };
    this.#queueStart = end;
    this.#queuedChars -= chars;
    this.#compact();
    if (this.#inFlight.length === 0) this.#oldestPostedAtMs = nowMs;
    this.#inFlight.push(batch);
    this.#inFlightChars += batch.text.length;
    return batch;
  }

  /** Tells whether half of the credit is used, so that an acknowledgement is wanted soon. */
  isHalfUsed(credit: number): boolean {
    return this.#inFlight.length * 2 >= credit || this.#inFlightChars * 2 >= MAX_IN_FLIGHT_CHARS;
  }

  /** Forgets the batches up to `seq`: they have arrived. */
  acknowledge(seq: number, nowMs: number): void {
    let arrived = 0;
    while (arrived < this.#inFlight.length && this.#inFlight[arrived]!.seq <= seq) {
      this.#inFlightChars -= this.#inFlight[arrived++]!.text.length;
    }
    if (arrived === 0) return;
    this.#inFlight.splice(0, arrived);
    this.#timeoutMs = FIRST_TIMEOUT_MS;
    this.#oldestPostedAtMs = nowMs;
    this.#waitingSinceMs = this.#inFlight.length > 0 || this.hasQueued ? nowMs : null;
  }

  /** Takes the batch that has waited for its acknowledgement too long, if there is one. */
  takeOverdue(nowMs: number): Batch | null {
    const oldest = this.#inFlight[0];
    if (!oldest) return null;
    const timeoutMs = this.#timeoutMs + oldest.text.length * MS_PER_CHAR;
    if (nowMs - this.#oldestPostedAtMs < timeoutMs) return null;
    this.#timeoutMs = Math.min(2 * this.#timeoutMs, MAX_TIMEOUT_MS);
    this.#oldestPostedAtMs = nowMs;
    return oldest;
  }

  /** Takes the oldest batch under way because the receiver misses it. */
  takeMissing(nowMs: number): Batch | null {
    const oldest = this.#inFlight[0];
    if (!oldest || nowMs - this.#oldestPostedAtMs < GAP_REPORT_MS) return null;
    this.#oldestPostedAtMs = nowMs;
    return oldest;
  }

  /**
   * Numbers from 1 again, for a receiver that has lost its memory. What was under way is dropped:
   * the former receiver may have handed it on already, and at most once is the promise.
   */
  restart(nowMs: number): void {
    this.#inFlight = [];
    this.#inFlightChars = 0;
    this.#lastSeq = 0;
    this.#timeoutMs = FIRST_TIMEOUT_MS;
    this.#waitingSinceMs = this.hasQueued ? nowMs : null;
  }

  /** Shifting a long array for every batch would be quadratic: the start moves, the array seldom. */
  #compact(): void {
    if (this.#queueStart === this.#queue.length) this.#queue = [];
    else if (this.#queueStart * 2 < this.#queue.length) return;
    else this.#queue = this.#queue.slice(this.#queueStart);
    this.#queueStart = 0;
  }
}
