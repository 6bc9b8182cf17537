/**
 * Bundles what runs in browsers: the SDK as `static/build/tributary.js`, what its element needs, and a
 * bundle for each page's islands. Run as a task it builds once, or with `--watch` again on every change; the
 * development server calls `build` itself. Knows no island by name: every file in islands/entries/
 * is one.
 */
import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";
import { isUpToDate, oneAtATime, sumOfSources, writeStamp } from "./build_stamp.ts";
import { compress } from "./compress.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SDK_ENTRY = "lib/client/browser_entry.ts";
/** What the SDK loads when a page has its element in it. */
const PLAYER_ENTRY = "lib/client/element/player_view.ts";
const ISLAND_ENTRIES = "islands/entries";
const WORKER_ENTRY = "lib/client/relay/worker.ts";
const WORKER_CODE = /client\/relay\/worker_code\.ts$/;
const BROWSER_SCHEMA = "lib/protocol/schema_in_browsers.ts";
const OUT = "static/build";
/** Files that are served as they are. */
const FILES = "static";

/** What `build` can be told. */
export interface BuildOptions {
  /** Builds again whenever a source changes, until `stop` is called. False by default. */
  watch?: boolean;
  /** True by default. */
  minify?: boolean;
  /** Takes a line about each bundle, rebuild or error; `console.log` by default. */
  log?: (line: string) => void;
}

/** Builds that may go on. */
export interface Builds {
  /** Ends watching. */
  stop(): Promise<void>;
}

/** What could not be bundled, as text for people: file, line and reason. */
export class BuildError extends Error {
  override name = "BuildError";
}

/**
 * Bundles everything once, unless that was done and nothing has changed since; and on each change if
 * it is to watch.
 *
 * @throws {BuildError} unless it watches: then errors are logged, and the next change may mend them.
 */
export async function build(
  { watch = false, minify = true, log = console.log }: BuildOptions = {},
): Promise<Builds> {
  return await oneAtATime(ROOT, async () => {
    const sources = await sumOfSources(ROOT, `minify: ${minify}`);
    if (watch || !await isUpToDate(ROOT, sources)) {
      return await bundle({ watch, minify, log }, sources);
    }
    log(`${OUT} is up to date`);
    return { stop: () => Promise.resolve() };
  });
}

