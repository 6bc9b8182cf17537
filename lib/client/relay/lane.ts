/**
 * The way of one kind of media, sound or picture, to one child. Its sender makes frames of its own,
 * the carriers, from next to nothing; each of them that comes out of the encoder gets the content of
 * one frame of the parent, and takes it to the child.
 *
 * One carrier carries exactly one frame, in order. Carriers tell the child what time it is, so one is
 * made only when there is a frame for it: an encoder takes 1 to 3 ms for that, and a carrier that had
 * been made beforehand would be older than its frame by as long as the source had paused. A picture's
 * carrier that is dropped, or goes empty, breaks the chain that the child's decoder follows, so one
 * that comes without need waits (it is parked). A sound's may be dropped, and is dropped for every
 * sound that is missing: so the child's clock goes on. Pure: knows neither streams nor timers. This
 * module is browser compatible.
 */
import type { EncodedFrame } from "./frame.ts";
import { SoundClock } from "./sound_clock.ts";

/**
 * Carriers made at once while frames wait: an encoder that gets more than it can take at a time leaves
 * some out. Sixty frames are sent in 80 to 180 ms like this, four at once took 750.
 */
const MAX_ON_THEIR_WAY = 2;

/** A carrier that has not come out of the encoder after this long, in ms, is lost: before the link is up they all are. */
const LOST_AFTER_MS = 20;

/** Frames that may wait for carriers: what a child is behind by that much it does not make up for. */
const MAX_BACKLOG = 30;

/**
 * A child that is sent too much gets nothing for this long, in ms, so that what is under way arrives;
 * then it goes on with the next key frame. One may come for somebody else, and costs everybody in the
 * tree; so it is asked for only when none has come for a while.
 */
const REST_MS = 1_000;
const KEY_IS_DUE_AFTER_MS = 2_500;

/** A carrier older than this, in ms, tells the child a wrong time to begin with. */
const STALE_AFTER_MS = 250;

/** For a key frame from the encoder the page has to be asked; not every browser's can be told. */
const KEY_CARRIER_TIMEOUT_MS = 500;

/** What a Lane needs from outside. */
export interface LaneOptions<Carrier> {
  kind: "audio" | "video";
  /** Puts a frame into a carrier and sends it. The frame's data are other lanes', too. */
  send: (carrier: Carrier, frame: EncodedFrame) => void;
  /** Has another carrier made. */
  make: () => void;
  /** Has the encoder make a key frame of one of the next carriers. */
  makeKey: () => void;
  /** Asks the source for a key frame. */
  askForKey: () => void;
  nowMs: () => number;
  /** How many carriers may be on their way at once; without it, as many as an encoder takes. */
  atOnce?: number;
  /** After how many ms a carrier that has not come out of the encoder is lost; 20 without it. */
  lostAfterMs?: number;
}

/** What a lane has done so far. */
export interface LaneTally {
  carriers: number;
  sent: number;
  /** Carriers of sounds that are missing, and those that came too early to begin with. */
  dropped: number;
  /** Frames that were not sent because the child could not use them, or was too far behind. */
  skipped: number;
  /** How often the child was so far behind that it had to begin anew with a key frame. */
  overruns: number;
  /** How often the child asked for a key frame. */
  keysAsked: number;
}

/** Returns the tally of a lane that has done nothing. */
export function newTally(): LaneTally {
  return { carriers: 0, sent: 0, dropped: 0, skipped: 0, overruns: 0, keysAsked: 0 };
}

interface Parked<Carrier> {
  carrier: Carrier;
  cameAt: number;
}

/** See the module's paragraph. */
export class Lane<Carrier> {
  readonly tally = newTally();
  readonly #options: LaneOptions<Carrier>;
  /** The frames to begin with, from the last key frame on. */
  #group: () => readonly EncodedFrame[];
  #waiting: EncodedFrame[] = [];
  #parked: Parked<Carrier>[] = [];
  /** Carriers that have to be dropped before the next frame is sent. */
  #toDrop = 0;
  #onTheirWay = 0;
  #lastMoveAt = -Infinity;
  readonly #clock = new SoundClock();
  /** True once a carrier has come: the link is up. */
  #isUp = false;
  /** Since when the child's first carrier has to be a key frame by itself; null: it need not. */
  #awaitsKeyCarrierSince: number | null = null;
  /**
   * The last carrier was a key frame, too. Encoders of H264 make nothing else of pictures as small as
   * carriers: then it says nothing about the child.
   */
  #wasKey = false;
  #needsKey = false;
  #restsSince = -Infinity;
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

  /** True while a child that was sent too much gets nothing. */
  get isResting(): boolean {
    return this.#needsKey && this.#restsSince > -Infinity;
  }

  /** True while it has nothing to begin with, or no link to begin on yet: a key frame is not for nothing. */
  get awaitsKey(): boolean {
    return !this.#isUp || this.#needsKey && !this.isResting;
  }

