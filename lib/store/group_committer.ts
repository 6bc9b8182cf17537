/**
 * Groups changes that wait for KV into few commits. A commit costs about the same for one change
 * as for ten (DESIGN: 1,620 against 4,961 joins/s), so whatever comes in while a commit is under
 * way goes into the next one. Knows nothing of trees; a change is a list of checks and mutations.
 */

/** The part of Deno KV that is used here. */
export type CommitKv = Pick<Deno.Kv, "atomic">;

/** A change that is made whole or not at all. */
export interface Change {
  /** At most 10: a self-hosted denokv takes no more in one atomic. */
  checks: Deno.AtomicCheck[];
  sets?: [key: Deno.KvKey, value: unknown, options?: { expireIn?: number }][];
  deletes?: Deno.KvKey[];
}

/** Thrown when KV cannot be written although it was tried for long. */
export class StoreUnavailableError extends Error {
  override name = "StoreUnavailableError";
}

/** Checks one atomic may have with every KV there is (DESIGN: never use more than 10). */
const MAX_CHECKS = 10;

/** Changes of keys that KV takes in one atomic. Two sweeping changes at most share one, so 800 KiB suffice. */
const MAX_MUTATIONS = 1000;

/** How often a commit that throws "database is locked" is repeated; with the delays below about 10 s. */
const MAX_LOCKED_ATTEMPTS = 200;

/** Groups under way at once. One file takes one writer anyway; a KV that is 100 ms away gains from more. */
const MAX_IN_FLIGHT = 8;

/**
 * Pause between two commits while changes come faster than commits go. Costs each a millisecond and
 * spares about half of the commits when 32 peers join at once.
 */
const GATHER_MS = 1;

interface Waiting {
  change: Change;
  touched: string[];
  resolve: (versionstamp: string | null) => void;
  reject: (error: unknown) => void;
}

/** What a GroupCommitter is made of. */
export interface GroupCommitterOptions {
  kv: CommitKv;
  /** Returns a number in [0, 1). */
  random: () => number;
  delay: (ms: number) => Promise<void>;
}

/** See the module's paragraph. */
export class GroupCommitter {
  readonly #options: GroupCommitterOptions;
  #waiting: Waiting[] = [];
  #inFlight = 0;
  #scheduled = false;

  constructor(options: GroupCommitterOptions) {
    this.#options = options;
  }

  /**
   * Commits a change, perhaps together with others.
   *
   * @returns the versionstamp of what was written, or null when a check failed.
   * @throws {StoreUnavailableError} when KV stays locked; other errors of KV as they are.
   */
  commit(change: Change): Promise<string | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, touched: touchedKeys(change), resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      // After the microtasks of this turn, so that what is asked for together goes out together.
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#pump();
      });
    });
  }

  /** Starts a group when none is under way, or when a whole one waits. */
  #pump(): void {
    while (
      this.#waiting.length > 0 &&
      (this.#inFlight === 0 ||
        (this.#inFlight < MAX_IN_FLIGHT && this.#waiting.length >= MAX_CHECKS))
    ) {
      const group = this.#takeGroup();
      this.#inFlight++;
      this.#run(group).finally(() => {
        this.#inFlight--;
        this.#gather();
      });
    }
  }

  /** After a commit, waits a moment for what others are about to ask for, unless a whole group waits. */
  #gather(): void {
    if (this.#waiting.length === 0) return;
    if (this.#waiting.length >= MAX_CHECKS) return this.#pump();
    this.#options.delay(GATHER_MS).then(() => this.#pump());
  }

  /**
   * Takes as many changes as one atomic may hold. Changes that touch the same key never share an
   * atomic: its checks all see the state before it, so one could undo what the other relies on.
   */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    const rest: Waiting[] = [];
    const touched = new Set<string>();
    let checks = 0;
    let mutations = 0;
    for (const entry of this.#waiting) {
      const fits = group.length === 0 ||
        (checks + entry.change.checks.length <= MAX_CHECKS &&
          mutations + mutationCount(entry.change) <= MAX_MUTATIONS);
      if (!fits || entry.touched.some((key) => touched.has(key))) {
        rest.push(entry);
        // What comes later must not overtake a change of the same keys.
        for (const key of entry.touched) touched.add(key);
        continue;
      }
      checks += entry.change.checks.length;
      mutations += mutationCount(entry.change);
      for (const key of entry.touched) touched.add(key);
      group.push(entry);
    }
    this.#waiting = rest;
    return group;
  }

  async #run(group: Waiting[]): Promise<void> {
    try {
      const versionstamp = await this.#attempt(group.map(({ change }) => change));
      if (versionstamp !== null || group.length === 1) {
        for (const { resolve } of group) resolve(versionstamp);
        return;
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    // Somebody's check failed, KV does not say whose: everybody tries alone.
    for (const entry of group) await this.#run([entry]);
  }

  async #attempt(changes: Change[]): Promise<string | null> {
    for (let attempt = 0;; attempt++) {
      const atomic = this.#options.kv.atomic();
      for (const { checks, deletes = [], sets = [] } of changes) {
        atomic.check(...checks);
        for (const key of deletes) atomic.delete(key);
        for (const [key, value, options] of sets) atomic.set(key, value, options);
      }
      try {
        const result = await atomic.commit();
        return result.ok ? result.versionstamp : null;
      } catch (error) {
        // Thrown when several isolates write one file at the same moment; nothing was written.
        if (!(error instanceof Error) || !error.message.includes("locked")) throw error;
        if (attempt >= MAX_LOCKED_ATTEMPTS) {
          throw new StoreUnavailableError("KV stays locked", { cause: error });
        }
        await this.#options.delay(this.#options.random() * Math.min(1 + attempt, 100));
      }
    }
  }
}

function mutationCount({ deletes = [], sets = [] }: Change): number {
  return deletes.length + sets.length;
}

function touchedKeys(change: Change): string[] {
  const keys = change.checks.map(({ key }) => keyText(key));
  for (const key of change.deletes ?? []) keys.push(keyText(key));
  for (const [key] of change.sets ?? []) keys.push(keyText(key));
  return keys;
}

function keyText(key: Deno.KvKey): string {
  return key.join("\u0000");
}
