/**
 * Resume records in KV, found by the token's hash and, to be forgotten, by the peer's id.
 */
import { GroupCommitter } from "./group_committer.ts";
import { keys } from "./keys.ts";
import type { ResumeRecord, ResumeStore } from "./resume_store.ts";

/** What a KvResumeStore is made of. */
export interface KvResumeStoreOptions {
  kv: Pick<Deno.Kv, "get" | "list" | "atomic">;
  /** Returns a number in [0, 1). */
  random?: () => number;
  delay?: (ms: number) => Promise<void>;
}

/** See the module's paragraph. */
export class KvResumeStore implements ResumeStore {
  readonly #kv: Pick<Deno.Kv, "get" | "list" | "atomic">;
  readonly #committer: GroupCommitter;

  constructor({ kv, random = Math.random, delay = delayMs }: KvResumeStoreOptions) {
    this.#kv = kv;
    this.#committer = new GroupCommitter({ kv, random, delay });
  }

  async remember(tokenHash: string, record: ResumeRecord): Promise<void> {
    await this.#committer.commit({
      checks: [],
      sets: [[keys.resume(tokenHash), record], [keys.resumeOf(record.id), tokenHash]],
    });
  }

  async find(tokenHash: string): Promise<ResumeRecord | null> {
    return (await this.#kv.get<ResumeRecord>(keys.resume(tokenHash))).value;
  }

  async of(id: string): Promise<ResumeRecord | null> {
    const { value: tokenHash } = await this.#kv.get<string>(keys.resumeOf(id));
    return tokenHash === null ? null : await this.find(tokenHash);
  }

  async *all(): AsyncIterable<ResumeRecord> {
    for await (const { value } of this.#kv.list<ResumeRecord>({ prefix: keys.resumes() })) {
      yield value;
    }
  }

  async forget(id: string): Promise<void> {
    const { value: tokenHash } = await this.#kv.get<string>(keys.resumeOf(id));
    if (tokenHash === null) return;
    await this.#committer.commit({
      checks: [],
      deletes: [keys.resume(tokenHash), keys.resumeOf(id)],
    });
  }
}

function delayMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
