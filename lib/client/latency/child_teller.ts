/**
 * What a peer tells one of its children about time: how far it is from the broadcaster, and how old
 * the frames are that it sends. Looks only when it is asked. This module is browser compatible.
 */
import type { Link } from "../link.ts";
import type { PassedFrame } from "../relay/relay.ts";
import type { CapturedFrame } from "./capture_times.ts";
import { encoded, heldBack, type Spent, spentEachMs } from "./link_readings.ts";
import type { Told } from "./link_latency.ts";

/** How long it takes to send changes within seconds; looking at it costs as much as asking does. */
const SENDING_WINDOW_MS = 1_000;

/** Told at once: a second at 30 frames a second, in one packet. */
const MAX_TOLD = 30;

/** What a peer knows of its own stream. */
export interface OwnLatency {
  /** Links between the broadcaster and this peer; null while that is not known. */
  depth: number | null;
  /** How old the picture is when this peer hands it on; null while that is not known. */
  latencyMs: number | null;
  /** When a frame that came in was captured, by this page's clock; null if that is not known. */
  capturedAt: (rtpTimestamp: number) => number | null;
}

/** What a ChildTeller needs from outside. */
export interface ChildTellerOptions {
  link: Link;
  own: () => OwnLatency;
  /** The frames that were passed on to this child of late, in order; null where none are. */
  passed: () => Promise<readonly PassedFrame[] | null>;
}

/** Tells one child. */
export class ChildTeller {
  readonly #options: ChildTellerOptions;
  /** As the relay has said last: nobody waits for it. */
  #passed: readonly PassedFrame[] | null = [];
  /** By its timestamp on this link: the newest frame that the child knows of. */
  #toldUpTo: number | null = null;
  #encoded: Spent | null = null;
  #heldBack: Spent | null = null;
  #sendingMs: number | null = null;
  #lookedAt = -Infinity;

  constructor(options: ChildTellerOptions) {
    this.#options = options;
  }

  /** Says what the child may want to know; all of it only if it is to be told in full. */
  async tell(inFull: boolean): Promise<Told> {
    const { own, passed } = this.#options;
    const { depth, latencyMs, capturedAt } = own();
    if (!inFull) return { depth, ageMs: null, captured: [] };
    const frames = this.#passed;
    passed().then((frames) => this.#passed = frames, () => {});
    if (frames) {
      const captured = untold(frames, this.#toldUpTo, capturedAt);
      this.#toldUpTo = captured.at(-1)?.[0] ?? this.#toldUpTo;
      return { depth, ageMs: null, captured };
    }
    if (latencyMs === null) return { depth, ageMs: null, captured: [] };
    const sendingMs = await this.#sending();
    return { depth, ageMs: sendingMs === null ? null : latencyMs + sendingMs, captured: [] };
  }

  /** What it takes from a frame of the source to packets on their way; null while nothing is sent. */
  async #sending(): Promise<number | null> {
    const now = performance.now();
    if (now - this.#lookedAt < SENDING_WINDOW_MS) return this.#sendingMs;
    this.#lookedAt = now;
    const reports = await this.#options.link.reports();
    const [encodes, holds] = [encoded(reports), heldBack(reports)];
    const encodeMs = spentEachMs(encodes, this.#encoded);
    const holdMs = spentEachMs(holds, this.#heldBack);
    [this.#encoded, this.#heldBack] = [encodes, holds];
    return this.#sendingMs = encodeMs === null ? null : encodeMs + (holdMs ?? 0);
  }
}

/**
 * Chooses the frames that a child has not been told of and whose capture is known by now.
 *
 * @param passed those that were sent of late, in order
 * @param toldUpTo the last one that it was told of, as it was sent
 */
export function untold(
  passed: readonly PassedFrame[],
  toldUpTo: number | null,
  capturedAt: OwnLatency["capturedAt"],
): CapturedFrame[] {
  const from = passed.findLastIndex(({ sent }) => sent === toldUpTo) + 1;
  return passed.slice(from).flatMap(({ received, sent }): CapturedFrame[] => {
    const at = capturedAt(received);
    return at === null ? [] : [[sent, at]];
  }).slice(-MAX_TOLD);
}
