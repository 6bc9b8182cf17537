/**
 * Instances of the signalling service in one isolate, in virtual time, with whatever store and
 * delays a test wants: for what the real server does too seldom to be waited for.
 */
import { type MemoryBusFaults, MemoryBusNetwork } from "../../lib/bus/memory.ts";
import type { ClientMessage, ServerMessageOf } from "../../lib/protocol/mod.ts";
import { MemoryChatStore } from "../../lib/store/memory_chat_store.ts";
import { MemoryResumeStore } from "../../lib/store/memory_resume_store.ts";
import { SignallingService } from "../../lib/signalling/service.ts";
import type { Session } from "../../lib/signalling/session.ts";
import { MemoryTreeStore } from "../../lib/store/memory_tree_store.ts";
import type { TreeStore } from "../../lib/store/tree_store.ts";
import { countedTokens } from "./counted_tokens.ts";
import { seededRandom } from "./sim/random.ts";
import { SimClock } from "./sim/sim_clock.ts";
import { TestOutlet } from "./test_outlet.ts";

/** A client of one instance. */
export interface ServiceClient {
  readonly id: string;
  readonly outlet: TestOutlet;
  readonly session: Session;
  /** Hands messages to the service; what comes of them takes `clock.advance`. */
  send(...messages: (ClientMessage | string)[]): void;
  /** The socket is gone. */
  close(): void;
}

/** See the module's paragraph. */
export class ServiceWorld {
  readonly clock = new SimClock();
  /** What the instances logged as errors. */
  readonly faults: string[] = [];
  readonly network: MemoryBusNetwork;
  readonly services: SignallingService[];
  readonly store: TreeStore;

  constructor({ instances = 2, fanout = 1, store = new MemoryTreeStore(), busFaults = {} }: {
    instances?: number;
    fanout?: number;
    store?: TreeStore;
    busFaults?: Partial<MemoryBusFaults>;
  } = {}) {
    const { clock } = this;
    this.store = store;
    const random = seededRandom(1);
    const timers = { nowMs: () => clock.now(), after: clock.after.bind(clock) };
    this.network = new MemoryBusNetwork({ timers, random, faults: busFaults });
    let ids = 0;
    const tokens = countedTokens();
    const resumes = new MemoryResumeStore();
    const chats = new MemoryChatStore(store);
    this.services = Array.from({ length: instances }, (_, i) =>
      new SignallingService({
        config: { iceServers: [], fanout, grace: { viewerMs: 15_000, broadcasterMs: 60_000 } },
        address: { instance: `i${i}`, region: "eu" },
        store,
        bus: this.network.join(`i${i}`),
        clock,
        random,
        newId: () => `p${ids++}`,
        tokens,
        resumes,
        chats,
        log: (level, event) => {
          if (level === "error") this.faults.push(event);
        },
      }));
  }

  /** Connects a client to an instance. */
  connect(instance = 0): ServiceClient {
    const service = this.services[instance]!;
    const outlet = new TestOutlet();
    const session = service.openSession(outlet);
    return {
      id: session.id,
      outlet,
      session,
      send(...messages) {
        for (const message of messages) {
          service.receive(session, typeof message === "string" ? message : JSON.stringify(message));
        }
      },
      close() {
        // A socket that the service has closed says nothing any more.
        if (!outlet.closedWith) service.closeSession(session);
      },
    };
  }

  /** Answers the last offer that `parent` was given. */
  answer(parent: ServiceClient): void {
    const { peer } = parent.outlet.of("RELAY_BROADCAST").at(-1)!;
    parent.send({ command: "RELAY_BROADCAST_RECEIVED", peer, answer: { by: parent.id } });
  }

  /** Lets a client greet; resolves with what it is told. */
  async hello(
    client: ServiceClient,
    resume?: string,
    version = 1,
  ): Promise<ServerMessageOf<"WELCOME">> {
    client.send({ command: "HELLO", version, resume });
    await this.clock.advance(10);
    return client.outlet.of("WELCOME").at(-1)!;
  }

  /** Connects a client that greets; resolves with its token, too. */
  async greet(instance = 0, resume?: string): Promise<{ client: ServiceClient; token: string }> {
    const client = this.connect(instance);
    const { resume: token } = await this.hello(client, resume);
    return { client, token };
  }

  /** Makes a client the broadcaster of `name`. */
  async start(client: ServiceClient, name: string): Promise<void> {
    client.send({ command: "START_BROADCAST", name });
    await this.clock.advance(100);
  }

  /** Makes a client a viewer of `name` that `parent` carries: nobody else must have a place to give. */
  async joinUnder(parent: ServiceClient, client: ServiceClient, name: string): Promise<void> {
    client.send({ command: "JOIN_BROADCAST", name, offer: {} });
    await this.clock.advance(100);
    this.answer(parent);
    await this.clock.advance(100);
  }

  /** Cuts an instance off: nobody hears of it any more, nor it of anybody. */
  cutOff(instance: number): void {
    this.network.partition([`i${instance}`]);
  }
}
