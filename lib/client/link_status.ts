/**
 * What is said over a link: the child asks how the parent is, and the parent says what of the stream
 * moves at its own end, and what it knows about time. Answers do not wait for the parent's timers,
 * which browsers slow down in hidden tabs. Older parents never answer, or say less. Pure.
 * This module is browser compatible.
 */
import type { Told } from "./latency/link_latency.ts";
import type { CapturedFrame } from "./latency/capture_times.ts";
import type { Pace } from "./relay/relay.ts";

/** What a peer has of the stream right now. */
export type Flow =
  /** Its picture moves. */
  | "picture"
  /** Its picture does not move or there is none, but there is sound. */
  | "sound"
  /** The source gives nothing new: there is nothing to wait for, and nothing to mend. */
  | "nothing"
  /** It does not get what there is, and may get it again, and its children with it. */
  | "stalled";

/** What a parent said; `unknown`: it is well, but does not say what moves, as earlier versions. */
export type Said = Flow | "unknown";

/** When a question came and its answer went, by the clock of who answers; in ms. */
export interface AnswerTimes {
  /** The number of the question. */
  number: number;
  receivedAt: number;
  answeredAt: number;
}

/** What an answer says. */
export interface Status {
  said: Said;
  /** How the child does, in the eyes of the parent. */
  pace: Pace;
  /** Null from earlier versions. */
  told: Told | null;
  /** Null when the question had no number. */
  times: AnswerTimes | null;
  /** Whether the child is to tell its figures, and those below it theirs (LINKS-1). */
  wantsFigures: boolean;
}

/** What an answer says besides of the child that gets it. */
export interface ToChild {
  pace: Pace;
  wantsFigures: boolean;
}

const QUESTION = "?";

/** Nobody is asked more often than this in the life of a link. */
const MAX_NUMBER = 999_999_999;

/** More than relays tell at once. */
const MAX_CAPTURED = 64;

/** No tree is as deep as that. */
const MAX_DEPTH = 10_000;

const PACES: readonly string[] = ["resting", "slow"] satisfies Pace[];

const MOVES: readonly string[] = ["picture", "sound", "nothing"] satisfies Flow[];

/** Writes a question; only a parent that tells its depth understands one with a number. */
export function encodeQuestion(number: number | null): string {
  return number === null ? QUESTION : `${QUESTION}${number}`;
}

/** Reads a question; null for what is none. */
export function decodeQuestion(data: unknown): { number: number | null } | null {
  if (data === QUESTION) return { number: null };
  const digits = typeof data === "string" && /^\?(\d{1,9})$/.exec(data)?.[1];
  return digits ? { number: Number(digits) } : null;
}

/** Returns the number of the next question. */
export function nextNumber(number: number): number {
  return number % MAX_NUMBER + 1;
}

/**
 * Writes a status. For children of earlier versions, who wait for either, only `stalled` differs; who
 * asks without a number is told no more than the depth.
 */
export function encodeStatus(
  flow: Flow,
  { depth, ageMs, captured }: Told,
  times: AnswerTimes | null,
  { pace = "well", wantsFigures = false }: Partial<ToChild> = {},
): string {
  return JSON.stringify({
    alive: true,
    ...(flow === "stalled" ? { upstream: "stalled" } : { upstream: "ok", moves: flow }),
    pace: pace === "well" ? undefined : pace,
    links: wantsFigures || undefined,
    depth,
    ...times && {
      age: ageMs === null ? undefined : round(ageMs),
      captured: captured.length > 0 ? captured.map(([rtp, at]) => [rtp, round(at)]) : undefined,
      clock: [times.number, round(times.receivedAt), round(times.answeredAt)],
    },
  });
}

/** Reads a status; null for what is none. */
export function decodeStatus(data: unknown): Status | null {
  try {
    const { upstream, moves, pace, links, depth, age, captured, clock } = JSON.parse(String(data));
    if (upstream !== "stalled" && upstream !== "ok") return null;
    return {
      said: upstream === "stalled" ? upstream : MOVES.includes(moves) ? moves : "unknown",
      pace: PACES.includes(pace) ? pace : "well",
      told: depth === undefined ? null : {
        depth: Number.isInteger(depth) && depth >= 0 && depth < MAX_DEPTH ? depth : null,
        ageMs: Number.isFinite(age) && age >= 0 ? age : null,
        captured: Array.isArray(captured) ? captured.slice(0, MAX_CAPTURED).filter(isFrame) : [],
      },
      times: isListOf(clock, 3)
        ? { number: clock[0]!, receivedAt: clock[1]!, answeredAt: clock[2]! }
        : null,
      wantsFigures: links === true,
    };
  } catch {
    return null;
  }
}

function isFrame(value: unknown): value is CapturedFrame {
  return isListOf(value, 2);
}

function isListOf(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every(Number.isFinite);
}

/** To a tenth of a millisecond: browsers know no better. */
function round(ms: number): number {
  return Math.round(10 * ms) / 10;
}
