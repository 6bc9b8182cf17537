/** Servers in process groups of their own: a port for them, the wait until they work, their end. */

/** Bundling for the browser and starting the isolates, on a machine that has other things to do. */
const START_TIMEOUT_MS = 60_000;

/** The server's own deadline for ending in good order is 3 s, its parent's is 5 s. */
const STOP_TIMEOUT_MS = 8_000;

/**
 * Returns a TCP port that is free on every address. Another process could take it before the server
 * does; the server would say so and end.
 */
export function freePort(): number {
  using listener = Deno.listen({ port: 0 });
  return listener.addr.port;
}

/**
 * Waits until `url` answers with a status of success.
 *
 * @throws {Error} when `child` ends before, or when it takes longer than a minute
 */
export async function untilHealthy(url: string, child: Deno.ChildProcess): Promise<void> {
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end && !hasEnded;) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(hasEnded ? "The server ended at start" : `The server does not answer at ${url}`);
}

/** Ends the group that `child` leads, by force when it takes too long; returns the exit code. */
export async function endGroup(
  child: Deno.ChildProcess,
  signal: Deno.Signal = "SIGTERM",
): Promise<number> {
  const kill = setTimeout(() => signalGroup(child, "SIGKILL"), STOP_TIMEOUT_MS);
  signalGroup(child, signal);
  const { code } = await child.status;
  clearTimeout(kill);
  // Whatever the leader of the group has left behind.
  signalGroup(child, "SIGKILL");
  return code;
}

/** Signals every process of the group that `child` leads, if any is left. */
export function signalGroup(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    Deno.kill(-child.pid, signal);
  } catch {
    // All of it has ended.
  }
}
