/**
 * Whether a child's link takes what it is sent. A lane's encoder knows only of its tiny carriers, so
 * nothing makes the picture smaller for a slow link: what does not fit waits in the sender, up to two
 * seconds of it, and is sent too fast then and lost. Pure; times are in ms. This module is browser
 * compatible.
 */

import type { Pace } from "./relay.ts";

/** A new link is sent more than the stream, and has yet to find out what it carries: about 4 s. */
const SETTLING_MS = 4_000;

/** Frames that are this old when they leave are late; senders of links that keep up need 5 to 50 ms. */
const MAX_SEND_DELAY_MS = 400;

/** Above 10 % of loss browsers take a link for overloaded; above this it hardly shows pictures. */
const MAX_LOSS = 0.2;

/** Half a second at 30 frames a second. */
const MAX_BACKLOG = 15;

/** Of what a link is believed to carry, less than this share of what it is sent will not do. */
const MIN_SHARE = 0.7;

/** A link that is about to fall behind: its frames wait for longer than a healthy one's ever do. */
const WARNING_DELAY_MS = 150;

/** So many times too much within this is no accident; one time takes a rest, and that up to 3 s. */
const SLOW_COUNT = 3;
const SLOW_WITHIN_MS = 30_000;

/** What a sender has counted so far; the numbers only grow, where nothing else is said. */
export interface SentSample {
  atMs: number;
  packets: number;
  bytes: number;
  /** For how long packets have waited in the sender, all together. */
  sendDelayMs: number;
  /** Share of the packets that the child has lost lately; null if it has not said so. */
  loss: number | null;
  /** What the link is believed to carry now, in bit/s; null if that is not known. */
  availableBps: number | null;
  /** Frames that wait for carriers now. */
  backlog: number;
  /** The child is sent nothing more for now: what is under way is late, and is counted already. */
  isResting: boolean;
}

/** See the module's paragraph. */
export class ChildPace {
  readonly #beganAt: number;
  #last: SentSample | null = null;
  #behindAt: number[] = [];
  #isResting = false;

  constructor(nowMs: number) {
    this.#beganAt = nowMs;
  }

  /**
   * Takes a sample; returns true when the child has fallen behind since the one before, and is to be
   * given a rest.
   */
  note(sample: SentSample): boolean {
    const last = this.#last;
    this.#last = sample;
    this.#isResting = sample.isResting;
    this.#behindAt = this.#behindAt.filter((at) => sample.atMs - at < SLOW_WITHIN_MS);
    if (!last || sample.isResting || sample.atMs - this.#beganAt < SETTLING_MS) return false;
    const isBehind = sample.backlog > MAX_BACKLOG || isLate(last, sample);
    if (isBehind) this.#behindAt.push(sample.atMs);
    this.#isResting = isBehind;
    return isBehind;
  }

  /** How the child does. A slow one rests most of the time, and yet has to hear that it is slow. */
  get pace(): Pace {
    if (this.#behindAt.length >= SLOW_COUNT) return "slow";
    return this.#isResting ? "resting" : "well";
  }
}

function isLate(last: SentSample, sample: SentSample): boolean {
  const packets = sample.packets - last.packets;
  if (packets <= 0) return false;
  const delayMs = (sample.sendDelayMs - last.sendDelayMs) / packets;
  const bps = 8_000 * (sample.bytes - last.bytes) / (sample.atMs - last.atMs);
  const isNarrow = (sample.availableBps ?? Infinity) < MIN_SHARE * bps;
  return delayMs > MAX_SEND_DELAY_MS || (sample.loss ?? 0) > MAX_LOSS ||
    (isNarrow && delayMs > WARNING_DELAY_MS);
}
