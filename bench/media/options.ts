/** What can be asked of the media benchmark on its command line, and how long that takes. */
import { parseArgs } from "node:util";

/** How viewers are put into pages. */
export const SHAPES = ["pages", "one page"] as const;

/** One of them. */
export type Shape = typeof SHAPES[number];

/** How many viewers follow one another in each. */
export const LENGTHS: Record<Shape, number> = { "pages": 4, "one page": 6 };

/** How long each part of a run takes. */
export interface Times {
  /** Until senders have found out how much their links carry, in ms. */
  settleMs: number;
  /** Latency, encoding, freezes and CPU are measured, in ms. */
  timingMs: number;
  /** Pictures are compared, frames traced, the tone is listened to, in ms. */
  comparingMs: number;
  /** How often the last viewer joins anew. */
  rejoins: number;
}

const FULL: Times = { settleMs: 6_000, timingMs: 15_000, comparingMs: 10_000, rejoins: 5 };

/** Enough to see that all of it works, and that forwarded frames stay as they are. */
const QUICK: Times = { settleMs: 1_000, timingMs: 2_500, comparingMs: 2_500, rejoins: 1 };

/** What one run does. */
export interface Options {
  times: Times;
  /** Whether it is too short to judge the targets. */
  isSmokeRun: boolean;
  shapes: Shape[];
  /** Minutes of a long run of the forwarding chain instead of all else; null without. */
  minutes: number | null;
  jsonFile: string | undefined;
  /** After this the run counts as hung and fails, in ms. */
  deadlineMs: number;
}

/** The text of `--help`. */
export const USAGE = `deno task bench:media [options]
  --quick        a few seconds of each, for a smoke test
  --only SHAPE   "pages" (${LENGTHS.pages} viewers in pages of their own) or "one page" (${
  LENGTHS["one page"]
} in one)
  --minutes N    a long run instead: the forwarding chain of ${LENGTHS["one page"]} for N minutes
  --json FILE    write the figures to FILE as well`;

/** Reads the command line; null for `--help`. */
export function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      minutes: { type: "string" },
      json: { type: "string" },
    },
  });
  if (values.help) return null;
  const shapes = SHAPES.filter((shape) => shape === (values.only ?? shape));
  if (shapes.length === 0) throw new Error(`Unknown shape: ${values.only}`);
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  if (minutes !== null && !(minutes > 0)) throw new Error("--minutes must be a number above 0");
  return {
    times: values.quick ? QUICK : FULL,
    isSmokeRun: values.quick,
    shapes,
    minutes,
    jsonFile: values.json,
    deadlineMs: minutes === null ? 900_000 : (minutes + 2) * 60_000,
  };
}
