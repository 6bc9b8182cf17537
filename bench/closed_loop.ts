/**
 * The load: a fixed number of tasks, so many at once, each started when another is done; and what
 * they cost the server and the load itself.
 */
import { ConnectionClosedError, RefusedError } from "../tests/support/virtual_peer.ts";
import { cpuTimeUs, machineCpuTimeUs, untilIdle } from "./proc.ts";
import type { MeasuredServer } from "./server_process.ts";

/** What a closed loop measured. Times of failed tasks are not in the percentiles. */
export interface LoopFigures {
  count: number;
  atOnce: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of the server process per task, in microseconds. */
  serverCpuUs: number;
  /** CPU time of the benchmark's own process per task, in microseconds. */
  loadCpuUs: number;
  /** The share of the machine's CPU time that other programs took meanwhile, 0 to 1. */
  othersShare: number;
  /** How many tasks failed, by the code or name of their error. */
  failures: Record<string, number>;
}

/** Runs `task` for 0 to count - 1, `atOnce` at a time. A task that rejects is counted and named. */
export async function runClosedLoop(
  server: MeasuredServer,
  { count, atOnce, task }: {
    count: number;
    atOnce: number;
    task: (index: number) => Promise<unknown>;
  },
): Promise<LoopFigures> {
  const latenciesMs: number[] = [];
  const failures: Record<string, number> = {};
  let next = 0;
  const lane = async () => {
    for (let index; (index = next++) < count;) {
      const startedAt = performance.now();
      try {
        await task(index);
        latenciesMs.push(performance.now() - startedAt);
      } catch (error) {
        const name = nameOf(error);
        failures[name] = (failures[name] ?? 0) + 1;
      }
    }
  };
  await untilIdle(server.pid);
  const before = readClocks(server);
  await Promise.all(Array.from({ length: atOnce }, lane));
  const after = readClocks(server);
  const elapsedMs = after.nowMs - before.nowMs;
  const serverUs = after.serverUs - before.serverUs, loadUs = after.loadUs - before.loadUs;
  const othersUs = after.machineUs - before.machineUs - serverUs - loadUs;
  latenciesMs.sort((a, b) => a - b);
  return {
    count,
    atOnce,
    perSecond: latenciesMs.length / elapsedMs * 1000,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    serverCpuUs: serverUs / count,
    loadCpuUs: loadUs / count,
    othersShare: Math.max(0, othersUs / (elapsedMs * 1000 * navigator.hardwareConcurrency)),
    failures,
  };
}

function readClocks(server: MeasuredServer) {
  return {
    nowMs: performance.now(),
    serverUs: server.cpuTimeUs(),
    loadUs: cpuTimeUs("self"),
    machineUs: machineCpuTimeUs(),
  };
}

/** Runs `make` for 0 to count - 1 and resolves with what it made, in order. For preparations. */
export async function makeAll<T>(
  count: number,
  { atOnce, make }: { atOnce: number; make: (index: number) => Promise<T> },
): Promise<T[]> {
  const made: T[] = new Array(count);
  let next = 0;
  const lane = async () => {
    for (let index; (index = next++) < count;) made[index] = await make(index);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return made;
}

function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

function nameOf(error: unknown): string {
  if (error instanceof RefusedError) return error.code ?? error.message;
  if (error instanceof ConnectionClosedError) return "connection_closed";
  return error instanceof Error ? error.name : String(error);
}
