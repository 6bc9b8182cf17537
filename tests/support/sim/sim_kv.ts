/**
 * A KV whose every operation takes its own, seeded time and may find the file locked, so that reads
 * and commits of several instances interleave in every way, and the same way again for the same
 * seed. Passes the tree store's contract, as the real KV does. Watches are late and may miss changes.
 */
import type { BusKv } from "../../../lib/bus/kv_commit.ts";
import type { TreeKv } from "../../../lib/store/kv_tree_store.ts";

/** How the simulated KV behaves. */
export interface SimKvOptions {
  /** Returns a number in [0, 1). */
  random: () => number;
  /** Lets virtual time pass. */
  delay: (ms: number) => Promise<void>;
  /** Longest time an operation takes, in ms. */
  maxLatencyMs: number;
  /** Share of commits that throw "database is locked". */
  lockedShare: number;
  /** Share of operations that fail; what they were to change is not changed. */
  faultShare?: () => number;
  /** Share of commits that are made and throw all the same, as when their answer is lost. */
  lostAnswerShare?: number;
  /** Share of changes that a watch never tells of. */
  lostWatchShare?: number;
  /** The time, by which entries expire; without it none does. */
  now?: () => number;
}

interface Stored {
  key: Deno.KvKey;
  value: unknown;
  versionstamp: string;
  expiresAt: number;
}

/** The data: one per simulated deployment. */
export class SimKvData {
  readonly entries = new Map<string, Stored>();
  /** By key: whom to tell of a change. */
  readonly watchers = new Map<string, Set<() => void>>();
  #version = 0;

  nextVersion(): string {
    return String(++this.#version).padStart(20, "0");
  }
}

/** One instance's handle to the data. */
export function simKv(data: SimKvData, options: SimKvOptions): TreeKv & BusKv {
  const { random, delay, maxLatencyMs, lockedShare, faultShare = () => 0 } = options;
  const { lostAnswerShare = 0, lostWatchShare = 0, now = () => 0 } = options;
  const latency = () => delay(random() * maxLatencyMs);
  // Chance is asked only for what can happen, so that a new fault leaves other seeds' runs as they are.
  const happens = (share: number) => share > 0 && random() < share;
  const mayFail = (share = faultShare()) => {
    if (happens(share)) throw new Error("the connection is lost");
  };
  const stays = ({ expiresAt }: Stored) => expiresAt > now();
  const read = (key: Deno.KvKey) => {
    const found = data.entries.get(text(key));
    const stored = found && stays(found) ? found : undefined;
    return {
      key,
      value: structuredClone(stored?.value ?? null),
      versionstamp: stored?.versionstamp ?? null,
    };
  };
  const kv = {
    async get(key: Deno.KvKey) {
      await latency();
      mayFail();
      const entry = read(key);
      // The answer is on its way, and what it says may be old when it arrives.
      await latency();
      return entry;
    },
    async getMany(keys: Deno.KvKey[]) {
      await latency();
      mayFail();
      const entries = keys.map(read);
      await latency();
      return entries;
    },
    async *list(
      { prefix, end }: { prefix: Deno.KvKey; end?: Deno.KvKey },
      { limit = Infinity, reverse = false } = {},
    ) {
      await latency();
      mayFail();
      const found = [...data.entries.values()]
        .filter(stays)
        .filter(({ key }) =>
          key.length > prefix.length && prefix.every((part, i) => part === key[i])
        )
        .filter(({ key }) => !end || compareKeys(key, end) < 0)
        .sort((a, b) => compareKeys(a.key, b.key) * (reverse ? -1 : 1))
        .slice(0, limit)
        .map(({ key, value, versionstamp }) => ({
          key,
          value: structuredClone(value),
          versionstamp,
        }));
      await latency();
      yield* found;
    },
    atomic: () => {
      const checks: Deno.AtomicCheck[] = [];
      const mutations: (() => void)[] = [];
      const touched: string[] = [];
      let version = "";
      const atomic = {
        check(...more: Deno.AtomicCheck[]) {
          checks.push(...more);
          if (checks.length > 10) throw new Error(`${checks.length} checks in one atomic`);
          return atomic;
        },
        set(key: Deno.KvKey, value: unknown, { expireIn = Infinity } = {}) {
          const copy = structuredClone(value);
          mutations.push(() => {
            const expiresAt = now() + expireIn;
            data.entries.set(text(key), { key, value: copy, versionstamp: version, expiresAt });
          });
          touched.push(text(key));
          return atomic;
        },
        delete(key: Deno.KvKey) {
          mutations.push(() => data.entries.delete(text(key)));
          touched.push(text(key));
          return atomic;
        },
        async commit() {
          await latency();
          mayFail();
          if (random() < lockedShare) throw new Error("database is locked");
          const ok = checks.every(({ key, versionstamp }) =>
            (data.entries.get(text(key))?.versionstamp ?? null) === versionstamp
          );
          if (ok) {
            version = data.nextVersion();
            for (const mutate of mutations) mutate();
            for (const key of touched) data.watchers.get(key)?.forEach((tell) => tell());
          }
          await latency();
          mayFail(lostAnswerShare);
          return ok ? { ok, versionstamp: version } : { ok };
        },
      };
      return atomic;
    },
    watch(keys: Deno.KvKey[]) {
      let tell = () => {};
      return new ReadableStream({
        start(controller) {
          const enqueue = async () => {
            try {
              await latency();
              mayFail();
              controller.enqueue(keys.map(read));
            } catch {
              // Out of reach, or cancelled meanwhile.
            }
          };
          enqueue();
          tell = () => happens(lostWatchShare) || enqueue();
          for (const key of keys.map(text)) {
            data.watchers.set(key, (data.watchers.get(key) ?? new Set()).add(tell));
          }
        },
        cancel() {
          for (const key of keys.map(text)) data.watchers.get(key)?.delete(tell);
        },
      });
    },
  };
  // Only what TreeKv and BusKv name is there, with the shapes the store and the bus use.
  return kv as unknown as TreeKv & BusKv;
}

function text(key: Deno.KvKey): string {
  return JSON.stringify(key);
}

function compareKeys(a: Deno.KvKey, b: Deno.KvKey): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    // Our keys are made of strings and numbers; KV orders strings first.
    const [x, y] = [a[i], b[i]] as [string | number, string | number];
    if (typeof x !== typeof y) return typeof x === "string" ? -1 : 1;
    if (x < y) return -1;
    if (x > y) return 1;
  }
  return a.length - b.length;
}
