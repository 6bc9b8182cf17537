/**
 * `deno task test`: builds the bundles and runs the suites, the quick ones first. Arguments name suites
 * (`deno task test unit browser`); without any, all run. The last line counts what ran.
 */
import { build } from "./build.ts";

/** The suites, in the order they run. Each is a folder of tests/. */
const SUITES = [
  "unit",
  "contract",
  "kv",
  "simulation",
  "isolates",
  "bench",
  "pages",
  "browser",
  "resilience",
];

/** Those that measure something: one file at a time. The others mostly wait: as many as there are cores. */
const ALONE = new Set(["bench", "browser", "resilience"]);

/** Where tests keep pictures of what they see. */
const PICTURES = "artefacts/screenshots";

if (import.meta.main) Deno.exit(await test(Deno.args));

async function test(wanted: string[]): Promise<number> {
  const unknown = wanted.filter((suite) => !SUITES.includes(suite));
  if (unknown.length > 0) {
    console.error(`Unknown suite: ${unknown.join(", ")}. There are: ${SUITES.join(", ")}`);
    return 2;
  }
  await build({ watch: false, minify: true });
  const reports = await Deno.makeTempDir({ prefix: "tributary-test-" });
  const total = { passed: 0, failed: 0, skipped: 0 };
  let ok = true;
  try {
    for (const suite of wanted.length > 0 ? SUITES.filter((it) => wanted.includes(it)) : SUITES) {
      console.log(`\n--- ${suite} ---`);
      // What was there belongs to other versions; single files, run by hand, leave it as it is.
      if (suite === "pages") await Deno.remove(PICTURES, { recursive: true }).catch(() => {});
      const report = `${reports}/${suite}.xml`;
      ok = await run(suite, report) && ok;
      add(total, await count(report));
    }
  } finally {
    await Deno.remove(reports, { recursive: true });
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  return ok && total.failed === 0 && total.passed > 0 ? 0 : 1;
}

async function run(suite: string, report: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--no-check",
      ...ALONE.has(suite) ? [] : ["--parallel"],
      `--junit-path=${report}`,
      `tests/${suite}/`,
    ],
    stdin: "null",
  }).spawn().status;
  return success;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Reads the totals of a JUnit report; a suite that could not write one counts as one failure. */
async function count(report: string): Promise<Counts> {
  const xml = await Deno.readTextFile(report).catch(() => "");
  const totals = /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml);
  if (!totals) return { passed: 0, failed: 1, skipped: 0 };
  const [tests, failures, errors] = totals.slice(1).map(Number) as [number, number, number];
  const skipped = xml.match(/<skipped/g)?.length ?? 0;
  return { passed: tests - failures - errors - skipped, failed: failures + errors, skipped };
}

function add(total: Counts, counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
