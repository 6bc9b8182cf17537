/**
 * Runs the server as a child process: as many isolates as there are jobs, on one port. Used by
 * `deno task start` and `deno task dev`.
 */
import { fileURLToPath } from "node:url";
import type { Config } from "../lib/config.ts";

/** A server that runs. */
export interface ServerProcess {
  /** Settles when the process has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Asks it to end in good order, and waits until it has. */
  stop(): Promise<Deno.CommandStatus>;
}

/** How long a server may take to end before it is killed; its own deadline is 3 s. */
const STOP_DEADLINE_MS = 5_000;

/** Starts the server. */
export function startServer(config: Config): ServerProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "serve",
      ...(config.jobs === 1 ? [] : ["--parallel"]),
      "--allow-net",
      "--allow-env",
      "--allow-read",
      "--allow-write",
      `--port=${config.port}`,
      fileURLToPath(new URL("../main.ts", import.meta.url)),
    ],
    env: config.jobs ? { DENO_JOBS: String(config.jobs) } : {},
    stdin: "null",
  });
  const child = command.spawn();
  return {
    status: child.status,
    async stop() {
      const kill = setTimeout(() => signal(child, "SIGKILL"), STOP_DEADLINE_MS);
      signal(child, "SIGTERM");
      const status = await child.status;
      clearTimeout(kill);
      return status;
    },
  };
}

/** Resolves when the server answers its health check; rejects when it does not in time. */
export async function untilHealthy(config: Config, deadlineMs = 30_000): Promise<void> {
  const url = `http://localhost:${config.port}/healthz`;
  for (const end = Date.now() + deadlineMs; Date.now() < end;) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The server does not answer at ${url}`);
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended already.
  }
}
