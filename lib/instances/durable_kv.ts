/**
 * Finds out at start whether KV keeps what is written and shows it to all instances, and says so in
 * the log. On Deno Deploy an app without an assigned database runs all the same, on data that each
 * isolate has for itself and that ends with it (docs/decisions/0009-leases-and-reapers.md).
 */
import { errorFields, type Log } from "../log.ts";
import { type InstallationOptions, readInstallation } from "../store/installation.ts";

/**
 * - `durable`: a file, a KV Connect server, or the database that Deno Deploy has assigned;
 * - `memory`: was asked for;
 * - `ephemeral`: was not asked for, and is gone with the isolate;
 * - `unknown`: could not be found out.
 */
export type Durability = "durable" | "memory" | "ephemeral" | "unknown";

/** Makes Deno refuse a KV that is local; known to Deno from 2.9 on. */
const REQUIRE_REMOTE = "DENO_KV_REQUIRES_DISTRIBUTED_DATABASE";

/** What the operator is told. */
const WORDS = {
  memory: "KV is in memory, as configured: broadcasts end with this process",
  ephemeral: "KV is neither kept nor shared: viewers on other instances cannot find a broadcast, " +
    "and every restart ends all of them",
  unknown:
    "KV was empty, and this version of Deno does not tell whether it is kept: unless this is " +
    "the first start ever, no database is assigned",
  assign:
    "In the Deno Deploy console: Databases, Provision Database, Deno KV, Assign to this app; " +
    "leave KV_URL unset",
};

/** What checkDurability() needs. */
export interface DurabilityOptions extends InstallationOptions {
  /** As configured; undefined for the database that Deno Deploy assigned. */
  kvUrl: string | undefined;
  onDeploy: boolean;
  /** Asks Deno whether a database is assigned; null when it does not know. */
  isAssigned: () => Promise<boolean | null>;
  log: Log;
}

/** Finds out how durable KV is and logs it. Never throws: what is wrong with KV shows elsewhere. */
export async function checkDurability(
  { kvUrl, onDeploy, isAssigned, log, ...installationOptions }: DurabilityOptions,
): Promise<Durability> {
  try {
    const installation = await readInstallation(installationOptions);
    const assigned = onDeploy && kvUrl === undefined ? await isAssigned() : null;
    const { isNew } = installation;
    const durability = durabilityOf({ kvUrl, onDeploy, assigned, isNew });
    // Instances that log different ids do not share their data.
    report(log, durability, installation.id);
    return durability;
  } catch (error) {
    log("warn", "kv_durability_unknown", errorFields(error));
    return "unknown";
  }
}

/** Concludes how durable KV is. */
export function durabilityOf(
  { kvUrl, onDeploy, assigned, isNew }: {
    kvUrl: string | undefined;
    onDeploy: boolean;
    assigned: boolean | null;
    /** True when nobody had used the database before. */
    isNew: boolean;
  },
): Durability {
  if (kvUrl === ":memory:") return "memory";
  if (kvUrl !== undefined) {
    const isFile = !/^https?:\/\//i.test(kvUrl);
    // The disk of an instance there is its own, and goes with it.
    return isFile && onDeploy ? "ephemeral" : "durable";
  }
  if (!onDeploy) return "durable";
  if (assigned !== null) return assigned ? "durable" : "ephemeral";
  // An isolate's own memory is always empty at first.
  return isNew ? "unknown" : "durable";
}

/**
 * Asks Deno whether `Deno.openKv()` opens a database that is shared: has it refuse all others for a
 * moment. Null when Deno does not know how to refuse.
 */
export async function isDatabaseAssigned(
  env: Pick<Deno.Env, "get" | "set" | "delete">,
  open: (path?: string) => Promise<{ close(): void }>,
): Promise<boolean | null> {
  const before = env.get(REQUIRE_REMOTE);
  try {
    env.set(REQUIRE_REMOTE, "error");
    if (!await opens(open)) return false;
    // It may have opened only because this Deno does not know the variable.
    return await opens(open, ":memory:") ? null : true;
  } catch {
    return null;
  } finally {
    if (before === undefined) env.delete(REQUIRE_REMOTE);
    else env.set(REQUIRE_REMOTE, before);
  }
}

async function opens(
  open: (path?: string) => Promise<{ close(): void }>,
  path?: string,
): Promise<boolean> {
  try {
    (await open(path)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("no KV database")) return false;
    throw error;
  }
}

function report(log: Log, durability: Durability, installation: string): void {
  switch (durability) {
    case "durable":
      return log("info", "kv_durable", { installation });
    case "memory":
      return log("info", "kv_in_memory", { installation, meaning: WORDS.memory });
    case "ephemeral":
      return log("error", "kv_not_durable", {
        installation,
        meaning: WORDS.ephemeral,
        remedy: WORDS.assign,
      });
    case "unknown":
      return log("warn", "kv_perhaps_not_durable", {
        installation,
        meaning: WORDS.unknown,
        remedy: WORDS.assign,
      });
  }
}
