/**
 * The real server for a test: `deno task start`, or only what it starts, as a child process on a free
 * port, with a database of its own in a temporary folder. Ends with everything it started.
 */
import { fileURLToPath } from "node:url";
import { endGroup, freePort, signalGroup, untilHealthy } from "./process_group.ts";

/** What `startTestServer` can be told. */
export interface TestServerOptions {
  /** How many children a peer may have; 3 by default, as in production. */
  maxListeners?: number;
  /** How many isolates; 2 by default. */
  jobs?: number;
  /** Only serves, without building first: for tests that need no page. */
  withoutBundles?: boolean;
  /** Uses and keeps this KV file. */
  kvFile?: string;
  /** Listens on this port and not on a free one. */
  port?: number;
  /** Other flags of `deno serve`, for a server without bundles. */
  flags?: string[];
  /** Other variables of the server's environment. */
  env?: Record<string, string>;
}

/** A server that runs until `stop` is called; `await using` calls it. */
export interface TestServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** Where clients connect to. */
  readonly wsUrl: string;
  readonly port: number;
  /** Where its KV is. */
  readonly kvFile: string;
  /** The process that was started; it leads a process group of its own. */
  readonly pid: number;
  /** What the server has printed. */
  logs(): string;
  /** Ends the server and removes its data; resolves with the exit code. Idempotent. */
  stop(signal?: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<number>;
}

/**
 * Starts the server and waits until it is healthy.
 *
 * @throws {Error} with the end of the server's output, when it does not come up
 */
export async function startTestServer(
  options: TestServerOptions = {},
): Promise<TestServer> {
  const { maxListeners = 3, jobs = 2, flags = [], env = {}, port = freePort() } = options;
  const folder = options.kvFile ? null : await Deno.makeTempDir({ prefix: "tributary-server-" });
  const kvFile = options.kvFile ?? `${folder}/kv.db`;
  const serve = [
    ...["serve", "--parallel", "-A", "--no-check", `--port=${port}`],
    ...flags,
    "main.ts",
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args: options.withoutBundles ? serve : ["task", "start"],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: {
      PORT: String(port),
      KV_URL: kvFile,
      DENO_JOBS: String(jobs),
      MAX_LISTENERS: String(maxListeners),
      LOG_LEVEL: "warn",
      NO_COLOR: "1",
      ...env,
    },
    // A process group of its own, so that all of it can be ended.
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const watchdog = watchOver(child, folder);
  const output: string[] = [];
  const reading = Promise.all([collect(child.stdout, output), collect(child.stderr, output)]);

  let stopping: Promise<number> | undefined;
  const stop = (signal: "SIGTERM" | "SIGINT" | "SIGKILL" = "SIGTERM") =>
    stopping ??= (async () => {
      const code = await endGroup(child, signal);
      signalGroup(watchdog, "SIGKILL");
      await watchdog.status;
      await reading;
      if (folder) await Deno.remove(folder, { recursive: true });
      return code;
    })();

  const url = `http://localhost:${port}`;
  try {
    await untilHealthy(`${url}/healthz`, child);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${output.join("").slice(-2000)}`);
  }
  return {
    url,
    port,
    kvFile,
    wsUrl: `ws://localhost:${port}/api/ws`,
    pid: child.pid,
    logs: () => output.join(""),
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

/**
 * Ends the server when the tests end without doing so: a process group of its own does not get the
 * Ctrl-C that interrupts them, and `deno test` ends at once on it.
 */
function watchOver(child: Deno.ChildProcess, folder: string | null): Deno.ChildProcess {
  const script = `while kill -0 "$1" 2>&-; do sleep 1; done; kill -s KILL -- "-$2"; rm -rf "$3"`;
  return new Deno.Command("sh", {
    args: ["-c", script, "sh", String(Deno.pid), String(child.pid), folder ?? ""],
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function collect(stream: ReadableStream<Uint8Array>, into: string[]): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) into.push(decoder.decode(bytes, { stream: true }));
}
