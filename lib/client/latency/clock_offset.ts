/**
 * How far the clock of the other end of a link is ahead of one's own, from questions and answers that
 * carry the times at both ends, as NTP does it. Of each exchange the offset is known up to half its
 * round trip, whatever that was lost in: the way there, the way back, a page that was busy. So the
 * quickest exchange says most, and two that contradict each other mean that a clock has jumped.
 * Pure; times are in ms. This module is browser compatible.
 */

/** One question and its answer: when each of them was sent and came, by the clock of that end. */
export interface Exchange {
  /** By one's own clock. */
  askedAt: number;
  /** By the other one's. */
  receivedAt: number;
  /** By the other one's. */
  answeredAt: number;
  /** By one's own. */
  cameAt: number;
}

/** Long enough for a quick exchange to be among them, on a network that is busy now and then. */
const WINDOW_MS = 30_000;

/** Clocks of computers run apart by less than this, in ms per ms: 100 parts per million each. */
export const DRIFT = 0.0002;

/** Browsers round their clocks, some to a millisecond. */
const ROUNDING_MS = 2;

/** A second's worth: the least of them is what the way takes, the others waited for a busy page. */
const RECENT_WAYS = 5;

interface Sample {
  at: number;
  offsetMs: number;
  /** Half the round trip: by that much the offset may be wrong. */
  errorMs: number;
}

/** See the module's paragraph. */
export class ClockOffset {
  #samples: Sample[] = [];
  /** The latest answers, with what their way took if both clocks were the same. */
  #answers: number[] = [];

  /**
   * Takes in one exchange; one that cannot have been so is passed over. Returns true when it shows that
   * a clock has jumped: then what was known before is forgotten.
   */
  note({ askedAt, receivedAt, answeredAt, cameAt }: Exchange): boolean {
    const roundTripMs = cameAt - askedAt - (answeredAt - receivedAt);
    // A clock has jumped between question and answer.
    if (!(roundTripMs >= -ROUNDING_MS) || answeredAt < receivedAt) return false;
    const sample: Sample = {
      at: cameAt,
      offsetMs: (receivedAt - askedAt + answeredAt - cameAt) / 2,
      errorMs: Math.max(0, roundTripMs / 2),
    };
    const hasJumped = this.#samples.some((other) => contradicts(sample, other));
    if (hasJumped) [this.#samples, this.#answers] = [[], []];
    this.#samples = this.#samples.filter(({ at }) => cameAt - at < WINDOW_MS);
    this.#samples.push(sample);
    this.#answers = [...this.#answers, cameAt - answeredAt].slice(-RECENT_WAYS);
    return hasJumped;
  }

  /** What the other clock shows when one's own shows 0; null while that is not known. */
  get offsetMs(): number | null {
    return this.#best()?.offsetMs ?? null;
  }

  /** What the quickest round trip took; null before the first. */
  get roundTripMs(): number | null {
    const best = this.#best();
    return best && 2 * best.errorMs;
  }

  /** What answers take at present, from the other end to this one; null before the first. */
  get wayMs(): number | null {
    const { offsetMs } = this;
    if (offsetMs === null) return null;
    return Math.max(0, Math.min(...this.#answers) + offsetMs);
  }

  #best(): Sample | null {
    const now = this.#samples.at(-1)?.at ?? 0;
    const doubt = ({ at, errorMs }: Sample) => errorMs + DRIFT * (now - at);
    return this.#samples.reduce<Sample | null>(
      (best, sample) => !best || doubt(sample) < doubt(best) ? sample : best,
      null,
    );
  }
}

function contradicts(one: Sample, other: Sample): boolean {
  const apartMs = Math.abs(one.offsetMs - other.offsetMs);
  const driftMs = DRIFT * Math.abs(one.at - other.at);
  return apartMs > one.errorMs + other.errorMs + driftMs + ROUNDING_MS;
}
