/**
 * Which instances there are, which are lost, and who sees to what those have left. Records stay until
 * everything an instance held has been given up, however long ago it died: whoever comes later must
 * be able to find it. Both implementations pass tests/contract/instance_store_contract.ts.
 */
import type { InstanceId } from "../tree/types.ts";
import type { Claim, InstanceRecord, NewInstance } from "./instance_record.ts";

/** See the module's paragraph. */
export interface InstanceStore {
  /** Records that an instance is up, whatever was recorded of it before. */
  enter(instance: NewInstance): Promise<void>;

  /** Prolongs a lease; false when it is lost, because another instance has seen it run out. */
  renew(id: InstanceId, expiresAt: number): Promise<boolean>;

  /** Records that an instance has stopped in good order and its sockets are lost since `now`. */
  release(id: InstanceId, now: number): Promise<void>;

  /** Lists all instances, those that are lost too. */
  list(): Promise<InstanceRecord[]>;

  /**
   * Claims what a lost instance has left, or prolongs that claim. Of several that try, one gets it;
   * null for the others, and when the instance is alive (again).
   */
  claim(id: InstanceId, claim: Claim, now: number): Promise<InstanceRecord | null>;

  /** Gives a claim up, so that another instance goes on at once. */
  handBack(id: InstanceId, by: InstanceId): Promise<void>;

  /** Removes an instance, with the mail nobody will read; false when the claim is not `by`'s any more. */
  remove(id: InstanceId, by: InstanceId): Promise<boolean>;

  /** Records that an instance without a record is gone; false when it has one. */
  addMissing(id: InstanceId, now: number): Promise<boolean>;

  /**
   * Claims the housekeeping until `claim.until`; false while a live instance has it, also for the
   * one that has it already.
   */
  claimHousekeeping(claim: Claim, now: number): Promise<boolean>;

  /** Gives the housekeeping up, if `by` has it. */
  releaseHousekeeping(by: InstanceId): Promise<void>;
}
