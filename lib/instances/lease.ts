/**
 * Keeps this instance's lease: as long as it is renewed, the others know that the sockets of this
 * instance are open. Also lists who else is alive. Must not know what sockets are: what it finds out
 * goes to `onLost`.
 */
import type { Clock } from "../clock.ts";
import { errorFields, type Log } from "../log.ts";
import { isLive } from "../store/instance_record.ts";
import type { InstanceStore } from "../store/instance_store.ts";
import type { Address, InstanceId } from "../tree/types.ts";
import { Repeat } from "./repeat.ts";

/**
 * How long a lease holds, in ms. A crash goes unnoticed by the others for as long, so it is no
 * longer than a viewer's grace period; two renewals may fail before it runs out.
 */
export const LEASE_TTL_MS = 15_000;

/** How often it is renewed, in ms: one small write per instance. */
const RENEW_MS = 5_000;

/** Pause after a renewal that failed, in ms: many attempts fit into what is left of the lease. */
const RETRY_MS = 1_000;

/** A renewal that takes longer, in ms, counts as failed. Over KV Connect it takes up to 300 ms. */
const RENEWAL_TIMEOUT_MS = 3_000;

/** How old the list of the living may be, in ms; with a dead one on it somebody's hint is lost, no more. */
const LIVE_FRESH_MS = 3_000;

/**
 * - `overdue`: the lease could not be renewed for longer than it holds; others may treat our sockets
 *   as lost from now on;
 * - `taken`: another instance has begun to do so. What we know of our peers is not true any more.
 */
export type LeaseLoss = "overdue" | "taken";

/** What a Lease is made of. */
export interface LeaseOptions {
  store: InstanceStore;
  /** This instance. */
  address: Address;
  clock: Clock;
  /** Returns a number in [0, 1). */
  random: () => number;
  log: Log;
  /**
   * Is told that the lease was lost. After `taken` the lease begins anew when this has settled, so by
   * then no socket that was open before may be left.
   */
  onLost?: (loss: LeaseLoss) => void | Promise<void>;
}

/** See the module's paragraph. */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #startedAt: number;
  readonly #renewals: Repeat;
  #renewedAt = -Infinity;
  #steadySince: number | null = null;
  #isOverdue = false;
  #living: { at: number; ids: Promise<InstanceId[]> } | null = null;

  constructor(options: LeaseOptions) {
    this.#options = options;
    const { clock, random, log } = options;
    this.#startedAt = clock.now();
    this.#renewals = new Repeat({
      clock,
      random,
      intervalMs: RENEW_MS,
      task: () => this.#renew(),
      onError: (error) => {
        log("warn", "lease_not_renewed", errorFields(error));
        return this.#handleFailure();
      },
    });
  }

  /** Takes the lease; resolves when the others can see it. Nothing may be placed here before. */
  async start(): Promise<void> {
    await this.#enter();
    this.#renewals.start();
  }

  /**
   * Since when every renewal has succeeded, in ms since the epoch; null while they fail. Who cannot
   * renew its own lease must not take those of others for run out: KV may be what is gone.
   */
  get steadySince(): number | null {
    return this.#steadySince;
  }

  /** Lists the instances that are alive, this one too; at most a few seconds old. */
  live(): Promise<InstanceId[]> {
    const now = this.#options.clock.now();
    if (!this.#living || now - this.#living.at >= LIVE_FRESH_MS) {
      const ids = this.#listLive();
      this.#living = { at: now, ids };
      ids.catch(() => this.#living = null);
    }
    return this.#living.ids;
  }

  /** Ends the lease: whoever is left here has lost its socket now. Never throws. */
  async release(): Promise<void> {
    const { store, address, clock, log } = this.#options;
    await this.#renewals.stop();
    try {
      await store.release(address.instance, clock.now());
    } catch (error) {
      log("warn", "lease_not_released", errorFields(error));
    }
  }

  async #enter(): Promise<void> {
    const { store, address: { instance: id, region }, clock } = this.#options;
    const now = clock.now();
    const expiresAt = now + LEASE_TTL_MS;
    await store.enter({ id, region, startedAt: this.#startedAt, expiresAt });
    this.#handleSuccess(now);
  }

  async #renew(): Promise<void> {
    const { store, address, clock, log, onLost } = this.#options;
    const now = clock.now();
    if (await this.#inTime(store.renew(address.instance, now + LEASE_TTL_MS))) {
      this.#handleSuccess(now);
      return;
    }
    if (this.#renewals.isStopped) return;
    this.#steadySince = null;
    log("error", "lease_taken", { overdueMs: now - this.#renewedAt });
    await onLost?.("taken");
    if (!this.#renewals.isStopped) await this.#inTime(this.#enter());
  }

  #handleSuccess(now: number): void {
    this.#steadySince ??= now;
    this.#renewedAt = now;
    this.#isOverdue = false;
  }

  #handleFailure(): number {
    const { clock, log, onLost } = this.#options;
    this.#steadySince = null;
    const sinceMs = clock.now() - this.#renewedAt;
    if (sinceMs >= LEASE_TTL_MS && !this.#isOverdue) {
      this.#isOverdue = true;
      log("error", "lease_overdue", { sinceMs });
      Promise.try(() => onLost?.("overdue")).catch((error) =>
        log("error", "lease_loss_unhandled", errorFields(error))
      );
    }
    return RETRY_MS;
  }

  async #listLive(): Promise<InstanceId[]> {
    const { store, clock } = this.#options;
    const records = await store.list();
    return records.filter((record) => isLive(record, clock.now())).map(({ id }) => id);
  }

  async #inTime<T>(operation: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = this.#options.clock.after(
      RENEWAL_TIMEOUT_MS,
      () => reject(new Error("KV has not answered in time")),
    );
    return await Promise.race([operation, promise]).finally(cancel);
  }
}
