/**
 * What benchmarks have in common: they are interrupted cleanly, read their options, have a deadline,
 * tell how they get on, and end what they started.
 */

/** One benchmark. */
export interface Benchmark<O> {
  usage: string;
  /** Reads the command line; null for `--help`. Throws what is wrong with it. */
  readOptions: (args: string[]) => O | null;
  /** Measures and prints; throws what went wrong. */
  measure: (options: O) => Promise<void>;
  /** Ends all that may still run. */
  endAll: () => Promise<unknown>;
}

/** Runs a benchmark as a program, and ends it. */
export async function runAsProgram<O>(benchmark: Benchmark<O>): Promise<never> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(
      signal,
      () => void benchmark.endAll().finally(() => Deno.exit(130)),
    );
  }
  Deno.exit(await run(benchmark, Deno.args));
}

async function run<O>(
  { usage, readOptions, measure, endAll }: Benchmark<O>,
  args: string[],
): Promise<number> {
  try {
    const options = readOptions(args);
    if (options) await measure(options);
    else console.log(usage);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await endAll();
  }
}

/**
 * Waits for `work`, but not for longer than a limit.
 *
 * @throws {Error} that says what was not done in time
 */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${what}: not done within ${limitMs / 1_000} s`)),
    limitMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says what is being done; to stderr, so that the tables can be piped. */
export function progress(text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

/** Writes figures to a file that was asked for. */
export async function writeJson(path: string | undefined, figures: unknown): Promise<void> {
  if (path) await Deno.writeTextFile(path, JSON.stringify(figures, null, 2) + "\n");
}
