/**
 * Instances in Deno KV: one record each, changed only with a check on the state that was read, so
 * that of several instances that see the same lease run out one gets the claim.
 */
import type { InstanceId } from "../tree/types.ts";
import { type Change, GroupCommitter, StoreUnavailableError } from "./group_committer.ts";
import {
  type Claim,
  claimed,
  entered,
  type InstanceRecord,
  isLive,
  missing,
  type NewInstance,
  released,
  renewed,
} from "./instance_record.ts";
import type { InstanceStore } from "./instance_store.ts";
import { keys } from "./keys.ts";

/** The part of Deno KV that is used here. */
export type InstanceKv = Pick<Deno.Kv, "get" | "list" | "atomic">;

/** What a KvInstanceStore is made of. */
export interface KvInstanceStoreOptions {
  kv: InstanceKv;
  /** Returns a number in [0, 1). */
  random?: () => number;
  delay?: (ms: number) => Promise<void>;
}

/** How often a change is planned anew. Few ever touch one record, so more than a few times is a fault. */
const MAX_ATTEMPTS = 20;

/** Keys deleted in one atomic, of the 1000 that KV takes. */
const MAX_DELETES = 500;

/** See the module's paragraph. */
export class KvInstanceStore implements InstanceStore {
  readonly #kv: InstanceKv;
  readonly #committer: GroupCommitter;

  constructor({ kv, random = Math.random, delay = delayMs }: KvInstanceStoreOptions) {
    this.#kv = kv;
    this.#committer = new GroupCommitter({ kv, random, delay });
  }

  async enter(instance: NewInstance): Promise<void> {
    await this.#change(instance.id, () => entered(instance));
  }

  async renew(id: InstanceId, expiresAt: number): Promise<boolean> {
    return await this.#change(id, (record) => renewed(record, expiresAt)) !== null;
  }

  async release(id: InstanceId, now: number): Promise<void> {
    await this.#change(id, (record) => released(record, now));
  }

  async list(): Promise<InstanceRecord[]> {
    const records: InstanceRecord[] = [];
    const entries = this.#kv.list<InstanceRecord>({ prefix: keys.instances() });
    for await (const { value } of entries) records.push(value);
    return records;
  }

  claim(id: InstanceId, claim: Claim, now: number): Promise<InstanceRecord | null> {
    return this.#change(id, (record) => claimed(record, claim, now));
  }

  async handBack(id: InstanceId, by: InstanceId): Promise<void> {
    await this.#change(
      id,
      (record) => record?.reaper?.by === by ? { ...record, reaper: null } : null,
    );
  }

  async remove(id: InstanceId, by: InstanceId): Promise<boolean> {
    // Mail first: while the record is there, whoever takes over would still do this.
    await this.#removeMail(id);
    return await this.#retry(async () => {
      const { value, versionstamp } = await this.#kv.get<InstanceRecord>(keys.instance(id));
      if (value?.reaper?.by !== by) return false;
      const key = keys.instance(id);
      return await this.#commits({ checks: [{ key, versionstamp }], deletes: [key] }) || RETRY;
    });
  }

  async addMissing(id: InstanceId, now: number): Promise<boolean> {
    return await this.#change(id, (record) => record ? null : missing(id, now)) !== null;
  }

  claimHousekeeping(claim: Claim, now: number): Promise<boolean> {
    const key = keys.housekeeping();
    return this.#retry(async () => {
      const { value, versionstamp } = await this.#kv.get<Claim>(key);
      if (value && value.until > now) {
        const holder = await this.#kv.get<InstanceRecord>(keys.instance(value.by));
        if (holder.value && isLive(holder.value, now)) return false;
      }
      const change = { checks: [{ key, versionstamp }], sets: [[key, claim]] } satisfies Change;
      return await this.#commits(change) || RETRY;
    });
  }

  async releaseHousekeeping(by: InstanceId): Promise<void> {
    const key = keys.housekeeping();
    await this.#retry(async () => {
      const { value, versionstamp } = await this.#kv.get<Claim>(key);
      if (value?.by !== by) return true;
      return await this.#commits({ checks: [{ key, versionstamp }], deletes: [key] }) || RETRY;
    });
  }

  /** Makes of a record what `plan` says; null from the plan changes nothing and is passed on. */
  #change(
    id: InstanceId,
    plan: (record: InstanceRecord | null) => InstanceRecord | null,
  ): Promise<InstanceRecord | null> {
    const key = keys.instance(id);
    return this.#retry(async () => {
      const { value, versionstamp } = await this.#kv.get<InstanceRecord>(key);
      const record = plan(value);
      if (!record) return null;
      const change = { checks: [{ key, versionstamp }], sets: [[key, record]] } satisfies Change;
      return await this.#commits(change) ? record : RETRY;
    });
  }

  async #removeMail(id: InstanceId): Promise<void> {
    let doomed: Deno.KvKey[] = [keys.head(id)];
    for await (const { key } of this.#kv.list({ prefix: keys.inbox(id) })) {
      doomed.push(key);
      if (doomed.length < MAX_DELETES) continue;
      await this.#committer.commit({ checks: [], deletes: doomed });
      doomed = [];
    }
    if (doomed.length > 0) await this.#committer.commit({ checks: [], deletes: doomed });
  }

  async #commits(change: Change): Promise<boolean> {
    return await this.#committer.commit(change) !== null;
  }

  async #retry<T>(attempt: () => Promise<T | typeof RETRY>): Promise<T> {
    for (let n = 0; n < MAX_ATTEMPTS; n++) {
      const result = await attempt();
      if (result !== RETRY) return result;
    }
    throw new StoreUnavailableError("An instance's record changed too often");
  }
}

/** Says that what was read had changed when it was committed. */
const RETRY = Symbol("retry");

function delayMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
