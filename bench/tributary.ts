/**
 * Tributary's server as it runs in production: `deno task start` on a database of its own.
 */
import { type MeasuredServer, startServer } from "./server_process.ts";

/** Children a peer may have while measuring; the product's default. */
export const FANOUT = 3;

/** Starts the server with `jobs` isolates; `env` are further variables of its environment. */
export function startTributary(
  { jobs, env = {} }: { jobs: number; env?: Record<string, string> },
): Promise<MeasuredServer> {
  return startServer({
    command: Deno.execPath(),
    args: ["task", "start"],
    healthPath: "/healthz",
    env: {
      PORT: "{port}",
      KV_URL: "{folder}/tributary.db",
      DENO_JOBS: String(jobs),
      MAX_LISTENERS: String(FANOUT),
      LOG_LEVEL: "warn",
      ...env,
    },
  });
}

/** Where clients connect. */
export function signallingUrl(server: MeasuredServer): string {
  return `ws://127.0.0.1:${server.port}/api/ws`;
}
