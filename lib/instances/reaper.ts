/**
 * Sees to what dead instances left: claims one, so that no other instance does the same, and gives up
 * the places of its peers when their grace periods are over, as the instance itself would have done.
 * How a peer departs is injected; whoever has come back on another instance is not touched by it.
 */
import type { Clock } from "../clock.ts";
import { errorFields, type Log } from "../log.ts";
import type { InstanceRecord } from "../store/instance_record.ts";
import type { InstanceStore } from "../store/instance_store.ts";
import type { TreeStore } from "../store/tree_store.ts";
import type { InstanceId, Peer } from "../tree/types.ts";
import { type Lease, LEASE_TTL_MS } from "./lease.ts";
import {
  claimable,
  type Grace,
  lostAt,
  type Member,
  NOTHING_SEEN,
  planReaping,
  sight,
} from "./reaping.ts";
import { Repeat } from "./repeat.ts";

/** How often to look for dead instances, in ms; one list of a few records each time. */
const LOOK_MS = 5_000;

/**
 * Longest pause between two looks, in ms, for them to belong together. A machine has to sleep, or KV
 * to be away, for longer than this before a lease runs out: it is renewed every 6 s at least.
 */
const MAX_GAP_MS = LEASE_TTL_MS - 6_000;

/** How long a claim holds, in ms: some looks, because it is prolonged at each of them. */
const CLAIM_MS = 20_000;

/** Departures under way at once: as many small changes as share a commit. */
const AT_ONCE = 10;

/** What a Reaper is made of. */
export interface ReaperOptions {
  store: InstanceStore;
  tree: Pick<TreeStore, "allPeers">;
  /** This instance's own lease: who cannot renew it must not judge others. */
  lease: Pick<Lease, "steadySince">;
  self: InstanceId;
  grace: Grace;
  /** Gives up a peer's place, or ends its broadcast, while its address is what it is in `peer`. */
  depart: (name: string, peer: Peer) => Promise<void>;
  clock: Clock;
  /** Returns a number in [0, 1). */
  random: () => number;
  log: Log;
}

/** See the module's paragraph. */
export class Reaper {
  readonly #options: ReaperOptions;
  readonly #looks: Repeat;
  #sightings = NOTHING_SEEN;
  /** The dead instances that are ours to see to, with when something is due there. */
  readonly #claims = new Map<InstanceId, { nextAt: number }>();

  constructor(options: ReaperOptions) {
    this.#options = options;
    const { clock, random, log } = options;
    this.#looks = new Repeat({
      clock,
      random,
      intervalMs: LOOK_MS,
      task: () => this.#look(),
      onError: (error) => log("warn", "reaping_failed", errorFields(error)),
    });
  }

  /** Begins to look for dead instances. */
  start(): void {
    // At once: what is dead already has to stand still before our eyes first.
    this.#looks.start(0);
  }

  /** Ends; another instance goes on with what is claimed. Never throws. */
  async stop(): Promise<void> {
    const { store, self, log } = this.#options;
    await this.#looks.stop();
    try {
      await Promise.all([...this.#claims.keys()].map((id) => store.handBack(id, self)));
    } catch (error) {
      log("warn", "claims_not_handed_back", errorFields(error));
    }
  }

  async #look(): Promise<void> {
    const { store, lease, self, clock } = this.#options;
    const { steadySince } = lease;
    if (steadySince === null) return;
    const records = await store.list();
    const now = clock.now();
    const sightings = sight(this.#sightings, records, { now, maxGapMs: MAX_GAP_MS });
    this.#sightings = sightings;
    const situation = { self, sightings, steadySince, ttlMs: LEASE_TTL_MS, now };
    const claimed: InstanceRecord[] = [];
    for (const { id } of claimable(records, situation)) {
      const record = await this.#claim(id);
      if (record) claimed.push(record);
    }
    for (const id of this.#claims.keys()) {
      if (!claimed.some((record) => record.id === id)) this.#claims.delete(id);
    }
    await this.#reap(claimed.filter(({ id }) => this.#claims.get(id)!.nextAt <= clock.now()));
  }

  /** Claims an instance or prolongs the claim; null when it is somebody else's, or alive. */
  async #claim(id: InstanceId): Promise<InstanceRecord | null> {
    const { store, self, clock, log } = this.#options;
    const now = clock.now();
    const record = await store.claim(id, { by: self, until: now + CLAIM_MS }, now);
    if (!record) this.#claims.delete(id);
    else if (!this.#claims.has(id)) {
      this.#claims.set(id, { nextAt: -Infinity });
      log("warn", "instance_lost", { lost: id, lostMsAgo: now - lostAt(record) });
    }
    return record;
  }

  async #reap(records: InstanceRecord[]): Promise<void> {
    if (records.length === 0) return;
    const members = new Map<InstanceId, Member[]>(records.map(({ id }) => [id, []]));
    for await (const member of this.#options.tree.allPeers()) {
      members.get(member.peer.address.instance)?.push(member);
    }
    for (const record of records) await this.#reapOne(record, members.get(record.id)!);
  }

  async #reapOne(record: InstanceRecord, members: Member[]): Promise<void> {
    const { store, self, clock, grace, log } = this.#options;
    const { id } = record;
    const plan = planReaping(members, { lostAt: lostAt(record), grace, now: clock.now() });
    for (let i = 0; i < plan.due.length; i += AT_ONCE) {
      if (this.#looks.isStopped) return;
      // The claim is also what tells us that the instance has not come back meanwhile.
      if (i > 0 && !await this.#claim(id)) return;
      await this.#departAll(plan.due.slice(i, i + AT_ONCE));
    }
    if (plan.nextAt !== null) this.#claims.get(id)!.nextAt = plan.nextAt;
    else if (await store.remove(id, self)) {
      this.#claims.delete(id);
      log("info", "instance_reaped", { lost: id });
    }
  }

  async #departAll(members: Member[]): Promise<void> {
    const { depart, log } = this.#options;
    const results = await Promise.allSettled(members.map(({ name, peer }) => depart(name, peer)));
    for (const result of results) {
      // It is still there at the next look.
      if (result.status === "rejected") log("warn", "departure_failed", errorFields(result.reason));
    }
  }
}
