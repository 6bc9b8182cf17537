/** The check at start whether KV is durable: what is concluded, asked and said. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  checkDurability,
  durabilityOf,
  isDatabaseAssigned,
} from "../../lib/instances/durable_kv.ts";
import type { LogFields } from "../../lib/log.ts";

const VARIABLE = "DENO_KV_REQUIRES_DISTRIBUTED_DATABASE";
const REFUSAL = "Deno.openKv() failed: no KV database is attached to this app";

Deno.test("durabilityOf() concludes from what is configured", () => {
  const of = (kvUrl: string | undefined, onDeploy = false) =>
    durabilityOf({ kvUrl, onDeploy, assigned: null, isNew: true });
  assertEquals(of(":memory:"), "memory");
  assertEquals(of("data/tributary.db"), "durable");
  assertEquals(of("https://kv.example.org"), "durable");
  assertEquals(of("https://kv.example.org", true), "durable");
  assertEquals(of("data/tributary.db", true), "ephemeral", "an instance's disk goes with it");
  assertEquals(of(":memory:", true), "memory");
});

Deno.test("durabilityOf() believes Deno, and without it what was found in the database", () => {
  const of = (assigned: boolean | null, isNew: boolean) =>
    durabilityOf({ kvUrl: undefined, onDeploy: true, assigned, isNew });
  assertEquals(of(true, true), "durable");
  assertEquals(of(false, true), "ephemeral");
  assertEquals(of(null, true), "unknown");
  assertEquals(of(null, false), "durable", "somebody else has written there");
});

/** An environment of variables, and a Deno that knows the one which makes it refuse local databases. */
function denoWith({ assigned, knows = true }: { assigned: boolean; knows?: boolean }) {
  const variables = new Map<string, string>();
  const env = {
    get: (name: string) => variables.get(name),
    set: (name: string, value: string) => void variables.set(name, value),
    delete: (name: string) => void variables.delete(name),
  };
  let open = 0;
  return {
    variables,
    env,
    openNow: () => open,
    open(path?: string) {
      const isRemote = assigned && path === undefined;
      if (knows && !isRemote && variables.get(VARIABLE) === "error") {
        return Promise.reject(new TypeError(REFUSAL));
      }
      open++;
      return Promise.resolve({ close: () => void open-- });
    },
  };
}

Deno.test("isDatabaseAssigned() asks Deno, and leaves no trace", async () => {
  for (const assigned of [true, false]) {
    const deno = denoWith({ assigned });
    assertEquals(await isDatabaseAssigned(deno.env, deno.open), assigned);
    assertEquals([...deno.variables], []);
    assertEquals(deno.openNow(), 0);
  }
});

Deno.test("isDatabaseAssigned() puts back what the variable was", async () => {
  const deno = denoWith({ assigned: true });
  deno.env.set(VARIABLE, "warn");
  await isDatabaseAssigned(deno.env, deno.open);
  assertEquals([...deno.variables], [[VARIABLE, "warn"]]);
});

Deno.test("isDatabaseAssigned() knows that an older Deno does not tell", async () => {
  for (const assigned of [true, false]) {
    const deno = denoWith({ assigned, knows: false });
    assertEquals(await isDatabaseAssigned(deno.env, deno.open), null);
    assertEquals(deno.openNow(), 0);
  }
});

Deno.test("isDatabaseAssigned() does not take another error for an answer", async () => {
  const deno = denoWith({ assigned: true });
  const open = () => Promise.reject(new Error("the network is down"));
  assertEquals(await isDatabaseAssigned(deno.env, open), null);
  const env = {
    ...deno.env,
    set: () => {
      throw new Deno.errors.NotCapable();
    },
  };
  assertEquals(await isDatabaseAssigned(env, deno.open), null);
  assertEquals([...deno.variables], []);
});

Deno.test("isDatabaseAssigned() is understood by the Deno that runs this", async () => {
  // Own variables in a process of its own: they are the whole process's.
  const code = `
    import { isDatabaseAssigned } from ${
    JSON.stringify(new URL("../../lib/instances/durable_kv.ts", import.meta.url).href)
  };
    console.log(await isDatabaseAssigned(Deno.env, Deno.openKv));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--unstable-kv", code],
    stderr: "inherit",
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "false");
});

/** Runs the check on a database; returns what it concludes and logs. */
async function check(kv: Deno.Kv, options: { onDeploy?: boolean; assigned?: boolean | null } = {}) {
  const lines: { level: string; event: string; fields?: LogFields }[] = [];
  let asked = 0;
  const durability = await checkDurability({
    kv,
    kvUrl: options.onDeploy ? undefined : "data/tributary.db",
    onDeploy: options.onDeploy ?? false,
    isAssigned: () => {
      asked++;
      return Promise.resolve(options.assigned ?? null);
    },
    newId: () => crypto.randomUUID(),
    now: 1,
    log: (level, event, fields) => void lines.push({ level, event, fields }),
  });
  return { durability, lines, asked };
}

Deno.test("checkDurability() leaves one mark in a database, and every instance finds it", async () => {
  using kv = await Deno.openKv(":memory:");
  const checks = await Promise.all([check(kv), check(kv), check(kv)]);
  checks.push(await check(kv));
  assertEquals(new Set(checks.map(({ lines }) => lines[0]!.fields!.installation)).size, 1);
  assertEquals(checks.map(({ durability }) => durability), Array(4).fill("durable"));
  assertEquals(checks.map(({ asked }) => asked), [0, 0, 0, 0], "only Deno Deploy needs asking");
});

Deno.test("checkDurability() says what a missing database means and what to do", async () => {
  using kv = await Deno.openKv(":memory:");
  const { durability, lines } = await check(kv, { onDeploy: true, assigned: false });
  assertEquals(durability, "ephemeral");
  const [{ level, event, fields }] = lines as [typeof lines[0]];
  assertEquals([level, event], ["error", "kv_not_durable"]);
  assertStringIncludes(String(fields!.meaning), "other instances");
  assertStringIncludes(String(fields!.remedy), "Assign");
});

Deno.test("checkDurability() says that it does not know, the first time only", async () => {
  using kv = await Deno.openKv(":memory:");
  const first = await check(kv, { onDeploy: true });
  assertEquals([first.durability, first.lines[0]!.event], ["unknown", "kv_perhaps_not_durable"]);
  const second = await check(kv, { onDeploy: true });
  assertEquals([second.durability, second.lines[0]!.event], ["durable", "kv_durable"]);
});

Deno.test("checkDurability() never throws", async () => {
  const kv = await Deno.openKv(":memory:");
  kv.close();
  const { durability, lines } = await check(kv);
  assertEquals([durability, lines[0]!.event], ["unknown", "kv_durability_unknown"]);
});
