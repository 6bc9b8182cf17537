/** `deno task start` with a configuration that cannot be used, and with sources that cannot be built. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { assertEventually } from "../support/eventually.ts";

/** Far more than reading a configuration takes; a server that came up instead would never end. */
const DEADLINE_MS = 30_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Ended {
  pid: number;
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the start task of the repository in `folder` until it ends. */
async function runStart(folder: string, env: Record<string, string>): Promise<Ended> {
  const started = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tasks/start.ts"],
    cwd: folder,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A process group of its own, so that what it might leave behind can be seen.
    detached: true,
  }).spawn();
  const kill = setTimeout(() => Deno.kill(-started.pid, "SIGKILL"), DEADLINE_MS);
  // Both streams end only when no process holds them open any more.
  const { code, stdout, stderr } = await started.output();
  clearTimeout(kill);
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { pid: started.pid, code, stdout: out!, stderr: err! };
}

Deno.test("the start task names every mistake in one message and ends with code 2", async () => {
  const env = { PORT: "none", MAX_LISTENERS: "99", KV_URL: "", LOG_LEVEL: "" };
  const { pid, code, stdout, stderr } = await runStart(ROOT, env);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "The configuration cannot be used:");
  assertStringIncludes(stderr, "  PORT must be a whole number from 1 to 65535");
  assertStringIncludes(stderr, "  MAX_LISTENERS must be a whole number from 1 to 8");
  assertEquals(stderr.trim().split("\n").length, 3, stderr);
  assertEquals(stdout, "", "nothing was built or served");
  assert(!isAnybodyIn(pid), "a process is left running");
});

Deno.test("the start task says which source cannot be built and ends with code 1", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tributary-broken-" });
  try {
    for (const part of ["tasks", "lib", "deno.json", "deno.lock", "node_modules"]) {
      await Deno.symlink(`${ROOT}/${part}`, `${folder}/${part}`);
    }
    await Deno.mkdir(`${folder}/islands/entries`, { recursive: true });
    await Deno.writeTextFile(`${folder}/islands/entries/broken.tsx`, "export const page = ;\n");
    const { pid, code, stderr } = await runStart(folder, { KV_URL: `${folder}/kv.db` });
    assertEquals(code, 1);
    assertStringIncludes(stderr, "The pages cannot be built:");
    assertStringIncludes(stderr, "islands/entries/broken.tsx:1:20");
    // The bundler's own process ends by itself, a moment later.
    await assertEventually(() => isAnybodyIn(pid), false);
    assert(!/^\s+at /m.test(stderr), `no stack: ${stderr}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function isAnybodyIn(group: number): boolean {
  try {
    Deno.kill(-group, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
