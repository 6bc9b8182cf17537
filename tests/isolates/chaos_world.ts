/**
 * The world of the chaos test: instances in real isolates over one KV file, that are killed and
 * replaced, and pages that come and go on them. Decides by one seed; what the isolates make of it
 * differs from run to run.
 */
import type { HousekeepingTally } from "../../lib/instances/housekeeping.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { pick, seededRandom } from "../support/sim/random.ts";
import { countStalls, LOST_POSTS, newCounters, POSTS, STALLED_MS } from "./chaos_counters.ts";
import type { ChaosWorkerNews, ChaosWorkerOptions } from "./chaos_worker.ts";
import { ChaosPage, type ChaosPageWorld } from "./chaos_viewer.ts";

/** Type checks and loads the whole server, on a machine that has other things to do. */
const START_TIMEOUT_MS = 60_000;

/** A snapshot takes several reads: what is wrong in so many of them in a row is wrong. */
const PERSISTENT_READS = 6;

/** How often pages are looked at, and the tree is read, in ms. */
const WATCH_MS = 20;
const READ_MS = 250;

interface Instance {
  worker: Worker;
  url: string;
}

/** One broadcast and who is there. */
export interface Audience {
  name: string;
  /** Share of its viewers that greet. */
  greeting: number;
  broadcaster: ChaosPage;
}

/** See the module's paragraph. */
export class ChaosWorld implements ChaosPageWorld {
  readonly random: () => number;
  readonly pages: Map<string, ChaosPage> = new Map();
  readonly history: string[] = [];
  readonly faults: Set<string> = new Set();
  readonly tally = { joins: 0, leaves: 0, closes: 0, drops: 0, kills: 0, reads: 0 };
  /** What had to be swept in the end. */
  swept: HousekeepingTally | null = null;
  readonly kv: Deno.Kv;
  readonly store: KvTreeStore;
  readonly audiences: Audience[] = [];
  readonly #counters = newCounters();
  readonly #loss: number;
  readonly #startedAt = performance.now();
  readonly #suspicions = new Map<string, number>();
  #instances: Instance[] = [];
  #starting = new Set<Promise<void>>();
  #started = 0;
  #isOver = false;
  #watcher: ReturnType<typeof setInterval>;
  readonly #stopCounting: () => void;
  #reader: Promise<void>;

  /** Opens the KV that the instances find in KV_URL, too. */
  static async open(kvFile: string, options: { seed: number; loss: number }): Promise<ChaosWorld> {
    return new ChaosWorld(await Deno.openKv(kvFile), options);
  }

