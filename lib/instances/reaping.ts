/**
 * Decides which instances are dead, and which of their peers are due to go. Pure: the reaper brings
 * what it has read and the time.
 */
import { type InstanceRecord, isHeldByAnother } from "../store/instance_record.ts";
import { isRoot } from "../tree/root.ts";
import type { InstanceId, Peer } from "../tree/types.ts";

/** What was seen at the looks up to now. */
export interface Sightings {
  /** When we looked last. */
  at: number;
  /** Since when each instance's lease has stood still, by our own clock. */
  leases: ReadonlyMap<InstanceId, { expiresAt: number; since: number }>;
}

/** What is known before the first look. */
export const NOTHING_SEEN: Sightings = { at: -Infinity, leases: new Map() };

/** How long who greeted keeps its place after its socket was lost, in ms (RESUME-1). */
export interface Grace {
  viewerMs: number;
  broadcasterMs: number;
}

/** A peer and the broadcast it is in. */
export interface Member {
  name: string;
  peer: Peer;
}

/** What is to be done for a dead instance. */
export interface ReapPlan {
  /** Who has to go now, in the order to do it. */
  due: Member[];
  /** When to look again, in ms since the epoch; null when nobody is left. */
  nextAt: number | null;
}

/**
 * Takes in a look at the records: a lease that was prolonged is seen anew. All are when more than
 * `maxGapMs` has passed since the last look: a machine that slept has let nobody renew anything.
 */
export function sight(
  before: Sightings,
  records: InstanceRecord[],
  { now, maxGapMs }: { now: number; maxGapMs: number },
): Sightings {
  const known = now - before.at <= maxGapMs ? before.leases : NOTHING_SEEN.leases;
  const leases = new Map(records.map(({ id, expiresAt }) => {
    const seen = known.get(id);
    return [id, seen?.expiresAt === expiresAt ? seen : { expiresAt, since: now }];
  }));
  return { at: now, leases };
}

/** What bears on whether an instance is dead. */
export interface Situation {
  self: InstanceId;
  sightings: Sightings;
  /** Since when this instance has renewed its own lease without a failure. */
  steadySince: number;
  /** How long a lease holds. */
  ttlMs: number;
  now: number;
}

/**
 * Lists the dead instances that `self` may claim, the one lost longest ago first. A lease has run out when
 * its time is over and it has stood still before our eyes for as long as a lease holds, while KV
 * worked for us: so neither a clock that is wrong nor a KV that was away for everybody makes an
 * instance dead.
 */
export function claimable(records: InstanceRecord[], situation: Situation): InstanceRecord[] {
  const { self, now } = situation;
  return records
    .filter((record) => record.id !== self && !isHeldByAnother(record.reaper, self, now))
    .filter((record) => record.state === "gone" || hasRunOut(record, situation))
    .sort((a, b) => lostAt(a) - lostAt(b));
}

function hasRunOut(
  { id, expiresAt }: InstanceRecord,
  { sightings, steadySince, ttlMs, now }: Situation,
): boolean {
  const since = Math.max(sightings.leases.get(id)?.since ?? now, steadySince);
  return expiresAt <= now && now - since >= ttlMs;
}

/** Says since when an instance's sockets are lost: since it stopped, or else since its lease ran out. */
export function lostAt(record: InstanceRecord): number {
  return record.lostAt ?? record.expiresAt;
}

/**
 * Plans what becomes of the peers of a dead instance. Roots go first, because everybody in their
 * broadcasts goes with them; then the deepest, so that few become orphans only to go next.
 */
export function planReaping(
  members: Member[],
  { lostAt, grace, now }: { lostAt: number; grace: Grace; now: number },
): ReapPlan {
  const broadcasters = new Set(members.map(({ peer }) => peer).filter(isRoot).map(({ id }) => id));
  const dueAt = ({ peer }: Member) => {
    if (!peer.resumable) return lostAt;
    // A session has one grace period, also where its peer watches something besides.
    return lostAt + (broadcasters.has(peer.id) ? grace.broadcasterMs : grace.viewerMs);
  };
  const due = members
    .filter((member) => dueAt(member) <= now)
    .sort((a, b) => Number(isRoot(b.peer)) - Number(isRoot(a.peer)) || b.peer.depth - a.peer.depth);
  const later = members.map(dueAt).filter((at) => at > now);
  if (members.length === 0) return { due, nextAt: null };
  return { due, nextAt: due.length > 0 ? now : Math.min(...later) };
}
