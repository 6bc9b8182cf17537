/**
 * What can be asked of the benchmark on its command line, and how much work that is.
 */
import { parseArgs } from "node:util";

/** The parts of the benchmark. */
export const PARTS = ["joins", "candidates", "idle"] as const;

/** How much is measured; counts. */
export interface Sizes {
  viewers: number;
  roundTrips: number;
  idleConnections: number;
  /** How long memory has to stay the same before it counts, in ms. */
  quietMs: number;
  /** Joins made before anything is measured, so that hot code is compiled. */
  warmUpJoins: number;
}

const FULL: Sizes = {
  viewers: 1_000,
  roundTrips: 20_000,
  idleConnections: 2_000,
  quietMs: 1_500,
  warmUpJoins: 300,
};

/** Enough to see that all of it works; the figures mean nothing. */
const QUICK: Sizes = {
  viewers: 60,
  roundTrips: 300,
  idleConnections: 100,
  quietMs: 200,
  warmUpJoins: 20,
};

/** What one run does. */
export interface Options {
  sizes: Sizes;
  /** Whether there is too little work to judge the targets. */
  isSmokeRun: boolean;
  parts: Set<string>;
  /** Isolates of the server. */
  jobs: number;
  /** Whether PeerJS server is measured as well. */
  withPeerJs: boolean;
  jsonFile: string | undefined;
  profiles: boolean;
  /** After this the run counts as hung and fails, in ms. */
  deadlineMs: number;
}

/** The text of `--help`. */
export const USAGE = `deno task bench [options]
  --quick        small numbers, for a smoke test
  --json FILE    write the figures to FILE as well
  --only PARTS   of ${PARTS.join(",")}
  --jobs N       isolates of the server (default: one per core)
  --no-peerjs    leave out the comparison with PeerJS server
  --profile      say where the isolates of the server spend their time
                 (costs time itself: the figures are then too high)`;

/** Reads the command line; null for `--help`. */
export function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      only: { type: "string", default: PARTS.join(",") },
      jobs: { type: "string", default: String(navigator.hardwareConcurrency) },
      "no-peerjs": { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const parts = new Set(values.only.split(","));
  const unknown = [...parts].filter((part) => !PARTS.some((known) => known === part));
  if (unknown.length > 0) throw new Error(`Unknown part: ${unknown.join(", ")}`);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error("--jobs must be a whole number from 1");
  return {
    sizes: values.quick ? QUICK : FULL,
    isSmokeRun: values.quick,
    parts,
    jobs,
    withPeerJs: !values["no-peerjs"],
    jsonFile: values.json,
    profiles: values.profile,
    deadlineMs: values.quick ? 120_000 : 600_000,
  };
}
