/**
 * Removes what nobody else will: the remains of what crashed in the middle of something. One
 * instance does it for all, at start and every ten minutes. It looks twice, a minute apart, and takes
 * for forgotten only what has not changed in between: so nothing that is under way is disturbed, and
 * no record needs a time of its own for this.
 */
import type { Clock } from "../clock.ts";
import { errorFields, type Log } from "../log.ts";
import type { InstanceStore } from "../store/instance_store.ts";
import type { Leftover, Leftovers, Removable } from "../store/leftovers.ts";
import type { InstanceId } from "../tree/types.ts";
import { Repeat } from "./repeat.ts";

/**
 * How long a round is enough for, in ms. Nothing waits for the next: leftovers cost room, and a name
 * that nobody wants now.
 */
const PERIOD_MS = 10 * 60_000;

/** How often an instance asks whether a round is due, in ms: the one that did it may have died. */
const ASK_MS = 60_000;

/** Pause between the two looks, in ms: longer than any end, join or departure takes. */
const SETTLE_MS = 60_000;

/** How soon after the start, in ms: once those who come back after a restart have come. */
const FIRST_MS = 5_000;

/** What one round did. */
export interface HousekeepingTally {
  /** Instances without a record, left to the reaper now. */
  missingInstances: number;
  /** Ends that nobody finished. */
  endings: number;
  /** Broadcasts without a root. */
  rootless: number;
  /** Peers, child links, slots, still pictures and chat keys of broadcasts that are not there. */
  strays: number;
  /** Mail for instances that are not there. */
  mail: number;
  /** Sessions nobody can come back to. */
  sessions: number;
}

/** What a Housekeeping is made of. */
export interface HousekeepingOptions {
  store: InstanceStore;
  leftovers: Pick<Leftovers, "survey" | "remove" | "beginEnding">;
  self: InstanceId;
  /** Removes what an ending broadcast left, and tells its members. */
  finishEnding: (name: string) => Promise<unknown>;
  /** Forgets sessions whose peers are in no tree; returns how many. */
  forgetStaleSessions: () => Promise<number>;
  clock: Clock;
  /** Returns a number in [0, 1). */
  random: () => number;
  log: Log;
}

/** See the module's paragraph. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #rounds: Repeat;
  #running: Promise<HousekeepingTally | null> | null = null;
  #stopWaiting: (() => void) | null = null;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#rounds = new Repeat({
      clock,
      random,
      intervalMs: ASK_MS,
      task: async () => void await this.run(),
      onError: () => {},
    });
  }

  /** Begins with a round soon, unless another instance has done one lately. */
  start(): void {
    this.#rounds.start(FIRST_MS);
  }

  /**
   * Does one round; null when another instance has done it lately, when it failed, or when this one
   * stops meanwhile. Never throws: may be called at any time, for example by `Deno.cron`.
   */
  run(): Promise<HousekeepingTally | null> {
    this.#running ??= this.#run()
      .catch((error) => {
        this.#options.log("warn", "housekeeping_failed", errorFields(error));
        return null;
      })
      .finally(() => this.#running = null);
    return this.#running;
  }

  /** Ends; another instance may do the next round at once. Never throws. */
  async stop(): Promise<void> {
    const { store, self, log } = this.#options;
    const stopped = this.#rounds.stop();
    this.#stopWaiting?.();
    try {
      await stopped;
      await this.#running;
      await store.releaseHousekeeping(self);
    } catch (error) {
      log("warn", "housekeeping_not_released", errorFields(error));
    }
  }

  async #run(): Promise<HousekeepingTally | null> {
    const { store, leftovers, self, clock, log, forgetStaleSessions } = this.#options;
    const startedAt = clock.now();
    const claim = { by: self, until: startedAt + PERIOD_MS };
    if (this.#rounds.isStopped || !await store.claimHousekeeping(claim, startedAt)) return null;
    const before = await leftovers.survey();
    let missingInstances = 0;
    for (const id of before.missing) {
      if (await store.addMissing(id, clock.now())) missingInstances++;
    }
    await this.#settle();
    if (this.#rounds.isStopped) return null;
    const after = before.leftovers.length === 0 ? before : await leftovers.survey();
    const forgotten = unchanged(before.leftovers, after.leftovers);
    const tally = {
      missingInstances,
      ...await this.#clear(forgotten),
      sessions: await forgetStaleSessions(),
    };
    log("info", "housekeeping_done", { ...tally, ms: clock.now() - startedAt });
    return tally;
  }

  async #clear(forgotten: Leftover[]) {
    const { leftovers, finishEnding } = this.#options;
    const tally = { endings: 0, rootless: 0, strays: 0, mail: 0 };
    const removable: Removable[] = [];
    for (const leftover of forgotten) {
      switch (leftover.kind) {
        case "ending":
          await finishEnding(leftover.broadcast.name);
          tally.endings++;
          break;
        case "rootless":
          if (!await leftovers.beginEnding(leftover)) break;
          await finishEnding(leftover.broadcast.name);
          tally.rootless++;
          break;
        default:
          removable.push(leftover);
      }
    }
    const [strays, mail] = ["stray", "mail"].map((kind) =>
      removable.filter((it) => it.kind === kind)
    );
    tally.strays = await leftovers.remove(strays!);
    tally.mail = await leftovers.remove(mail!);
    return tally;
  }

  #settle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#rounds.isStopped) return resolve();
      const cancel = this.#options.clock.after(SETTLE_MS, resolve);
      this.#stopWaiting = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Lists what two looks have found in the same state. */
export function unchanged(before: Leftover[], after: Leftover[]): Leftover[] {
  const known = new Set(before.map(identity));
  return after.filter((leftover) => known.has(identity(leftover)));
}

function identity(leftover: Leftover): string {
  const what = "broadcast" in leftover ? leftover.broadcast.name : leftover.key;
  return JSON.stringify([leftover.kind, what, leftover.version]);
}
