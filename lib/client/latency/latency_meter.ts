/**
 * Measures how old the picture is that comes over the link to a parent: brings together what the link
 * says at the child's end. Looks at nothing by itself: it takes what others look at, and what the
 * parent answers to their questions. This module is browser compatible.
 */
import type { Link } from "../link.ts";
import { LinkLatency } from "./link_latency.ts";
import { clocksOf, shownFrame, type Spent, spentEachMs, waited } from "./link_readings.ts";

/** Over so long the wait is averaged, in ms: it changes within seconds. */
const WAIT_WINDOW_MS = 1_000;

/** Measures one link. */
export class LatencyMeter {
  readonly #link: Link;
  readonly #latency = new LinkLatency();
  #waited: Spent | null = null;
  #waitedAt = -Infinity;
  #bufferMs: number | null = null;

  constructor(link: Link) {
    this.#link = link;
    link.on("answer", ({ told, exchange }) => {
      if (told) this.#latency.handleTold(told, exchange, performance.now());
    });
    link.on("reports", (reports) => this.#look(reports));
  }

  /** Links between the broadcaster and this end; null while that is not known. */
  get depth(): number | null {
    return this.#latency.depth;
  }

  /** What a round trip to the parent takes at best; null while that is not known. */
  get roundTripMs(): number | null {
    return this.#latency.roundTripMs;
  }

  /** How long a frame waits here until it is decoded; null while that is not known. */
  get bufferMs(): number | null {
    return this.#latency.bufferMs;
  }

  /** How old the picture is when it is handed to whoever shows it; null while that is not known. */
  get latencyMs(): number | null {
    return this.#latency.latencyMs(performance.now());
  }

  /** When a frame of this link was captured, by this page's clock; null if that is not known. */
  capturedAt(rtpTimestamp: number): number | null {
    return this.#latency.capturedAt(rtpTimestamp);
  }

  #look(reports: RTCStatsReport): void {
    const now = performance.now();
    const clocks = clocksOf(reports);
    if (!clocks) return;
    if (now - this.#waitedAt >= WAIT_WINDOW_MS) {
      const spent = waited(reports);
      this.#bufferMs = spentEachMs(spent, this.#waited);
      this.#waited = spent;
      this.#waitedAt = now;
    }
    this.#latency.handleLook({ ...clocks, now, bufferMs: this.#bufferMs });
    const frame = shownFrame(this.#link.receivers);
    if (frame) this.#latency.handleShown(frame);
  }
}
