/**
 * What the operator decides, read from the environment once at start. Everything that is wrong is
 * reported in one message, so that nobody has to fix one line at a time.
 */
import { z } from "zod";
import { LOG_LEVELS } from "./log.ts";
import { MAX_FANOUT } from "./tree/types.ts";

/** Where the file of the embedded KV is when KV_URL does not say. */
export const DEFAULT_KV_FILE = "data/tributary.db";

/** How instances reach each other: by the nearest road, or through KV only (to try that road out). */
const BUSES = ["auto", "kv"] as const;

const integer = (min: number, max: number) =>
  z.string().regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

const iceServers = z.string().transform((text, context) => {
  const schema = z.array(z.looseObject({ urls: z.union([z.string(), z.array(z.string())]) }));
  let parsed;
  try {
    parsed = schema.safeParse(JSON.parse(text));
  } catch {
    parsed = { success: false as const };
  }
  if (parsed.success) return parsed.data;
  context.addIssue({
    code: "custom",
    message: 'must be a JSON array of servers, for example [{"urls":"stun:stun.example.org:3478"}]',
  });
  return z.NEVER;
});

const environment = z.object({
  PORT: integer(1, 65535).default(8000),
  KV_URL: z.string().min(1, "must be a file, :memory: or the URL of a KV Connect server")
    .refine(
      (url) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(url) || /^https?:\/\//i.test(url),
      "must be a file, :memory: or an http(s) URL of a KV Connect server",
    )
    .optional(),
  DENO_JOBS: integer(1, 64).optional(),
  MAX_LISTENERS: integer(1, MAX_FANOUT).default(3),
  ICE_SERVERS: iceServers.default([]),
  REGION: z.string().min(1, "must not be empty").max(64, "must be at most 64 characters")
    .default("local"),
  VIEWER_GRACE_S: integer(0, 3600).default(15),
  BROADCASTER_GRACE_S: integer(0, 3600).default(60),
  BUS: z.enum(BUSES, `must be one of ${BUSES.join(", ")}`).default("auto"),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
}).superRefine((env, context) => {
  if (env.KV_URL === ":memory:" && (env.DENO_JOBS ?? 1) > 1) {
    context.addIssue({
      code: "custom",
      path: ["DENO_JOBS"],
      message: "must be 1 (or unset) with KV_URL=:memory:, which isolates cannot share",
    });
  }
});

/** The product's configuration. */
export interface Config {
  port: number;
  /** A file, `:memory:`, or the URL of a KV Connect server; undefined for the database of Deno Deploy. */
  kvUrl: string | undefined;
  /** Isolates to start; undefined for one per core. */
  jobs: number | undefined;
  /** Children a peer may have. */
  maxListeners: number;
  iceServers: Record<string, unknown>[];
  region: string;
  bus: typeof BUSES[number];
  /** How long a viewer keeps its place after its socket is lost. */
  viewerGraceMs: number;
  /** How long a broadcast goes on after its broadcaster's socket is lost. */
  broadcasterGraceMs: number;
  logLevel: typeof LOG_LEVELS[number];
}

/** Thrown when the environment cannot be used; the message lists every reason. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Reads the configuration from environment variables; empty ones count as unset.
 *
 * @throws {ConfigError}
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.keys(environment.shape)
      .filter((name) => env[name] !== undefined && env[name] !== "")
      .map((name) => [name, env[name]]),
  );
  const result = environment.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `  ${path.join(".")} ${message}`);
    throw new ConfigError(`The configuration cannot be used:\n${lines.join("\n")}`);
  }
  const {
    PORT,
    KV_URL,
    DENO_JOBS,
    MAX_LISTENERS,
    ICE_SERVERS,
    REGION,
    VIEWER_GRACE_S,
    BROADCASTER_GRACE_S,
    BUS,
    LOG_LEVEL,
  } = result.data;
  return {
    port: PORT,
    kvUrl: KV_URL ?? (isOnDeploy(env) ? undefined : DEFAULT_KV_FILE),
    jobs: KV_URL === ":memory:" ? 1 : DENO_JOBS,
    maxListeners: MAX_LISTENERS,
    iceServers: ICE_SERVERS,
    region: REGION,
    bus: BUS,
    viewerGraceMs: VIEWER_GRACE_S * 1000,
    broadcasterGraceMs: BROADCASTER_GRACE_S * 1000,
    logLevel: LOG_LEVEL,
  };
}

/** Says whether this is an instance on Deno Deploy, which sets one of these variables. */
export function isOnDeploy(env: Record<string, string | undefined>): boolean {
  return Boolean(env.DENO_DEPLOYMENT_ID || env.DENO_DEPLOY);
}