  /** Goes on with the frames of another source, from its last key frame on. */
  switchTo(group: () => readonly EncodedFrame[]): void {
    this.#group = group;
    this.tally.skipped += this.#waiting.length;
    this.#waiting = [];
    this.#clock.handleNewSource();
    if (this.#isUp) this.#begin();
  }

  /** Takes a frame of the source. */
  handleFrame(frame: EncodedFrame): void {
    // The group has it.
    if (!this.#isUp) return;
    if (this.#needsKey && !(frame.isKey && this.#restedMs >= REST_MS)) {
      this.tally.skipped++;
      if (this.#restedMs >= KEY_IS_DUE_AFTER_MS) this.#options.askForKey();
      return;
    }
    this.#needsKey = false;
    this.#restsSince = -Infinity;
    if (this.#isSound) {
      this.#toDrop += this.#clock.handleSound(frame.missing ?? 0, this.#options.nowMs());
    }
    this.#waiting.push(frame);
    if (this.#waiting.length > MAX_BACKLOG + this.#catchingUp) this.#overrun(frame);
    this.#go();
  }

  /**
   * Takes a carrier that has come out of the encoder.
   *
   * @param isKey true when the encoder was told to make a key frame: by its first one, by `makeKey`,
   * and else because the child wishes for one
   */
  handleCarrier(carrier: Carrier, isKey: boolean): void {
    this.tally.carriers++;
    this.#onTheirWay = Math.max(0, this.#onTheirWay - 1);
    const now = this.#lastMoveAt = this.#options.nowMs();
    const awaitedMs = now - (this.#awaitsKeyCarrierSince ?? now);
    if (this.#awaitsKeyCarrierSince !== null && !isKey && awaitedMs < KEY_CARRIER_TIMEOUT_MS) {
      // The next tick has another one made.
      this.tally.dropped++;
      return;
    }
    const wasAwaited = this.#awaitsKeyCarrierSince !== null;
    this.#awaitsKeyCarrierSince = null;
    this.#parked.push({ carrier, cameAt: now });
    if (!this.#isUp) {
      // The first one is a key frame anyway.
      this.#isUp = true;
      this.#begin();
    } else if (isKey && !wasAwaited && !this.#wasKey) {
      this.tally.keysAsked++;
      this.#hastenKey();
    }
    this.#wasKey = isKey;
    this.#go();
  }

  /** Sends nothing for a while and goes on with a key frame: the child's link does not take it all. */
  skipToKey(): void {
    if (this.#needsKey || !this.#isUp) return;
    this.tally.overruns++;
    // Carriers that are under way get what they were made for: later they would tell a wrong time.
    const skipped = this.#waiting.splice(this.#onTheirWay);
    this.tally.skipped += skipped.length;
    this.#needsKey = true;
    this.#restsSince = this.#options.nowMs();
  }

  /** Makes carriers that are due; to be called every few ms. */
  tick(): void {
    const now = this.#options.nowMs();
    if (this.#isSound) this.#bridgePause(now);
    if (this.#isUp && this.#wanted <= 0) return;
    if (now - this.#lastMoveAt < (this.#options.lostAfterMs ?? LOST_AFTER_MS)) return;
    this.#onTheirWay = 0;
    this.#make(1);
  }

  get #isSound(): boolean {
    return this.#options.kind === "audio";
  }

  get #restedMs(): number {
    return this.#options.nowMs() - this.#restsSince;
  }

  /** How many carriers there is a use for. */
  get #wanted(): number {
    return this.#toDrop + this.#waiting.length - this.#parked.length;
  }

  #begin(): void {
    const group = this.#group();
    this.#waiting = [...group];
    this.#catchingUp = group.length;
    this.#needsKey = group.length === 0;
    this.#restsSince = -Infinity;
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
    const skipped = this.#waiting.length - keeps.length;
    this.tally.skipped += skipped;
    if (this.#isSound) this.#toDrop += skipped;
    this.#waiting = keeps;
    this.#needsKey = keeps.length === 0;
    if (this.#needsKey) this.#options.askForKey();
  }

  /** Lets the child's clock go on while no sound comes. */
  #bridgePause(now: number): void {
    const toDrop = this.#clock.bridge(now);
    if (toDrop === 0) return;
    this.#toDrop += toDrop;
    this.#go();
  }

  #go(): void {
    const now = this.#options.nowMs();
    // Nothing has been sent yet, so nothing breaks: the first frame is to tell the right time.
    const isStale = ({ cameAt }: Parked<Carrier>) => now - cameAt > STALE_AFTER_MS;
    if (this.tally.sent === 0 && this.#waiting.length > 0 && this.#parked.some(isStale)) {
      this.tally.dropped += this.#parked.length;
      this.#parked = [];
      if (!this.#isSound && this.#awaitsKeyCarrierSince === null) {
        this.#awaitsKeyCarrierSince = now;
        this.#options.makeKey();
      }
    }
    while (this.#parked.length > 0) {
      if (this.#toDrop > 0) {
        this.#parked.shift();
        this.#toDrop--;
        this.tally.dropped++;
      } else if (this.#waiting.length > 0) {
        this.#options.send(this.#parked.shift()!.carrier, this.#waiting.shift()!);
        this.tally.sent++;
        this.#catchingUp = Math.max(0, this.#catchingUp - 1);
      } else break;
    }
    const { atOnce = MAX_ON_THEIR_WAY } = this.#options;
    this.#make(Math.min(this.#wanted, atOnce) - this.#onTheirWay);
  }

  #make(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#onTheirWay++;
      this.#lastMoveAt = this.#options.nowMs();
      this.#options.make();
    }
  }
}