async function bundle(
  { watch, minify, log }: Required<BuildOptions>,
  sources: string,
): Promise<Builds> {
  const shared = sharedOptions(minify);
  const reporter = { watch, log };
  const targets: esbuild.BuildOptions[] = [
    { ...shared, entryPoints: [SDK_ENTRY], outfile: `${OUT}/tributary.js` },
    { ...shared, entryPoints: [PLAYER_ENTRY], outfile: `${OUT}/tributary-player.js` },
    { ...shared, entryPoints: await islandEntries(), outdir: `${OUT}/islands`, splitting: true },
  ];
  const written = new Set<string>();
  const contexts = await Promise.all(
    targets.map((target) =>
      esbuild.context({
        ...target,
        plugins: [workerPlugin(shared), reportPlugin(written, reporter)],
      })
    ),
  );
  const stop = async () => {
    await Promise.all(contexts.map((context) => context.dispose()));
    await esbuild.stop();
  };
  try {
    const results = contexts.map((context) => context.rebuild());
    const failures = (await Promise.allSettled(results)).filter(isRejected);
    if (failures.length > 0 && !watch) throw new BuildError(await describe(failures));
    if (failures.length === 0) {
      // While somebody works on them, files change more often than they are loaded.
      if (!watch) {
        (await compress(ROOT, [...written, ...await files()])).forEach(written.add, written);
        written.add(await writeStamp(ROOT, { sources, outputs: [...written] }));
      }
      await removeOthers(written);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  if (watch) await Promise.all(contexts.map((context) => context.watch()));
  else await stop();
  return { stop };
}

/** What all bundles have in common. */
export function sharedOptions(minify: boolean): esbuild.BuildOptions {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    // Every browser that can relay knows this syntax.
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify,
    sourcemap: true,
    metafile: true,
    chunkNames: "chunks/[name]-[hash]",
    alias: { "zod/mini": `${ROOT}/${BROWSER_SCHEMA}` },
    // A reader that only zod has would fail in the browser, and only there.
    logOverride: { "import-is-undefined": "error" },
    logLevel: "silent",
  };
}

/**
 * Puts the bundle of the relay's worker, as text, where the SDK looks for it.
 *
 * @param entry another worker in its place, for bundles that look into it
 */
export function workerPlugin(
  shared: esbuild.BuildOptions,
  entry: string = WORKER_ENTRY,
): esbuild.Plugin {
  return {
    name: "worker",
    setup({ onLoad }) {
      onLoad({ filter: WORKER_CODE }, async () => {
        const { outputFiles, metafile } = await esbuild.build({
          ...shared,
          entryPoints: [entry],
          format: "iife",
          sourcemap: false,
          write: false,
        });
        const code = JSON.stringify(outputFiles[0]!.text);
        const watchFiles = Object.keys(metafile!.inputs).map((path) => `${ROOT}/${path}`);
        return { contents: `export const WORKER_CODE = ${code};`, watchFiles };
      });
    },
  };
}

async function islandEntries(): Promise<string[]> {
  const entries: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(`${ROOT}/${ISLAND_ENTRIES}`)) {
      if (isFile && /\.tsx?$/.test(name)) entries.push(`${ISLAND_ENTRIES}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return entries.sort();
}

/** Tells what each build has written: its sizes at first, one line at each later one. */
function reportPlugin(
  written: Set<string>,
  { watch, log }: { watch: boolean; log: (line: string) => void },
): esbuild.Plugin {
  let builds = 0;
  return {
    name: "report",
    setup({ onEnd, initialOptions: { outfile, outdir } }) {
      onEnd(async ({ errors, metafile }) => {
        builds++;
        if (errors.length > 0) {
          if (watch) log(await format(errors));
          return;
        }
        const outputs = Object.entries(metafile?.outputs ?? {});
        for (const [path] of outputs) written.add(path);
        // Watching begins with a build of its own.
        if (watch && builds === 2) return;
        const scripts = outputs.filter(([path]) => path.endsWith(".js"));
        if (builds > 1) return log(`Built ${outfile ?? `${outdir}/*.js`}`);
        for (const [path, { bytes }] of scripts) log(await sizeLine(path, bytes));
      });
    },
  };
}

async function sizeLine(path: string, bytes: number): Promise<string> {
  const file = await Deno.readFile(`${ROOT}/${path}`);
  const zipped = new Blob([file]).stream().pipeThrough(new CompressionStream("gzip"));
  const zippedBytes = (await new Response(zipped).arrayBuffer()).byteLength;
  return `${path}  ${kib(bytes)} (${kib(zippedBytes)} gzip)`;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

async function files(): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isFile } of Deno.readDir(`${ROOT}/${FILES}`)) {
    if (isFile) paths.push(`${FILES}/${name}`);
  }
  return paths;
}

/** Removes what earlier builds left; never what is being served and was built again. */
async function removeOthers(written: ReadonlySet<string>): Promise<void> {
  for await (const path of filesBelow(OUT)) {
    if (!written.has(path)) await Deno.remove(`${ROOT}/${path}`);
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else yield path;
  }
}

function isRejected(result: PromiseSettledResult<unknown>): result is PromiseRejectedResult {
  return result.status === "rejected";
}

async function describe(failures: PromiseRejectedResult[]): Promise<string> {
  const errors = failures.flatMap(({ reason }) => reason.errors as esbuild.Message[] ?? []);
  if (errors.length === 0) return failures.map(({ reason }) => String(reason)).join("\n");
  return await format(errors);
}

async function format(errors: esbuild.Message[]): Promise<string> {
  const color = Deno.stderr.isTerminal();
  return (await esbuild.formatMessages(errors, { kind: "error", color })).join("").trimEnd();
}

if (import.meta.main) {
  try {
    await build({ watch: Deno.args.includes("--watch") });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
