/**
 * A whole deployment in virtual time: several instances of the signalling service over one simulated
 * KV and one bus, and clients that come and go. Everything random comes from one seed.
 */
import type { Bus } from "../../lib/bus/bus.ts";
import { MemoryBusNetwork } from "../../lib/bus/memory.ts";
import { SignallingService } from "../../lib/signalling/service.ts";
import { KvChatStore } from "../../lib/store/kv_chat_store.ts";
import { KvResumeStore } from "../../lib/store/kv_resume_store.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { treeState } from "../../lib/tree/tree_state.ts";
import type { Peer } from "../../lib/tree/types.ts";
import type { Tokens } from "../../lib/signalling/tokens.ts";
import { countedTokens } from "../support/counted_tokens.ts";
import { pick, seededRandom } from "../support/sim/random.ts";
import { SimClock } from "../support/sim/sim_clock.ts";
import { simKv, SimKvData } from "../support/sim/sim_kv.ts";
import { SimClient } from "./sim_client.ts";

/** What a run is like. */
export interface SimOptions {
  seed: number;
  instances: number;
  fanout: number;
  /** Share of bus messages that are lost. */
  busDrop?: number;
  /** Longest time a bus message takes, in ms. */
  busDelayMs?: number;
  /** Share of the KV's operations that fail, until it is calm. */
  kvFaults?: number;
  /** Longest time an operation of the KV takes one way, in ms. */
  kvLatencyMs?: number;
  /** Share of steps in which an instance ends in good order and another one begins. */
  restarts?: number;
  /** Share of clients that greet: they lose sockets now and then and come back elsewhere. */
  greeting?: number;
  /** Share of steps in which somebody relays no more, or again. */
  relayChanges?: number;
  /** Longest time until they come back, in ms; well within the grace period. */
  absenceMs?: number;
}

/** How long who greeted keeps its place. */
const GRACE = { viewerMs: 15_000, broadcasterMs: 60_000 };

interface Instance {
  service: SignallingService;
  bus: Bus;
}

/** See the module's paragraph. */
export class SimWorld {
  readonly clock = new SimClock();
  readonly random: () => number;
  readonly clients: SimClient[] = [];
  /** What happened, for the log of a failing seed. */
  readonly history: string[] = [];
  readonly #options: SimOptions;
  readonly #data = new SimKvData();
  readonly #network: MemoryBusNetwork;
  readonly #instances: Instance[] = [];
  readonly #observer: KvTreeStore;
  readonly #faults: string[] = [];
  readonly #tokens: Tokens;
  #isCalm = false;
  #begun = 0;
  #ids = 0;

