import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError, DEFAULT_KV_FILE, readConfig } from "../../lib/config.ts";

Deno.test("readConfig() has a default for everything", () => {
  assertEquals(readConfig({}), {
    port: 8000,
    kvUrl: DEFAULT_KV_FILE,
    jobs: undefined,
    maxListeners: 3,
    iceServers: [],
    region: "local",
    bus: "auto",
    viewerGraceMs: 15_000,
    broadcasterGraceMs: 60_000,
    logLevel: "info",
  });
});

Deno.test("readConfig() reads every variable, and ignores all others", () => {
  const config = readConfig({
    PORT: "9000",
    KV_URL: "/var/lib/kv.db",
    DENO_JOBS: "4",
    MAX_LISTENERS: "5",
    ICE_SERVERS: '[{"urls":["stun:a","stun:b"]},{"urls":"turn:c","username":"u","credential":"p"}]',
    REGION: "eu",
    LOG_LEVEL: "debug",
    PATH: "/bin",
  });
  assertEquals(config, {
    port: 9000,
    kvUrl: "/var/lib/kv.db",
    jobs: 4,
    maxListeners: 5,
    iceServers: [
      { urls: ["stun:a", "stun:b"] },
      { urls: "turn:c", username: "u", credential: "p" },
    ],
    region: "eu",
    bus: "auto",
    viewerGraceMs: 15_000,
    broadcasterGraceMs: 60_000,
    logLevel: "debug",
  });
});

Deno.test("readConfig() takes empty variables for unset ones", () => {
  const empty = {
    PORT: "",
    KV_URL: "",
    DENO_JOBS: "",
    MAX_LISTENERS: "",
    ICE_SERVERS: "",
    REGION: "",
    LOG_LEVEL: "",
    DENO_DEPLOY: "",
    DENO_DEPLOYMENT_ID: "",
  };
  assertEquals(readConfig(empty), readConfig({}));
});

/** Values at and beyond each bound. */
const BOUNDS: Record<string, { good: string[]; bad: string[] }> = {
  PORT: { good: ["1", "65535"], bad: ["0", "65536", "-1", "80.5", "http", " 80", "1e3", "0x50"] },
  DENO_JOBS: { good: ["1", "64"], bad: ["0", "65", "many", "-2"] },
  MAX_LISTENERS: { good: ["1", "8"], bad: ["0", "9", "3.0", "three"] },
  REGION: { good: ["eu", "x".repeat(64)], bad: ["x".repeat(65)] },
  LOG_LEVEL: { good: ["debug", "info", "warn", "error"], bad: ["loud", "INFO", "warning"] },
  ICE_SERVERS: {
    good: ["[]", '[{"urls":"stun:a"}]'],
    bad: ["stun:a", "{}", '[{"url":"stun:a"}]', '[{"urls":7}]', '["stun:a"]', "null", "[", "[[]]"],
  },
  KV_URL: {
    good: [
      "data/x.db",
      "/x.db",
      ":memory:",
      "http://kv:4512",
      "HTTPS://kv.example.org/db",
      "C:\\kv.db",
    ],
    bad: ["postgres://kv", "ftp://kv", "file:///x.db", "S3://bucket"],
  },
};

for (const [name, { good, bad }] of Object.entries(BOUNDS)) {
  Deno.test(`readConfig() keeps ${name} within its bounds`, () => {
    for (const value of good) readConfig({ [name]: value });
    for (const value of bad) {
      const { message } = configError({ [name]: value });
      const lines = message.split("\n");
      assertEquals(lines.length, 2, message);
      assert(lines[1]!.startsWith(`  ${name} must `), `${value}: ${message}`);
    }
  });
}

Deno.test("readConfig() says in each message what is allowed", () => {
  assertStringIncludes(
    configError({ PORT: "0" }).message,
    "PORT must be a whole number from 1 to 65535",
  );
  assertStringIncludes(configError({ LOG_LEVEL: "x" }).message, "one of debug, info, warn, error");
  assertStringIncludes(configError({ ICE_SERVERS: "x" }).message, '[{"urls":"stun:');
});

Deno.test("readConfig() lists every mistake in one message", () => {
  const env = Object.fromEntries(Object.entries(BOUNDS).map(([name, { bad }]) => [name, bad[0]]));
  const { message } = configError(env);
  const [first, ...lines] = message.split("\n");
  assertEquals(first, "The configuration cannot be used:");
  const named = lines.map((line) => line.trim().split(" ")[0]);
  assertEquals(named.sort(), Object.keys(BOUNDS).sort());
});

Deno.test("readConfig() quotes no value: one of them may be a password", () => {
  const secret = "hunter2";
  const { message } = configError({
    ICE_SERVERS: secret,
    KV_URL: `db://u:${secret}@kv`,
    PORT: secret,
  });
  assert(!message.includes(secret), message);
});

Deno.test("readConfig() refuses :memory: for several isolates, which could not share it", () => {
  const { message } = configError({ KV_URL: ":memory:", DENO_JOBS: "2" });
  assertStringIncludes(message, "DENO_JOBS must be 1 (or unset) with KV_URL=:memory:");
  assertEquals(readConfig({ KV_URL: ":memory:", DENO_JOBS: "1" }).jobs, 1);
  assertEquals(readConfig({ KV_URL: ":memory:" }).jobs, 1, "not one per core");
  assertEquals(readConfig({ KV_URL: "memory.db", DENO_JOBS: "2" }).jobs, 2);
});

Deno.test("readConfig() leaves the database to Deno Deploy when KV_URL does not say", () => {
  assertEquals(readConfig({ DENO_DEPLOYMENT_ID: "d1" }).kvUrl, undefined);
  assertEquals(readConfig({ DENO_DEPLOY: "1" }).kvUrl, undefined);
  const own = { DENO_DEPLOY: "1", KV_URL: "https://kv.example.org" };
  assertEquals(readConfig(own).kvUrl, "https://kv.example.org");
});

function configError(env: Record<string, string | undefined>): Error {
  return assertThrows(() => readConfig(env), ConfigError);
}
