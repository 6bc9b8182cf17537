/** The processes of a browser, so that a test can stop or kill a whole browser. */
import type { Browser } from "playwright-core";

/** Lists every process of a browser. */
export async function processesOf(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.map(({ id }) => id);
}

/** Signals all of the processes that are left. */
export function signalAll(pids: number[], name: Deno.Signal): void {
  for (const pid of pids) {
    try {
      Deno.kill(pid, name);
    } catch {
      // It has ended with another one.
    }
  }
}