  constructor(options: SimOptions) {
    this.#options = options;
    this.random = seededRandom(options.seed);
    const { clock, random } = this;
    this.#network = new MemoryBusNetwork({
      timers: { nowMs: () => clock.now(), after: (ms, fn) => clock.after(ms, fn) },
      random,
      faults: {
        delay: 0.7,
        maxDelayMs: options.busDelayMs ?? 40,
        drop: options.busDrop ?? 0,
        repeatHint: 0.1,
      },
    });
    this.#tokens = countedTokens();
    for (let i = 0; i < options.instances; i++) this.#instances.push(this.#beginInstance());
    const instant = simKv(this.#data, {
      random: () => 0,
      delay: () => Promise.resolve(),
      maxLatencyMs: 0,
      lockedShare: 0,
    });
    this.#observer = new KvTreeStore({ kv: instant });
  }

  /** Does one thing that people, or their networks, do. */
  step(names: string[]): void {
    const { random } = this;
    const { restarts = 0, greeting = 0 } = this.#options;
    if (restarts > 0 && random() < restarts) return this.#restart();
    if (greeting > 0 && random() < 0.15) {
      const lossy = pick(this.clients.filter((c) => c.isOpen && c.isConnected && c.greets), random);
      if (lossy) return this.#do("loses its socket", lossy, "", (c) => c.loseSocket());
    }
    const { relayChanges = 0 } = this.#options;
    if (relayChanges > 0 && random() < relayChanges) {
      const relay = pick(this.clients.filter((c) => c.isOpen && c.wants), random);
      const on = !relay?.isRelaying;
      const what = on ? "relays again" : "relays no more";
      if (relay) return this.#do(what, relay, "", (c) => c.setRelaying(on));
    }
    const open = this.clients.filter((client) => client.isOpen);
    const client = pick(open, random);
    const name = pick(names, random)!;
    const dice = random();
    if (!client || dice < 0.3) return this.#do("joins", this.#connect(), name, (c) => c.join(name));
    if (dice < 0.4) return this.#do("joins again", client, name, (c) => c.join(name));
    if (dice < 0.52) return this.#do("leaves", client, "", (c) => c.leave());
    if (dice < 0.68) return this.#do("vanishes", client, "", (c) => c.vanish());
    if (dice < 0.84) return this.#do("starts", client, name, (c) => c.start(name));
    if (dice < 0.88) return this.#do("ends", client, name, (c) => c.end(name));
    if (dice < 0.91) return this.#do("subscribes to", client, name, (c) => c.subscribe(name));
    if (dice < 0.95) {
      return this.#do("hangs", client, "", (c) => {
        c.answers = false;
      });
    }
    this.#do("wakes up", client, "", (c) => c.wakeUp());
  }

  /** Everybody answers again, KV does not fail any more, and nothing else happens from now on. */
  calm(): void {
    this.#isCalm = true;
    for (const client of this.clients) {
      client.wakeUp();
      if (!client.isRelaying) client.setRelaying(true);
    }
  }

  /** What is wrong right now: broken invariants and faults that instances logged. */
  async problems(names: string[]): Promise<string[]> {
    const found = [...this.#faults];
    for (const name of names) {
      const broadcast = await this.#observer.broadcast(name);
      // An ending broadcast is taken apart piece by piece.
      if (broadcast?.state !== "live") continue;
      const snapshot = await this.#observer.snapshot(name);
      found.push(...violations(snapshot!).map((text) => `${name}: ${text}`));
    }
    return found;
  }

  /** Who wants to watch and does not, or does not and has a place, once everything has calmed down. */
  async unserved(names: string[]): Promise<string[]> {
    const found: string[] = [];
    const peers = new Map<string, Peer>();
    for (const name of names) {
      for (const peer of await this.#observer.peers(name)) peers.set(`${name}/${peer.id}`, peer);
    }
    for (const client of this.clients) {
      if (!client.isOpen || !client.wants) continue;
      if (!client.isConnected) found.push(`${client.id} has lost its socket for good`);
      const peer = peers.get(`${client.wants}/${client.id}`);
      if (!peer) found.push(`${client.id} watches ${client.wants} but has no place`);
      else if (peer.state !== "live") found.push(`${client.id} is ${peer.state}`);
      else if (peer.parent !== client.parent) {
        found.push(`${client.id} thinks ${client.parent} carries it, the tree says ${peer.parent}`);
      }
    }
    const open = new Map(this.clients.map((client) => [client.id, client]));
    for (const [key, peer] of peers) {
      const client = open.get(peer.id);
      const name = key.slice(0, key.lastIndexOf("/"));
      const isRoot = peer.parent === null && peer.state === "live";
      if (!client?.isOpen) found.push(`${key} is gone but still in the tree`);
      else if (!isRoot && client.wants !== name) found.push(`${key} has left but has a place`);
    }
    return found;
  }

  /** Whose last tree is not the tree as it is, once everything has calmed down. */
  async outdated(names: string[]): Promise<string[]> {
    const found: string[] = [];
    for (const name of names) {
      const broadcast = await this.#observer.broadcast(name);
      if (broadcast?.state !== "live") continue;
      const tree = treeState(await this.#observer.peers(name), broadcast.root);
      for (const { id, isOpen, subscription } of this.clients) {
        if (!isOpen || subscription?.name !== name) continue;
        // A subscription ends with its broadcast; this may be the next one of the name.
        const isOlder = subscription.at < broadcast.createdAt + 1_000 ||
          (subscription.tree && subscription.tree.id !== broadcast.root);
        if (isOlder) continue;
        if (JSON.stringify(subscription.tree) !== JSON.stringify(tree)) {
          found.push(`${id} has an old tree of ${name}`);
        }
      }
    }
    return found;
  }

  /** Every broadcast ends, as its broadcaster's socket closes; returns the keys left in KV. */
  async endAll(): Promise<string[]> {
    for (const client of this.clients) if (client.isOpen) client.vanish();
    await this.clock.advance(GRACE.broadcasterMs + 60_000);
    // What housekeeping does now and then.
    await Promise.all([
      this.#instances[0]!.service.forgetStaleSessions(),
      this.clock.advance(60_000),
    ]);
    return [...this.#data.entries.keys()];
  }

  #beginInstance(): Instance {
    const { clock, random } = this;
    const options = this.#options;
    const number = this.#begun++;
    const address = { instance: `i${number}`, region: number % 2 === 0 ? "us" : "eu" };
    const delay = (ms: number) => clock.delay(ms);
    const kv = simKv(this.#data, {
      random,
      delay,
      maxLatencyMs: options.kvLatencyMs ?? 6,
      lockedShare: 0.05,
      faultShare: () => this.#isCalm ? 0 : options.kvFaults ?? 0,
    });
    const bus = this.#network.join(address.instance);
    const service = new SignallingService({
      config: { iceServers: [], fanout: options.fanout, grace: GRACE },
      address,
      store: new KvTreeStore({ kv, random, delay }),
      resumes: new KvResumeStore({ kv, random, delay }),
      chats: new KvChatStore({ kv, random, delay }),
      tokens: this.#tokens,
      bus,
      clock,
      random,
      newId: () => `p${this.#ids++}`,
      log: (level, event, fields) => {
        if (level === "error" && !options.kvFaults) {
          this.#faults.push(`${event} ${JSON.stringify(fields)}`);
        }
      },
    });
    return { service, bus };
  }

  /** One instance ends in good order, as for a new release, and another one takes its place. */
  #restart(): void {
    const i = Math.floor(this.random() * this.#instances.length);
    const { service, bus } = this.#instances[i]!;
    this.history.push(`${this.clock.now().toFixed(1)} ${bus.instance} restarts`);
    this.#instances[i] = this.#beginInstance();
    service.close().then(() => {
      bus.close();
      this.#reap(bus.instance);
    });
  }

  /** What the reaper does for an instance that is gone, without its claims: who does not come back departs. */
  #reap(gone: string): void {
    const lose = async (isDue: (peer: Peer) => boolean) => {
      // Whoever lives then: this one may be gone by that time, too.
      const { service } = this.#instances[0]!;
      for await (const { name, peer } of this.#observer.allPeers()) {
        if (peer.address.instance === gone && isDue(peer)) await service.departLost(name, peer);
      }
    };
    this.clock.after(
      GRACE.viewerMs,
      () => void lose((peer) => peer.parent !== null || peer.state === "orphan"),
    );
    this.clock.after(GRACE.broadcasterMs, () => void lose(() => true));
    // Somebody may have been taken up there at the very last moment.
    this.clock.after(GRACE.broadcasterMs + 30_000, () => void lose(() => true));
  }

  #connect(): SimClient {
    const client = new SimClient({
      pickService: () => pick(this.#instances, this.random)!.service,
      greets: this.random() < (this.#options.greeting ?? 0),
      clock: this.clock,
      random: this.random,
      maxLatencyMs: 30,
      maxAnswerMs: 60,
      maxAbsenceMs: this.#options.absenceMs ?? 6_000,
    });
    this.clients.push(client);
    return client;
  }

  #do(what: string, client: SimClient, name: string, fn: (client: SimClient) => void): void {
    this.history.push(`${this.clock.now().toFixed(1)} ${client.id} ${what} ${name}`);
    fn(client);
  }
}
