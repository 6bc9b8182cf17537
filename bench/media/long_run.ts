/** A long run of the forwarding chain: whether it keeps up, minute after minute. */
import { Chain } from "./chain.ts";
import { watchCpu } from "./cpu.ts";
import { progress } from "../program.ts";
import { quantile } from "./figures.ts";
import type { LaneFigures } from "./page/relay_ends.ts";
import { pause } from "./run.ts";
import type { Stage } from "./stage.ts";

/** What one minute of a long run was like. */
export interface MinuteFigures {
  minute: number;
  /** By depth. */
  latenciesP50Ms: number[];
  longestGapsMs: number[];
  freezes: number[];
}

/** What a long run was like. */
export interface LongFigures {
  minutes: MinuteFigures[];
  /** At the end. */
  lanes: LaneFigures[];
  othersShare: number;
  browserCores: number;
}

/** Runs the chain of one page; says after each minute how it was. */
export async function runLong(
  stage: Stage,
  { settleMs, minutes }: {
    settleMs: number;
    minutes: number;
  },
): Promise<LongFigures> {
  await using theatre = await stage.openTheatre();
  const chain = await Chain.build(stage, { theatre, shape: "one page", relayMode: "forward" });
  await pause(settleMs);
  const endCpu = await watchCpu(theatre.browser, stage.server.pid);
  let { links, lanes } = await chain.count();
  const done: MinuteFigures[] = [];
  await chain.begin("timing");
  for (let left = minutes; left > 0; left--) {
    await pause(Math.min(left, 1) * 60_000);
    const seen = await chain.begin("timing");
    const now = await chain.count();
    const figures: MinuteFigures = {
      minute: done.length + 1,
      latenciesP50Ms: seen.map(({ latenciesMs }) => Math.round(quantile(latenciesMs, 0.5))),
      longestGapsMs: seen.map(({ longestGapMs }) => Math.round(longestGapMs)),
      freezes: now.links.map(({ got }, i) => got.freezes - links[i]!.got.freezes),
    };
    ({ links, lanes } = now);
    done.push(figures);
    progress(
      `minute ${figures.minute}: latency p50 ${figures.latenciesP50Ms.join(" ")} ms, ` +
        `longest gaps ${figures.longestGapsMs.join(" ")} ms, freezes ${
          figures.freezes.join(" ")
        }, ` +
        `backlogs ${lanes.map(({ backlog }) => backlog).join(" ")}, ` +
        `key frames asked for ${sum(lanes, "keysAsked")}, frames skipped ${sum(lanes, "skipped")}`,
    );
  }
  return { minutes: done, lanes, ...endCpu() };
}

/** Since the chain was built. */
function sum(lanes: readonly LaneFigures[], what: "keysAsked" | "skipped"): number {
  return lanes.reduce((sum, lane) => sum + lane[what], 0);
}
