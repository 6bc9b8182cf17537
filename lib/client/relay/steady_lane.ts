/**
 * The way of sound to one child where carriers come by themselves, as steadily as sound does. Unlike
 * those of a picture (lane.ts) they may go unused: every frame of sound can be decoded without those
 * before it. But two clocks never go alike, so a few carriers wait for frames, or a few frames for
 * carriers, and no more than a few: what waits is heard later. Pure: knows neither streams nor timers.
 * This module is browser compatible.
 */
import type { EncodedFrame } from "./frame.ts";
import { newTally } from "./lane.ts";

/** At 20 ms each, as much as pictures wait for carriers: sound and picture stay together. */
const MAX_PARKED = 2;

/** What a network delays at once is some of 20 ms; sound that is later than this is left out. */
const MAX_BACKLOG = 3;

/** See the module's paragraph. */
export class SteadyLane<Carrier> {
  readonly tally = newTally();
  readonly #send: (carrier: Carrier, frame: EncodedFrame) => void;
  #waiting: EncodedFrame[] = [];
  #parked: Carrier[] = [];

  /** @param send puts a frame into a carrier and sends it; the frame's data are other lanes', too */
  constructor(send: (carrier: Carrier, frame: EncodedFrame) => void) {
    this.#send = send;
  }

  /** Frames that wait for a carrier. */
  get backlog(): number {
    return this.#waiting.length;
  }

  /** False: sound is too little to be too much for a link. */
  get isResting(): boolean {
    return false;
  }

  /** Goes on with the frames of another source. */
  switchTo(): void {
    this.tally.skipped += this.#waiting.length;
    this.#waiting = [];
  }

  /** Takes a frame of the source. */
  handleFrame(frame: EncodedFrame): void {
    // Before the link is up no carriers come, and nobody is behind.
    if (this.tally.carriers === 0) return;
    this.#waiting.push(frame);
    this.#go();
    if (this.#waiting.length <= MAX_BACKLOG) return;
    this.#waiting.shift();
    this.tally.skipped++;
  }

  /** Takes a carrier that has come out of the encoder. */
  handleCarrier(carrier: Carrier): void {
    this.tally.carriers++;
    this.#parked.push(carrier);
    this.#go();
    if (this.#parked.length <= MAX_PARKED) return;
    this.#parked.shift();
    this.tally.dropped++;
  }

  /** Does nothing: nothing is due. */
  tick(): void {}

  /** Does nothing: every frame is a key frame. */
  skipToKey(): void {}

  #go(): void {
    while (this.#parked.length > 0 && this.#waiting.length > 0) {
      this.#send(this.#parked.shift()!, this.#waiting.shift()!);
      this.tally.sent++;
    }
  }
}
