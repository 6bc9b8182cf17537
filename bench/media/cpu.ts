/** How much processor time a browser's processes take, and everything else on the machine. */
import type { Browser } from "playwright-core";
import { processesOf } from "../../tests/support/browser_processes.ts";
import { cpuTimeUs, machineCpuTimeUs } from "../proc.ts";

/** Shares of a time that has passed. */
export interface CpuShares {
  /** Cores that the browser kept busy. */
  browserCores: number;
  /** Share of the whole machine that programs took which are none of ours. */
  othersShare: number;
}

/** Begins to count; the function that it returns ends that. */
export async function watchCpu(
  browser: Browser,
  serverPid: number,
): Promise<() => CpuShares> {
  const pids = await processesOf(browser);
  const read = () => ({
    atUs: performance.now() * 1_000,
    browser: pids.reduce((sum, pid) => sum + cpuTimeOrNone(pid), 0),
    ours: cpuTimeUs("self") + cpuTimeUs(serverPid),
    machine: machineCpuTimeUs(),
  });
  const before = read();
  return () => {
    const after = read();
    const passed = after.atUs - before.atUs;
    const browserUs = after.browser - before.browser;
    const others = after.machine - before.machine - browserUs - (after.ours - before.ours);
    const othersShare = others / passed / navigator.hardwareConcurrency;
    return { browserCores: browserUs / passed, othersShare: Math.max(0, othersShare) };
  };
}

function cpuTimeOrNone(pid: number): number {
  try {
    return cpuTimeUs(pid);
  } catch {
    return 0; // It has ended.
  }
}
