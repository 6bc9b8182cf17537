/**
 * `deno task bench:media`: measures what viewers see and hear at the end of a chain, in real Chromium
 * on the real server: forwarding relays, and relays that encode again beside them. Everything runs on
 * this machine, so the modes compare; the figures themselves are those of a machine that does the
 * work of all viewers at once. Needs Linux (/proc).
 */
import { progress, runAsProgram, within, writeJson } from "../program.ts";
import { stopAllServers } from "../server_process.ts";
import { disturbanceBy, type Target, toVerdicts } from "../verdict.ts";
import type { RunFigures } from "./figures.ts";
import { runLong } from "./long_run.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { toTable } from "./report.ts";
import { runChain } from "./run.ts";
import { closeAllBrowsers, Stage } from "./stage.ts";
import { checkLongRun, checkTargets } from "./targets.ts";

if (import.meta.main) {
  await runAsProgram({ usage: USAGE, readOptions, measure, endAll });
}

async function measure(options: Options): Promise<void> {
  const work = options.minutes === null ? compareModes(options) : runMinutes(options);
  await within(options.deadlineMs, "The benchmark", work);
}

async function compareModes(options: Options): Promise<void> {
  await using stage = await Stage.open();
  const runs: RunFigures[] = [];
  for (const shape of options.shapes) {
    for (const relayMode of ["forward", "re-encode"] as const) {
      progress(`${shape}: ${relayMode}`);
      runs.push(await runChain(stage, { shape, relayMode, times: options.times }));
    }
  }
  const targets = options.shapes.flatMap((shape) =>
    checkTargets(runs.filter((run) => run.shape === shape))
  );
  console.log(`\n${runs.map(toTable).join("\n\n")}\n`);
  await conclude(options, targets, runs);
}

async function runMinutes(options: Options): Promise<void> {
  await using stage = await Stage.open();
  const figures = await runLong(stage, {
    settleMs: options.times.settleMs,
    minutes: options.minutes!,
  });
  await conclude(options, checkLongRun(figures), [figures]);
}

async function conclude(
  { isSmokeRun, jsonFile }: Options,
  targets: Target[],
  figures: readonly { othersShare: number }[],
): Promise<void> {
  console.log(toVerdicts(targets, !isSmokeRun));
  const warning = disturbanceBy(figures.map(({ othersShare }) => othersShare));
  if (warning) console.log(`\n${warning}`);
  await writeJson(jsonFile, figures);
}

async function endAll(): Promise<void> {
  await closeAllBrowsers();
  await stopAllServers();
}