  private constructor(kv: Deno.Kv, { seed, loss }: { seed: number; loss: number }) {
    this.kv = kv;
    this.store = new KvTreeStore({ kv });
    this.random = seededRandom(seed);
    this.#loss = loss;
    this.#stopCounting = countStalls(this.#counters);
    this.#watcher = setInterval(() => {
      for (const page of this.pages.values()) page.watch();
    }, WATCH_MS);
    this.#reader = this.#readOn();
  }

  /** How many instances live. */
  get instanceCount(): number {
    return this.#instances.length;
  }

  /** Posts between isolates so far, and how many of them were lost. */
  get posts(): { sent: number; lost: number } {
    return { sent: this.#counters[POSTS]!, lost: this.#counters[LOST_POSTS]! };
  }

  /** For how long this isolate and the instances have got no turn, in ms. */
  get stalledMs(): number {
    return this.#counters[STALLED_MS]!;
  }

  /** How often somebody came back and was where it had been. */
  get resumes(): number {
    return this.pages.values().reduce((sum, page) => sum + page.resumes, 0);
  }

  /** Starts an instance; resolves when it listens. Every other one has no memory to share. */
  async startInstance(): Promise<void> {
    const number = this.#started++;
    const worker = new Worker(new URL("./chaos_worker.ts", import.meta.url), { type: "module" });
    const listening = Promise.withResolvers<number>();
    worker.onmessage = ({ data }: MessageEvent<ChaosWorkerNews>) => {
      if ("port" in data) listening.resolve(data.port);
      else if ("error" in data) listening.reject(new Error(data.error));
      else this.fault(`an instance logged ${data.logged}`);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.fault(`instance ${number} failed: ${event.message}`);
      listening.reject(new Error(event.message));
    };
    const timer = setTimeout(
      () => listening.reject(new Error("An instance does not start")),
      START_TIMEOUT_MS,
    );
    const options: ChaosWorkerOptions = {
      seed: Math.floor(this.random() * 2 ** 31),
      loss: this.#loss,
      sharesMemory: number % 2 === 0,
      counters: this.#counters,
    };
    worker.postMessage(options);
    try {
      const url = `ws://127.0.0.1:${await listening.promise}/api/ws`;
      if (this.#isOver) worker.terminate();
      else this.#instances.push({ worker, url });
    } catch (error) {
      worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends an instance in the middle of whatever it does, and starts another one. */
  killInstance(): void {
    const victim = pick(this.#instances, this.random);
    if (!victim || this.#instances.length < 2) return;
    this.tell(`instance ${victim.url} is killed`);
    this.tally.kills++;
    this.#instances = this.#instances.filter((instance) => instance !== victim);
    victim.worker.terminate();
    const now = performance.now();
    for (const page of this.pages.values()) {
      if (page.instance !== victim.url) continue;
      page.noteLoss();
      // Heard a moment ago, and perhaps not passed on.
      if (page.closedAt > now - 1_000) page.wasHeard = false;
    }
    const starting = this.startInstance()
      .catch((error) => this.fault(`no instance starts: ${error}`))
      .finally(() => this.#starting.delete(starting));
    this.#starting.add(starting);
  }

  /** Resolves when those who are to replace others have started. */
  async allStarted(): Promise<void> {
    await Promise.all(this.#starting);
  }

  /** Opens a broadcaster's page; it is live when its place is in the tree. */
  async begin(name: string, greeting: number): Promise<Audience> {
    const broadcaster = this.#open(`${name}-root`, { broadcast: name, isBroadcaster: true });
    const audience = { name, greeting, broadcaster };
    this.audiences.push(audience);
    await this.until(`${name} is live`, async () => await this.store.broadcast(name) !== null);
    return audience;
  }

  /** Opens a viewer's page. */
  join({ name, greeting }: Audience): void {
    const greets = this.random() < greeting;
    this.tally.joins++;
    this.#open(`${name}-${greets ? "v" : "p"}${this.tally.joins}`, { broadcast: name, greets });
  }

  /** The open pages of a broadcast's viewers. */
  viewers({ name }: Audience): ChaosPage[] {
    return [...this.pages.values()].filter((page) =>
      page.isOpen && page.broadcast === name && !page.isBroadcaster
    );
  }

  url(): string {
    return pick(this.#instances, this.random)!.url;
  }

  page(label: string): ChaosPage | undefined {
    return this.pages.get(label);
  }

  tell(text: string): void {
    this.history.push(`${(performance.now() - this.#startedAt).toFixed(0)} ${text}`);
  }

  fault(text: string): void {
    this.tell(`FAULT ${text}`);
    this.faults.add(text);
  }

  /** Waits until something is true, or throws with what is missing. */
  async until(
    what: string,
    isTrue: () => boolean | Promise<boolean>,
    { timeoutMs = 10_000, why = () => "" }: { timeoutMs?: number; why?: () => string } = {},
  ): Promise<void> {
    for (const end = performance.now() + timeoutMs; !await isTrue();) {
      if (performance.now() > end) throw new Error(`Not in time: ${what} ${why()}`);
      await pause(50);
    }
  }

  /** What is wrong with the trees as they are read now. */
  async problems(): Promise<string[]> {
    const found: string[] = [];
    for (const { name } of this.audiences) {
      const broadcast = await this.store.broadcast(name);
      const snapshot = broadcast?.state === "live" ? await this.store.snapshot(name) : null;
      if (!snapshot) continue;
      found.push(...violations(snapshot).map((text) => `${name}: ${text}`));
      const byId = new Map(snapshot.peers.map((peer) => [peer.id, peer]));
      for (const peer of snapshot.peers) {
        const period = this.pages.get(peer.displayName)?.period;
        if (!period || peer.state !== "linking" || peer.parent === null) continue;
        const asked = byId.get(peer.parent)?.displayName;
        if (asked) period.asked.add(asked);
      }
    }
    return found;
  }

  /** Peers that have a place and no page any more. */
  async strangers(): Promise<string[]> {
    const peers = await Promise.all(this.audiences.map(({ name }) => this.store.peers(name)));
    return peers.flat()
      .filter(({ displayName }) => !this.pages.get(displayName)?.isOpen)
      .map(({ displayName }) => `${displayName} has a place`);
  }

  /** Ends everything that was started. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#watcher);
    this.#stopCounting();
    await this.#reader;
    await Promise.all([...this.pages.values()].map((page) => page.close()));
    await this.allStarted();
    for (const { worker } of this.#instances) worker.terminate();
    this.kv.close();
  }

  #open(
    label: string,
    options: { broadcast: string; greets?: boolean; isBroadcaster?: boolean },
  ): ChaosPage {
    const page = new ChaosPage(this, { greets: true, ...options, label });
    this.pages.set(label, page);
    return page;
  }

  /** Reads the trees all the time; what is wrong for long is a fault. */
  async #readOn(): Promise<void> {
    while (!this.#isOver) {
      const problems = await this.problems();
      this.tally.reads++;
      for (const known of this.#suspicions.keys()) {
        if (!problems.includes(known)) this.#suspicions.delete(known);
      }
      for (const problem of problems) {
        const times = (this.#suspicions.get(problem) ?? 0) + 1;
        this.#suspicions.set(problem, times);
        if (times === PERSISTENT_READS) this.fault(problem);
      }
      await pause(READ_MS);
    }
  }
}

/** Waits a while: the pace of the chaos, or of looking for something to come true. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
