/**
 * The real server as tests need it: a child process of its own on a free port, with KV on a file of
 * its own, ended and cleaned up at the end of the block (`await using`).
 */
import { fileURLToPath } from "node:url";

/** What a test may decide about its server. */
export interface TestServerOptions {
  /** Isolates; 2 by default. */
  jobs?: number;
  /** MAX_LISTENERS; 3 by default. */
  maxListeners?: number;
  /** More environment variables. */
  env?: Record<string, string>;
  /** Keep this KV file instead of a fresh one, which is deleted at the end. */
  kvFile?: string;
  /** Listen here; by default on a free port. */
  port?: number;
}

/** A server that runs. */
export interface TestServer extends AsyncDisposable {
  /** http://127.0.0.1:port, without a slash at the end. */
  readonly url: string;
  /** The address of the WebSocket. */
  readonly wsUrl: string;
  readonly port: number;
  /** The server's process id. */
  readonly pid: number;
  /** What it has logged so far. */
  logs(): string;
  /** Tells it to end with a signal and resolves with its exit code. Idempotent. */
  stop(signal?: Deno.Signal): Promise<number>;
}

/** A machine that is busy with other suites may take this long to start a server. */
const START_TIMEOUT_MS = 30_000;

/** Longer than the 3 s in which the server promises to end. */
const STOP_TIMEOUT_MS = 10_000;

/** Starts the server and waits until it is healthy. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { jobs = 2, maxListeners = 3, env = {}, port = freePort() } = options;
  const folder = options.kvFile ? null : await Deno.makeTempDir({ prefix: "tributary-" });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["serve", "--parallel", "-A", "--no-check", `--port=${port}`, "--host=127.0.0.1", MAIN],
    env: {
      PORT: String(port),
      KV_URL: options.kvFile ?? `${folder}/kv.db`,
      DENO_JOBS: String(jobs),
      MAX_LISTENERS: String(maxListeners),
      NO_COLOR: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let logs = "";
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) logs += text;
  });
  let exited = false;
  const status = child.status.finally(() => exited = true);

  const stop = async (signal: Deno.Signal = "SIGTERM") => {
    if (!exited) kill(child, signal);
    const timer = setTimeout(() => kill(child, "SIGKILL"), STOP_TIMEOUT_MS);
    const { code } = await status;
    clearTimeout(timer);
    await Promise.all(reading);
    if (folder) await Deno.remove(folder, { recursive: true }).catch(() => {});
    return code;
  };

  const url = `http://127.0.0.1:${port}`;
  try {
    await untilHealthy(url, () => exited);
  } catch (error) {
    await stop("SIGKILL");
    throw new Error(`The server did not start:\n${logs}`, { cause: error });
  }
  return {
    url,
    wsUrl: `ws://127.0.0.1:${port}/api/ws`,
    port,
    pid: child.pid,
    logs: () => logs,
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** A port nobody listens on at the moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function untilHealthy(url: string, hasExited: () => boolean): Promise<void> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end && !hasExited();) {
    try {
      const response = await fetch(`${url}/healthz`);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(hasExited() ? "It exited" : "It does not answer its health check");
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
