/**
 * The way of one kind of media, sound or picture, to one child. Its sender makes frames of its own,
 * the carriers, from next to nothing; each of them that comes out of the encoder gets the content of
 * one frame of the parent, and takes it to the child.
 *
 * One carrier carries exactly one frame, in order. A carrier that is dropped, or goes empty, breaks the
 * chain that the child's decoder follows, so one that comes too soon waits (it is parked); and one
 * always is parked, so that a frame leaves as soon as it comes. Pure: knows neither streams nor
 * timers. This module is browser compatible.
 */
import type { EncodedFrame } from "./frame.ts";

/** Carriers made at once while frames wait: an encoder takes a few ms for each. */
const MAX_ON_THEIR_WAY = 4;

/** A carrier that has not come out of the encoder after this long, in ms, is lost: before the link is up they all are. */
const LOST_AFTER_MS = 40;

/** Frames that may wait for carriers: what a child is behind by that much it does not make up for. */
const MAX_BACKLOG = 30;

/** What a Lane needs from outside. */
export interface LaneOptions<Carrier> {
  /** Puts a frame into a carrier and sends it. The frame's data are other lanes', too. */
  send: (carrier: Carrier, frame: EncodedFrame) => void;
  /** Has another carrier made. */
  make: () => void;
  /** Asks the source for a key frame. */
  askForKey: () => void;
  nowMs: () => number;
}

/** What a lane has done so far. */
export interface LaneTally {
  carriers: number;
  sent: number;
  /** Frames that were not sent because the child could not use them, or was too far behind. */
  skipped: number;
  /** How often the child was so far behind that it had to begin anew with a key frame. */
  overruns: number;
  /** How often the child asked for a key frame. */
  keysAsked: number;
}

/** See the module's paragraph. */
export class Lane<Carrier> {
  readonly tally: LaneTally = { carriers: 0, sent: 0, skipped: 0, overruns: 0, keysAsked: 0 };
  readonly #options: LaneOptions<Carrier>;
  /** The frames to begin with, from the last key frame on. */
  #group: () => readonly EncodedFrame[];
  #waiting: EncodedFrame[] = [];
  #parked: Carrier[] = [];
  #onTheirWay = 0;
  #lastMoveAt = -Infinity;
  /** True once a carrier has come: the link is up. */
  #isUp = false;
  #needsKey = false;
  /** How many of the waiting frames are older than this lane: those it need not have sent by now. */
  #catchingUp = 0;

  constructor(options: LaneOptions<Carrier>, group: () => readonly EncodedFrame[]) {
    this.#options = options;
    this.#group = group;
  }

  /** Frames that wait for a carrier. */
  get backlog(): number {
    return this.#waiting.length;
  }

  /** Goes on with the frames of another source, from its last key frame on. */
  switchTo(group: () => readonly EncodedFrame[]): void {
    this.#group = group;
    this.tally.skipped += this.#waiting.length;
    this.#waiting = [];
    if (this.#isUp) this.#begin();
  }

  /** Takes a frame of the source. */
  handleFrame(frame: EncodedFrame): void {
    // The group has it.
    if (!this.#isUp) return;
    if (this.#needsKey && !frame.isKey) {
      this.tally.skipped++;
      this.#options.askForKey();
      return;
    }
    this.#needsKey = false;
    this.#waiting.push(frame);
    if (this.#waiting.length > MAX_BACKLOG + this.#catchingUp) this.#overrun(frame);
    this.#go();
  }

  /**
   * Takes a carrier that has come out of the encoder.
   *
   * @param asksForKey true when the encoder was told to make a key frame, which is the child's wish
   */
  handleCarrier(carrier: Carrier, asksForKey: boolean): void {
    this.tally.carriers++;
    this.#onTheirWay = Math.max(0, this.#onTheirWay - 1);
    this.#lastMoveAt = this.#options.nowMs();
    this.#parked.push(carrier);
    if (!this.#isUp) {
      // The first one is a key frame anyway.
      this.#isUp = true;
      this.#begin();
    } else if (asksForKey) {
      this.tally.keysAsked++;
      this.#hastenKey();
    }
    this.#go();
  }

  /** Makes carriers that are due; to be called every few ms. */
  tick(): void {
    if (this.#parked.length > 0) return;
    if (this.#options.nowMs() - this.#lastMoveAt < LOST_AFTER_MS) return;
    this.#onTheirWay = 0;
    this.#make(1);
  }

  #begin(): void {
    const group = this.#group();
    this.#waiting = [...group];
    this.#catchingUp = group.length;
    this.#needsKey = group.length === 0;
    if (this.#needsKey) this.#options.askForKey();
    this.#go();
  }

  /**
   * Sees to the key frame that the child asks for. Until it comes everything goes on: who asks may be
   * somebody far below, and all on the way there can do with what they get.
   */
  #hastenKey(): void {
    const next = this.#waiting.findIndex(({ isKey }) => isKey);
    if (next < 0) return this.#options.askForKey();
    this.tally.skipped += next;
    this.#waiting.splice(0, next);
  }

  /** The child is too far behind: it goes on with the newest key frame. */
  #overrun(newest: EncodedFrame): void {
    this.tally.overruns++;
    const from = this.#waiting.findLastIndex(({ isKey }) => isKey);
    const keeps = from > 0 || newest.isKey ? this.#waiting.slice(from) : [];
    this.tally.skipped += this.#waiting.length - keeps.length;
    this.#waiting = keeps;
    this.#needsKey = keeps.length === 0;
    if (this.#needsKey) this.#options.askForKey();
  }

  #go(): void {
    while (this.#parked.length > 0 && this.#waiting.length > 0) {
      this.#options.send(this.#parked.shift()!, this.#waiting.shift()!);
      this.tally.sent++;
      this.#catchingUp = Math.max(0, this.#catchingUp - 1);
    }
    if (this.#parked.length > 0) return;
    const wanted = Math.min(Math.max(this.#waiting.length, 1), MAX_ON_THEIR_WAY);
    this.#make(wanted - this.#onTheirWay);
  }

  #make(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#onTheirWay++;
      this.#lastMoveAt = this.#options.nowMs();
      this.#options.make();
    }
  }
}
