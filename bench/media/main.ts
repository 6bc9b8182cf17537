/**
 * `deno task bench:media`: measures what viewers see and hear at the end of a chain, in real Chromium
 * on the real server: forwarding relays, and relays that encode again beside them. Everything runs on
 * this machine, so the modes compare; the figures themselves are those of a machine that does the
 * work of all viewers at once. Needs Linux (/proc).
 */
import { stopAllServers } from "../server_process.ts";
import type { RunFigures } from "./figures.ts";
import { runLong } from "./long_run.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { disturbance, toTable } from "./report.ts";
import { runChain } from "./run.ts";
import { closeAllBrowsers, Stage, within } from "./stage.ts";
import { checkLongRun, checkTargets, type Target, toVerdicts } from "./targets.ts";

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void endAll().finally(() => Deno.exit(130)));
  }
  Deno.exit(await main(Deno.args));
}

async function main(args: string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (!options) {
      console.log(USAGE);
      return 0;
    }
    const work = options.minutes === null ? compareModes(options) : runMinutes(options);
    await within(options.deadlineMs, "The benchmark", work);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await endAll();
  }
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
    progress,
  });
  await conclude(options, checkLongRun(figures), [figures]);
}

async function conclude(
  { isSmokeRun, jsonFile }: Options,
  targets: Target[],
  figures: readonly { othersShare: number }[],
): Promise<void> {
  console.log(toVerdicts(targets, !isSmokeRun));
  const warning = disturbance(figures);
  if (warning) console.log(`\n${warning}`);
  if (jsonFile) await Deno.writeTextFile(jsonFile, JSON.stringify(figures, null, 2) + "\n");
}

async function endAll(): Promise<void> {
  await closeAllBrowsers();
  await stopAllServers();
}

/** To stderr, so that the tables can be piped. */
function progress(text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${text}`);
}
