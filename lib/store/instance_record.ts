/**
 * What is known of an instance, and how that may change: its lease is prolonged, ends, or is claimed
 * by another instance that sees to the sockets which are lost. Pure; the two instance stores make
 * these changes atomic.
 */
import type { InstanceId } from "../tree/types.ts";

/** A piece of work that one instance has taken on; void after `until`, so that one that dies is replaced. */
export interface Claim {
  by: InstanceId;
  /** Milliseconds since the epoch. */
  until: number;
}

/** An instance as stored. All times are milliseconds since the epoch. */
export interface InstanceRecord {
  id: InstanceId;
  region: string;
  startedAt: number;
  /** When its lease runs out unless it is renewed. */
  expiresAt: number;
  /** `gone`: it has stopped, or another instance has found its lease run out. */
  state: "up" | "gone";
  /** When its sockets were lost; null while it is up. Grace periods are counted from here. */
  lostAt: number | null;
  /** Who sees to what it has left. */
  reaper: Claim | null;
}

/** What an instance says of itself when it begins. */
export type NewInstance = Pick<InstanceRecord, "id" | "region" | "startedAt" | "expiresAt">;

/** Says whether an instance counts as alive: it is up and its lease has not run out. */
export function isLive(record: InstanceRecord, now: number): boolean {
  return record.state === "up" && record.expiresAt > now;
}

/** Makes the record of an instance that begins, or that takes its lease back. */
export function entered(instance: NewInstance): InstanceRecord {
  return { ...instance, state: "up", lostAt: null, reaper: null };
}

/** Prolongs a lease; null when it is lost: others treat the instance's sockets as gone already. */
export function renewed(record: InstanceRecord | null, expiresAt: number): InstanceRecord | null {
  return record?.state === "up" ? { ...record, expiresAt } : null;
}

/** Ends a lease in good order; null when there is nothing to end. */
export function released(record: InstanceRecord | null, now: number): InstanceRecord | null {
  return record?.state === "up" ? { ...record, state: "gone", lostAt: now } : null;
}

/**
 * Claims what an instance has left, or prolongs that claim; null while the instance is alive, or
 * while another claim holds.
 */
export function claimed(
  record: InstanceRecord | null,
  claim: Claim,
  now: number,
): InstanceRecord | null {
  if (!record || isLive(record, now) || isHeldByAnother(record.reaper, claim.by, now)) return null;
  return { ...record, state: "gone", lostAt: record.lostAt ?? record.expiresAt, reaper: claim };
}

/** Says whether somebody else holds a claim at this moment. */
export function isHeldByAnother(claim: Claim | null, by: InstanceId, now: number): boolean {
  return claim !== null && claim.by !== by && claim.until > now;
}

/** Makes the record of an instance that left peers but no record. */
export function missing(id: InstanceId, now: number): InstanceRecord {
  return {
    id,
    region: "",
    startedAt: now,
    expiresAt: now,
    state: "gone",
    lostAt: now,
    reaper: null,
  };
}
