/**
 * Remembers from what the bundles were built, so that a server that starts does not build again what is
 * there; and lets one process build at a time, for several may start in one folder.
 */
import { createHash } from "node:crypto";

/** What bundles are made of, and by what: files, and folders with all that is below them. */
const SOURCES = ["lib", "islands", "static", "tasks", "deno.json", "deno.lock"];
const OUT = "static/build";
const STAMP = `${OUT}/stamp.json`;
/** Not below `OUT`, where everything that is not a bundle is removed. */
const LOCK = "static/build.lock";

interface Stamp {
  sources: string;
  outputs: string[];
}

/** Runs `work` while no other process of this folder does so. */
export async function oneAtATime<T>(root: string, work: () => Promise<T>): Promise<T> {
  await Deno.mkdir(`${root}/static`, { recursive: true });
  using file = await Deno.open(`${root}/${LOCK}`, { create: true, write: true });
  await file.lock(true);
  return await work();
}

/** Sums up all sources by path, size and time, with how they are to be built. */
export async function sumOfSources(root: string, how: string): Promise<string> {
  const lines: string[] = [];
  for (const source of SOURCES) await list(root, source, lines);
  return createHash("sha256").update(how).update(lines.sort().join("\n")).digest("hex");
}

/** Says whether the last build was made of the same, and all that it wrote is there. */
export async function isUpToDate(root: string, sources: string): Promise<boolean> {
  try {
    const stamp: Stamp = JSON.parse(await Deno.readTextFile(`${root}/${STAMP}`));
    if (stamp.sources !== sources) return false;
    await Promise.all(stamp.outputs.map((path) => Deno.stat(`${root}/${path}`)));
    return true;
  } catch {
    // Nothing was built yet, or something of it is gone.
    return false;
  }
}

/** Notes what was built of what; returns the path of the note. */
export async function writeStamp(root: string, stamp: Stamp): Promise<string> {
  await Deno.writeTextFile(`${root}/${STAMP}`, JSON.stringify(stamp));
  return STAMP;
}

async function list(root: string, path: string, lines: string[]): Promise<void> {
  if (path === OUT || path === LOCK) return;
  const info = await Deno.stat(`${root}/${path}`).catch(() => null);
  // Whatever misses it says so when it is built.
  if (!info) return;
  const { isDirectory, size, mtime } = info;
  if (!isDirectory) return void lines.push(`${path} ${size} ${mtime?.getTime()}`);
  for await (const { name } of Deno.readDir(`${root}/${path}`)) {
    await list(root, `${path}/${name}`, lines);
  }
}
