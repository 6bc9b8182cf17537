/**
 * `deno task bench`: measures the real server, as it runs in production, and PeerJS server beside
 * it in the same run on the same machine. The load runs in this process and shares the cores with
 * the server; what it takes is in the table. Needs Linux (/proc).
 */
import type { VirtualPeer } from "../tests/support/virtual_peer.ts";
import { runCandidates } from "./candidates.ts";
import type { LoopFigures } from "./closed_loop.ts";
import { measureIdle } from "./idle.ts";
import { runJoins } from "./joins.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { PEERJS_PAYLOADS, peerJsUrl, runPeerJs, startPeerJs } from "./peerjs.ts";
import { createProfile } from "./profile.ts";
import { progress, runAsProgram, within, writeJson } from "./program.ts";
import { checkTargets, disturbance, type Figures, toTable } from "./report.ts";
import { stopAllServers } from "./server_process.ts";
import { signallingUrl, startTributary } from "./tributary.ts";
import { toVerdicts } from "./verdict.ts";

/** How many join at once, from one after the other to a crowd. */
const JOINS_AT_ONCE = [1, 4, 32];

const ROUND_TRIPS_AT_ONCE = [1, 32];

if (import.meta.main) {
  await runAsProgram({
    usage: USAGE,
    readOptions,
    measure: measureAndTell,
    endAll: stopAllServers,
  });
}

async function measureAndTell(options: Options): Promise<void> {
  const figures = await within(options.deadlineMs, "The benchmark", measure(options));
  console.log(`\n${toTable(figures)}\n`);
  console.log(toVerdicts(checkTargets(figures), !options.isSmokeRun));
  const warning = disturbance(figures);
  if (warning) console.log(`\n${warning}`);
  await writeJson(options.jsonFile, figures);
}

async function measure(options: Options): Promise<Figures> {
  const figures: Figures = { jobs: options.jobs, joins: [], candidates: [] };
  if (options.parts.has("joins") || options.parts.has("candidates")) {
    await measureTributary(options, figures);
    if (options.withPeerJs) await measurePeerJs(options, figures);
  }
  if (options.parts.has("idle")) await measureIdleConnections(options, figures);
  return figures;
}

async function measureTributary(options: Options, figures: Figures): Promise<void> {
  if (!options.profiles) return void await measureOn(options, figures, {});
  await using profile = await createProfile();
  const pid = await measureOn(options, figures, profile.env);
  console.log(await profile.report(pid));
}

/** Resolves with the id of the server's process, which has ended by then. */
async function measureOn(
  { sizes, parts, jobs }: Options,
  figures: Figures,
  env: Record<string, string>,
): Promise<number> {
  await using server = await startTributary({ jobs, env });
  progress(`Tributary with ${jobs} isolates: warming up`);
  const base = { viewerCount: sizes.viewers, isWatched: false };
  await runJoins(server, { ...base, viewerCount: sizes.warmUpJoins, atOnce: 8 });
  if (parts.has("joins")) {
    for (const isWatched of [false, true]) {
      for (const atOnce of JOINS_AT_ONCE) {
        progress(`Tributary: joins, ${atOnce} at once${isWatched ? ", watched" : ""}`);
        figures.joins.push({ ours: await runJoins(server, { ...base, atOnce, isWatched }) });
      }
    }
  }
  if (parts.has("candidates")) {
    const measureOnTree = async (viewers: VirtualPeer[]) => {
      for (const atOnce of ROUND_TRIPS_AT_ONCE) {
        progress(`Tributary: candidates, ${atOnce} at once`);
        const run = { viewers, roundTrips: sizes.roundTrips, atOnce };
        figures.candidates.push({ ours: await runCandidates(server, run) });
      }
    };
    await runJoins(server, { ...base, atOnce: 8, whileJoined: measureOnTree });
  }
  return server.pid;
}

async function measurePeerJs({ sizes }: Options, figures: Figures): Promise<void> {
  await using server = await startPeerJs();
  const { candidate, offer, answer } = PEERJS_PAYLOADS;
  const exchange = (atOnce: number, count = sizes.viewers): Promise<LoopFigures> =>
    runPeerJs(server, {
      there: "OFFER",
      back: "ANSWER",
      payloads: { there: offer, back: answer },
      count,
      atOnce,
      pairCount: count,
    });
  progress("PeerJS server: warming up");
  await exchange(8, sizes.warmUpJoins);
  for (const row of figures.joins.filter(({ ours }) => !ours.isWatched)) {
    progress(`PeerJS server: offers and answers, ${row.ours.atOnce} at once`);
    row.peerJs = await exchange(row.ours.atOnce);
  }
  for (const row of figures.candidates) {
    progress(`PeerJS server: candidates, ${row.ours.atOnce} at once`);
    row.peerJs = await runPeerJs(server, {
      there: "CANDIDATE",
      back: "CANDIDATE",
      payloads: { there: candidate, back: candidate },
      count: sizes.roundTrips,
      atOnce: row.ours.atOnce,
      pairCount: Math.ceil(sizes.viewers / 2),
    });
  }
}

/** On fresh servers: what earlier work has left in their heaps would hide what connections take. */
async function measureIdleConnections({ sizes, jobs, withPeerJs }: Options, figures: Figures) {
  const { idleConnections: connectionCount, quietMs } = sizes;
  {
    progress("Tributary: idle connections");
    await using server = await startTributary({ jobs });
    const urlOf = () => signallingUrl(server);
    figures.idle = { ours: await measureIdle(server, { connectionCount, quietMs, urlOf }) };
  }
  if (!withPeerJs) return;
  progress("PeerJS server: idle connections");
  await using server = await startPeerJs();
  const urlOf = (index: number) => peerJsUrl(server, `idle-${index}`);
  figures.idle.peerJs = await measureIdle(server, { connectionCount, quietMs, urlOf });
}
