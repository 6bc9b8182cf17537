/**
 * How old the picture is that comes over one link, put together at the child's end. Three ways lead
 * there, and the best that can be had counts:
 *
 * - The parent has said when the very frame was captured that is shown: so do relays that forward.
 * - The parent is the broadcaster, whose browser stamps its frames with the time of capture; reports
 *   of its (RTCP) show how far its clock is ahead.
 * - The parent has said how old its frames are when they leave: so do relays that encode again. What
 *   the way takes, and the wait here, is added.
 *
 * Where none leads there, nothing is known. Two clocks are read here, that of the page (performance.now)
 * and that of the browser's statistics; neither is taken to be right, nor to be like the other one.
 * Pure; times are in ms. This module is browser compatible.
 */
import { type CapturedFrame, CaptureTimes, rtpDifferenceMs } from "./capture_times.ts";
import { ClockOffset, type Exchange } from "./clock_offset.ts";
import { LeastDelay } from "./least_delay.ts";

/** What a parent says about time; what it does not know is null or empty. */
export interface Told {
  /** Links between the broadcaster and the parent: 0 for the broadcaster itself. */
  depth: number | null;
  /** How old frames are when they leave the parent. */
  ageMs: number | null;
  /** Frames of this link, with the times of their capture by the parent's clock. */
  captured: readonly CapturedFrame[];
}

/** A frame that has been handed to whoever shows it. */
export interface ShownFrame {
  rtpTimestamp: number;
  /** When that was, by the clock of the statistics. */
  shownAt: number;
  /** When the parent's browser says that it was captured, by its own clock; null without a stamp. */
  stampedAt: number | null;
}

/** What the statistics of a link say at one moment. */
export interface LinkLook {
  /** By the page's clock, when the statistics had come. */
  now: number;
  /** The same moment, or one shortly before, by the clock of the statistics. */
  statsNow: number;
  /** The latest report of the parent's browser: sent by its own clock, come by that of the statistics. */
  report: { sentAt: number; cameAt: number } | null;
  /** How long a frame waits here until it is decoded. */
  bufferMs: number | null;
}

/** Two seconds' worth, at five looks a second. */
const RECENT_FRAMES = 10;

/** Frames are told of some answers after they have been shown; the deeper, the later. */
const MAX_SHOWN = 50;

/** What is older than this says nothing about now; frames further apart may be another link's. */
const STALE_MS = 10_000;

/** See the module's paragraph. */
export class LinkLatency {
  readonly #clock = new ClockOffset();
  /** The clock of the statistics against that of the parent's browser. */
  readonly #reports = new LeastDelay();
  /** The page's clock against that of the statistics. */
  readonly #looks = new LeastDelay();
  readonly #captured = new CaptureTimes();
  #shown: ShownFrame[] = [];
  #told: Told | null = null;
  #toldAt = 0;
  #bufferMs: number | null = null;

  /** Links between the broadcaster and this end; null while the parent does not say so. */
  get depth(): number | null {
    const depth = this.#told?.depth ?? null;
    return depth === null ? null : depth + 1;
  }

  /** What the quickest round trip to the parent took, of late; null while that is not known. */
  get roundTripMs(): number | null {
    return this.#clock.roundTripMs;
  }

  /** How long a frame waits here until it is decoded; null while that is not known. */
  get bufferMs(): number | null {
    return this.#bufferMs;
  }

  /** Takes in what the parent has said, and when it was asked for it. */
  handleTold(told: Told, exchange: Exchange | null, now: number): void {
    this.#told = told;
    this.#toldAt = now;
    if (exchange && this.#clock.note(exchange)) this.#reports.forget();
    const { offsetMs } = this.#clock;
    if (offsetMs === null) return;
    this.#captured.note(told.captured.map(([rtpTimestamp, at]) => [rtpTimestamp, at - offsetMs]));
  }

  /** Takes in which frame is shown. */
  handleShown(frame: ShownFrame): void {
    if (frame.rtpTimestamp === this.#shown.at(-1)?.rtpTimestamp) return;
    this.#shown = [...this.#shown, frame].slice(-MAX_SHOWN);
  }

  /** Takes in a look at the statistics. */
  handleLook({ now, statsNow, report, bufferMs }: LinkLook): void {
    this.#looks.note(statsNow, now);
    if (report) this.#reports.note(report.sentAt, report.cameAt);
    this.#bufferMs = bufferMs;
  }

  /** When a frame of this link was captured, by the page's clock; null if that is not known. */
  capturedAt(rtpTimestamp: number): number | null {
    return this.#saidAt(rtpTimestamp) ?? this.#addedUpAt(rtpTimestamp);
  }

  /** How long ago it was captured what is shown at `now`, by the page's clock; null if unknown. */
  latencyMs(now: number): number | null {
    const differenceMs = this.#looks.differenceMs;
    if (differenceMs === null) return null;
    const ages: number[] = [];
    for (const { rtpTimestamp, shownAt } of this.#shown.toReversed()) {
      if (ages.length === RECENT_FRAMES || now - (shownAt + differenceMs) > STALE_MS) break;
      const capturedAt = this.#saidAt(rtpTimestamp);
      if (capturedAt !== null) ages.push(shownAt + differenceMs - capturedAt);
    }
    const age = median(ages) ?? this.#addedUp(now);
    return age === null ? null : Math.max(0, age);
  }

  #saidAt(rtpTimestamp: number): number | null {
    return this.#captured.of(rtpTimestamp) ?? this.#stampedAt(rtpTimestamp);
  }

  /** By the broadcaster's stamps; its frames' timestamps and stamps come from one clock. */
  #stampedAt(rtpTimestamp: number): number | null {
    const frame = this.#shown.findLast(({ stampedAt }) => stampedAt !== null);
    const aheadMs = this.#reports.differenceMs;
    const pageMs = this.#looks.differenceMs;
    // Those of a relay say when it encoded, or else what it takes for the time of capture.
    if (this.#told?.depth !== 0 || !frame || aheadMs === null || pageMs === null) return null;
    const laterMs = rtpDifferenceMs(rtpTimestamp, frame.rtpTimestamp);
    if (Math.abs(laterMs) > STALE_MS) return null;
    const wayMs = (this.roundTripMs ?? 0) / 2;
    return frame.stampedAt! + aheadMs - wayMs + pageMs + laterMs;
  }

  /** By how old frames are at present when they are shown; encoders keep the times between them. */
  #addedUpAt(rtpTimestamp: number): number | null {
    const pageMs = this.#looks.differenceMs;
    const ageMs = pageMs === null ? null : this.#addedUp(this.#toldAt);
    if (pageMs === null || ageMs === null) return null;
    const shownAts = this.#shown.slice(-RECENT_FRAMES).map((frame) =>
      frame.shownAt + pageMs + rtpDifferenceMs(rtpTimestamp, frame.rtpTimestamp)
    );
    return median(shownAts)! - ageMs;
  }

  /** By what the parent says of its frames, the way and the wait. */
  #addedUp(now: number): number | null {
    const ageMs = this.#told?.ageMs ?? null;
    const { wayMs } = this.#clock;
    const isShown = this.#shown.length > 0 && now - this.#toldAt < STALE_MS;
    if (!isShown || ageMs === null || wayMs === null || this.#bufferMs === null) return null;
    return ageMs + wayMs + this.#bufferMs;
  }
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
