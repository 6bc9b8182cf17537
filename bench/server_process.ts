/**
 * A server that is measured: a child process in a group of its own on a free port of the loopback
 * interface. Everything it starts ends with it, also when the benchmark is interrupted.
 */
import { fileURLToPath } from "node:url";
import { endGroup, freePort, untilHealthy } from "../tests/support/process_group.ts";
import { cpuTimeUs, pidListeningOn, residentBytes } from "./proc.ts";

/** A server that runs until it is stopped. */
export interface MeasuredServer extends AsyncDisposable {
  readonly port: number;
  /** The process that listens, which may be a child of a task runner. */
  readonly pid: number;
  /** CPU time so far, in microseconds, of all threads. */
  cpuTimeUs(): number;
  /** Memory held, in bytes. */
  residentBytes(): number;
  /** Ends the process and everything it has started. */
  stop(): Promise<void>;
}

/** What `startServer` starts. */
export interface ServerCommand {
  command: string;
  /** `{port}` and `{folder}`, an empty folder that is removed afterwards, are replaced. */
  args: string[];
  /** Variables set besides the benchmark's own; replaced likewise. */
  env?: Record<string, string>;
  /** The path that answers 200 once the server can work. */
  healthPath: string;
}

const runningStops = new Set<() => Promise<void>>();

/**
 * Starts a server and waits until it is healthy.
 *
 * @throws {Error} with the end of its output, when it does not come up
 */
export async function startServer(
  { command, args, env = {}, healthPath }: ServerCommand,
): Promise<MeasuredServer> {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "tributary-bench-" });
  const output = `${folder}/output.log`;
  const fill = (text: string) =>
    text.replaceAll("{port}", String(port)).replaceAll("{folder}", folder);
  const child = new Deno.Command("sh", {
    // Output goes to a file by way of the shell, so that a full pipe cannot stop the server.
    args: ["-c", 'exec "$0" "$@" > "$OUTPUT" 2>&1', command, ...args.map(fill)],
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: {
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
      OUTPUT: output,
    },
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();

  let stopping: Promise<void> | undefined;
  const stop = () =>
    stopping ??= endGroup(child)
      .then(() => Deno.remove(folder, { recursive: true }))
      .then(() => void runningStops.delete(stop));
  runningStops.add(stop);
  try {
    await untilHealthy(`http://127.0.0.1:${port}${healthPath}`, child);
    const pid = pidListeningOn(port, child.pid);
    return {
      port,
      pid,
      cpuTimeUs: () => cpuTimeUs(pid),
      residentBytes: () => residentBytes(pid),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    const tail = (await Deno.readTextFile(output)).slice(-2_000);
    await stop();
    throw new Error(`${(error as Error).message}\n${tail}`);
  }
}

/** Ends whatever still runs, for when the benchmark is interrupted. */
export async function stopAllServers(): Promise<void> {
  await Promise.all([...runningStops].map((stop) => stop()));
}
