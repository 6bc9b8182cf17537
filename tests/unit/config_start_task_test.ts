/** `deno task start` with a configuration that cannot be used. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

/** Far more than reading a configuration takes; a server that came up instead would never end. */
const DEADLINE_MS = 30_000;

Deno.test("the start task names every mistake in one message and ends with code 2", async () => {
  const started = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tasks/start.ts"],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { PORT: "none", MAX_LISTENERS: "99", KV_URL: "", LOG_LEVEL: "", NO_COLOR: "1" },
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
  assertEquals(code, 2);
  const message = new TextDecoder().decode(stderr);
  assertStringIncludes(message, "The configuration cannot be used:");
  assertStringIncludes(message, "  PORT must be a whole number from 1 to 65535");
  assertStringIncludes(message, "  MAX_LISTENERS must be a whole number from 1 to 8");
  assertEquals(message.trim().split("\n").length, 3, message);
  assertEquals(new TextDecoder().decode(stdout), "", "nothing was built or served");
  assert(!isAnybodyIn(started.pid), "a process is left running");
});

function isAnybodyIn(group: number): boolean {
  try {
    Deno.kill(-group, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
