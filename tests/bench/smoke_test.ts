/**
 * The benchmark itself works: a run with small numbers against the real server and PeerJS server.
 * Its figures mean nothing and are not judged.
 */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

/** It takes about 8 s; a machine that is busy with other things takes longer. */
const TIMEOUT_MS = 120_000;

Deno.test("a quick run of the benchmark prints its table and fails nothing", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", fileURLToPath(new URL("../../bench/main.ts", import.meta.url))]
        .concat(["--quick", "--json", file]),
      env: { NO_COLOR: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, text + new TextDecoder().decode(stderr));
    for (const row of ["join", "candidate + acknowledgement", "idle connection", "PeerJS"]) {
      assert(text.includes(row), `no row for ${row} in\n${text}`);
    }
    assert(JSON.parse(await Deno.readTextFile(file)));
  } finally {
    await Deno.remove(file);
  }
});
