/**
 * Instances in plain memory, beside MemoryTreeStore: one object is what a whole deployment shares.
 */
import type { InstanceId } from "../tree/types.ts";
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

/** See the module's paragraph. */
export class MemoryInstanceStore implements InstanceStore {
  readonly #records = new Map<InstanceId, InstanceRecord>();
  #housekeeping: Claim | null = null;

  enter(instance: NewInstance): Promise<void> {
    this.#records.set(instance.id, entered(instance));
    return Promise.resolve();
  }

  renew(id: InstanceId, expiresAt: number): Promise<boolean> {
    return Promise.resolve(this.#put(renewed(this.#get(id), expiresAt)) !== null);
  }

  release(id: InstanceId, now: number): Promise<void> {
    this.#put(released(this.#get(id), now));
    return Promise.resolve();
  }

  list(): Promise<InstanceRecord[]> {
    return Promise.resolve(structuredClone([...this.#records.values()]));
  }

  claim(id: InstanceId, claim: Claim, now: number): Promise<InstanceRecord | null> {
    return Promise.resolve(structuredClone(this.#put(claimed(this.#get(id), claim, now))));
  }

  handBack(id: InstanceId, by: InstanceId): Promise<void> {
    const record = this.#get(id);
    if (record?.reaper?.by === by) this.#put({ ...record, reaper: null });
    return Promise.resolve();
  }

  remove(id: InstanceId, by: InstanceId): Promise<boolean> {
    if (this.#get(id)?.reaper?.by !== by) return Promise.resolve(false);
    return Promise.resolve(this.#records.delete(id));
  }

  addMissing(id: InstanceId, now: number): Promise<boolean> {
    if (this.#records.has(id)) return Promise.resolve(false);
    this.#put(missing(id, now));
    return Promise.resolve(true);
  }

  claimHousekeeping(claim: Claim, now: number): Promise<boolean> {
    const held = this.#housekeeping;
    const holder = held && this.#get(held.by);
    if (held && held.until > now && holder && isLive(holder, now)) return Promise.resolve(false);
    this.#housekeeping = claim;
    return Promise.resolve(true);
  }

  releaseHousekeeping(by: InstanceId): Promise<void> {
    if (this.#housekeeping?.by === by) this.#housekeeping = null;
    return Promise.resolve();
  }

  #get(id: InstanceId): InstanceRecord | null {
    return this.#records.get(id) ?? null;
  }

  #put(record: InstanceRecord | null): InstanceRecord | null {
    if (record) this.#records.set(record.id, record);
    return record;
  }
}
