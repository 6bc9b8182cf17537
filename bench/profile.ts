/**
 * Where the isolates of a server spend their time. V8 writes a log per isolate (`--prof`, passed
 * through DENO_V8_FLAGS, which reaches the server through every task runner); this adds up its
 * samples. Node's own reader (`node --prof-process`) does not know the log of Deno's newer V8.
 */
import { CodeMap } from "./code_map.ts";

/** Rows of each list of the report. */
const ROWS = 20;

const ROOT_URL = new URL("..", import.meta.url).href;

/** A profile of one server, from before its start until it has ended. */
export interface Profile extends AsyncDisposable {
  /** Variables that the server has to be started with. */
  readonly env: Record<string, string>;
  /** Reads the logs of the process `pid`, which has ended, and says what they show. */
  report(pid: number): Promise<string>;
}

/** Samples, by what was running. One sample is one millisecond of an isolate that was not waiting. */
export interface Samples {
  total: number;
  /** By function, for samples that hit its own code. */
  self: Map<string, number>;
  /** By function, for samples with the function anywhere on the stack. */
  inclusive: Map<string, number>;
  /** By calling function, for samples in the runtime's compiled code (Rust, C++). */
  nativeBelow: Map<string, number>;
}

/** Prepares a profile. */
export async function createProfile(): Promise<Profile> {
  const folder = await Deno.makeTempDir({ prefix: "tributary-profile-" });
  return {
    env: { DENO_V8_FLAGS: `--prof,--logfile-per-isolate,--logfile=${folder}/v8.log` },
    async report(pid) {
      const samples: Samples = {
        total: 0,
        self: new Map(),
        inclusive: new Map(),
        nativeBelow: new Map(),
      };
      for await (const { name } of Deno.readDir(folder)) {
        if (!name.includes(`-${pid}-`)) continue;
        addLog(await Deno.readTextFile(`${folder}/${name}`), samples);
      }
      return format(samples);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Adds the samples of one isolate's log. Exported for its test. */
export function addLog(log: string, samples: Samples): void {
  const code = new CodeMap();
  for (const line of log.split("\n")) {
    const fields = line.split(",");
    if (fields[0] === "code-creation") {
      const name = `${fields[6]}`.trim() || `(${fields[1]})`;
      const isScript = ["JS", "Script", "Eval", "RegExp"].includes(fields[1]!);
      code.add(Number(fields[4]), Number(fields[5]), { name, isScript });
    } else if (fields[0] === "code-move") {
      code.move(Number(fields[1]), Number(fields[2]));
    } else if (fields[0] === "tick") {
      addTick(fields, code, samples);
    }
  }
}

/** States of V8 that explain a sample better than its address does (VMState in V8's source). */
const STATE_NAMES: Record<string, string> = {
  "1": "(garbage collection)",
  "2": "(parsing)",
  "3": "(compiling)",
  "4": "(compiling)",
};

/** tick, program counter, time, is external callback, its address, state of V8, stack from the top */
function addTick(fields: string[], code: CodeMap, samples: Samples): void {
  const [, counter, , , , state, ...stack] = fields;
  const callers = stack.map((address) => code.find(Number(address)))
    .filter((entry) => entry?.isScript)
    .map((entry) => shorten(entry!.name));
  const hit = code.find(Number(counter));
  const stateName = STATE_NAMES[state!];
  samples.total++;
  if (stateName) {
    count(samples.self, stateName);
  } else if (hit) {
    // Builtins are V8's own (JSON.parse, promises); they say more with their caller.
    const own = hit.isScript ? shorten(hit.name) : `${hit.name} < ${callers[0] ?? "(runtime)"}`;
    count(samples.self, own);
    if (hit.isScript) callers.push(own);
  } else {
    count(samples.self, "(native)");
    const ours = callers.find((name) => !name.includes("ext:"));
    const nearest = callers[0] ?? "(runtime itself, outside JavaScript)";
    count(samples.nativeBelow, ours && ours !== nearest ? `${nearest} < ${ours}` : nearest);
  }
  for (const name of new Set(callers)) count(samples.inclusive, name);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** `name file:///.../lib/x.ts:1:2` -> `name lib/x.ts:1` */
function shorten(name: string): string {
  return name.replace(ROOT_URL, "").replace(/node_modules\/\.deno\/[^/]+\//, "")
    .replace(/:(\d+):\d+$/, ":$1");
}

function format({ total, self, inclusive, nativeBelow }: Samples): string {
  const list = (title: string, counts: Map<string, number>) => {
    const rows = [...counts].sort((a, b) => b[1] - a[1]).slice(0, ROWS)
      .map(([name, samples]) =>
        `${String(samples).padStart(8)}  ${share(samples, total)}  ${name}`
      );
    return [title, ...rows, ""].join("\n");
  };
  return [
    `Profile: ${total} samples of about 1 ms, all isolates, from start to end; ` +
    "lines are those of the transpiled modules",
    list("In the function itself", self),
    list("In the function and what it calls", inclusive),
    list("In compiled code of the runtime, by the function that called it", nativeBelow),
  ].join("\n");
}

function share(samples: number, total: number): string {
  return `${(samples / total * 100).toFixed(1).padStart(5)} %`;
}
