import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { errorFields, jsonLog, LOG_LEVELS, type LogLevel } from "../../lib/log.ts";

Deno.test("jsonLog() writes one JSON object a line, with time, level, event and fields", () => {
  const lines: string[] = [];
  const before = Date.now();
  const log = jsonLog("info", { instance: "i1" }, (line) => lines.push(line));
  log("info", "broadcast_started", { broadcast: "a\nb", viewers: 0, ok: true, none: null });
  log("warn", "bare");
  assertEquals(lines.length, 2);
  assert(lines.every((line) => !line.includes("\n")), "a line break in a value breaks no line");
  const [first, second] = lines.map((line) => JSON.parse(line));
  const { time, ...rest } = first;
  assertEquals(rest, {
    level: "info",
    event: "broadcast_started",
    instance: "i1",
    broadcast: "a\nb",
    viewers: 0,
    ok: true,
    none: null,
  });
  assert(Date.parse(time) >= before && Date.parse(time) <= Date.now(), time);
  assertEquals([second.level, second.event, second.instance], ["warn", "bare", "i1"]);
});

Deno.test("jsonLog() writes what is at least as important as asked for", () => {
  const written = (minimum: LogLevel) => {
    const levels: string[] = [];
    const log = jsonLog(minimum, {}, (line) => levels.push(JSON.parse(line).level));
    for (const level of LOG_LEVELS) log(level, "x");
    return levels;
  };
  assertEquals(written("debug"), ["debug", "info", "warn", "error"]);
  assertEquals(written("info"), ["info", "warn", "error"]);
  assertEquals(written("warn"), ["warn", "error"]);
  assertEquals(written("error"), ["error"]);
});

Deno.test("jsonLog() writes to stdout, each line whole and by itself", async () => {
  const module = new URL("../../lib/log.ts", import.meta.url).href;
  const code = `import { jsonLog } from "${module}";
    jsonLog("info", { a: 1 })("info", "x", { text: "ü" });
    jsonLog("info", {})("error", "y");`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdin: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const lines = new TextDecoder().decode(stdout).split("\n");
  assertEquals(lines.pop(), "", "the last line ends with a line break");
  assertEquals(lines.map((line) => JSON.parse(line).event), ["x", "y"]);
  assertStringIncludes(lines[0]!, '"ü"');
});

Deno.test("errorFields() describes an error, and only the type of anything else", () => {
  const error = new RangeError("too far", { cause: "private" });
  const fields = errorFields(error);
  assertEquals([fields.error, fields.message], ["RangeError", "too far"]);
  assertStringIncludes(String(fields.stack), "log_test.ts");
  assertEquals(Object.keys(fields).sort(), ["error", "message", "stack"]);
  assertEquals(errorFields("a secret"), { error: "string" });
  assertEquals(errorFields({ token: "a secret" }), { error: "object" });
  assertEquals(errorFields(undefined), { error: "undefined" });
});
