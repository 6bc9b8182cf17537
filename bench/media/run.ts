/** One run: builds a chain in a browser of its own, measures it part by part, and ends it. */
import type { RelayMode } from "../../lib/client/mod.ts";
import { Chain } from "./chain.ts";
import { watchCpu } from "./cpu.ts";
import { countMoved, type RunFigures, toDepths } from "./figures.ts";
import type { Shape, Times } from "./options.ts";
import type { Stage } from "./stage.ts";

/** What a run measures. */
export interface RunOptions {
  shape: Shape;
  relayMode: RelayMode;
  times: Times;
}

/** On a machine that is too busy viewers take others for dead, and leave their places. */
const MAX_TRIES = 3;

/** Measures one mode in one shape; again, if viewers changed their places meanwhile. */
export async function runChain(stage: Stage, options: RunOptions): Promise<RunFigures> {
  for (let tries = 1;; tries++) {
    const figures = await runOnce(stage, options);
    if (figures.movedCount === 0 || tries === MAX_TRIES) return figures;
  }
}

async function runOnce(
  stage: Stage,
  { shape, relayMode, times }: RunOptions,
): Promise<RunFigures> {
  const { settleMs, timingMs, comparingMs, rejoins } = times;
  await using theatre = await stage.openTheatre();
  const chain = await Chain.build(stage, { theatre, shape, relayMode });
  const { links: built } = await chain.count();
  await pause(settleMs);

  const { links: before } = await chain.count();
  const endCpu = await watchCpu(theatre.browser, stage.server.pid);
  await chain.begin("timing");
  await pause(timingMs);
  const timed = await chain.begin("idle");
  const cpu = endCpu();
  const { links: after, lanes } = await chain.count();

  // Apart, because it takes time of its own.
  await chain.listen();
  await chain.begin("comparing");
  await pause(comparingMs);
  const compared = await chain.begin("idle");
  const heard = await chain.endListening();

  const { links: last } = await chain.count();

  const { waits } = chain;
  const lastWaits = [waits.at(-1)!];
  for (let i = 0; i < rejoins; i++) lastWaits.push(await chain.rejoin());
  return {
    shape,
    relayMode,
    ...cpu,
    depths: toDepths({ before, after, timingMs, timed, compared, heard, waits }),
    lastWaits,
    movedCount: countMoved(built, last),
    lanes,
  };
}

/** For parts whose length is what was asked for. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
