/**
 * Mail between instances that is lost on the way, as when it expires while its receiver cannot reach
 * KV: the numbers of what comes next show it, and what the lost mail was about is read from KV.
 * Two instances on one file, put together as in main.ts.
 */
import { assertEquals } from "@std/assert";
import type { Bus } from "../../lib/bus/bus.ts";
import { createInstanceBus } from "../../lib/bus/instance_bus.ts";
import { createKvBus } from "../../lib/bus/kv.ts";
import type { BusKv } from "../../lib/bus/kv_commit.ts";
import type { KvEntry } from "../../lib/bus/kv_entry.ts";
import { systemClock } from "../../lib/clock.ts";
import type { ClientMessage, ServerCommand } from "../../lib/protocol/mod.ts";
import { SignallingService } from "../../lib/signalling/service.ts";
import { secureTokens } from "../../lib/signalling/tokens.ts";
import { KvChatStore } from "../../lib/store/kv_chat_store.ts";
import { KvResumeStore } from "../../lib/store/kv_resume_store.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { openKv } from "../../lib/store/open_kv.ts";
import { assertEventually } from "../support/eventually.ts";
import { TestOutlet } from "../support/test_outlet.ts";

type Roads = Parameters<typeof createKvBus>[1];

const BUSES: Record<
  string,
  (instance: string, roads: Roads) => Bus & { flushed(): Promise<void> }
> = {
  "the KV bus": createKvBus,
  // In a space of its own, as in another process: the other instance is not near.
  "the bus of an instance": (instance, roads) =>
    createInstanceBus(instance, { ...roads, space: crypto.randomUUID() }),
};

for (const [bus, createBus] of Object.entries(BUSES)) {
  Deno.test(`${bus} loses the news of a departure; the next mail makes the instance read again`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tributary-lost-mail-" });
    const [a, b] = [
      await Instance.open("a", `${folder}/kv.db`, createBus),
      await Instance.open("b", `${folder}/kv.db`, createBus),
    ];
    try {
      const root = a.connect();
      root.send({ command: "START_BROADCAST", name: "b" });
      await root.has("START_BROADCAST_RECEIVED");
      const middle = a.connect();
      await middle.joinUnder(root);
      const child = b.connect();
      await child.joinUnder(middle);

      b.isCutOff = true;
      middle.send({ command: "LEAVE_BROADCAST" });
      await middle.has("LEAVE_BROADCAST_RECEIVED");
      await assertEventually(async () => (await mailTo(b)).join().includes("orphaned"), true);
      await loseMailTo(b);
      b.isCutOff = false;
      // About something else: what counts is the number of its envelope.
      const other = a.connect();
      other.send({ command: "START_BROADCAST", name: "another one" });
      await child.has("RECONNECT_TO_BROADCAST");
      await child.joinUnder(root);
      assertEquals([...a.faults, ...b.faults], []);
    } finally {
      await Promise.all([a.close(), b.close()]);
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** One instance with its own handle, as main.ts puts it together. */
class Instance {
  /** Its bus cannot read KV. */
  isCutOff = false;
  readonly faults: string[] = [];
  readonly #bus: ReturnType<typeof BUSES[string]>;
  readonly #service: SignallingService;

  static async open(id: string, file: string, createBus: typeof BUSES[string]): Promise<Instance> {
    return new Instance(id, await openKv(file), createBus);
  }

  private constructor(
    readonly id: string,
    readonly kv: Deno.Kv,
    createBus: typeof BUSES[string],
  ) {
    this.#bus = createBus(id, {
      kv: this.#reachable(kv),
      instances: () => ["a", "b"],
      onGap: () => void this.#service.reread(),
    });
    this.#service = new SignallingService({
      config: { iceServers: [], fanout: 1, grace: { viewerMs: 15_000, broadcasterMs: 60_000 } },
      address: { instance: id, region: "eu" },
      store: new KvTreeStore({ kv }),
      resumes: new KvResumeStore({ kv }),
      chats: new KvChatStore({ kv }),
      bus: this.#bus,
      clock: systemClock,
      random: Math.random,
      newId: () => crypto.randomUUID(),
      tokens: secureTokens,
      log: (level, event) => {
        if (level === "error") this.faults.push(event);
      },
    });
  }

  connect(): Client {
    const outlet = new TestOutlet();
    const session = this.#service.openSession(outlet);
    return new Client(outlet, (frame) => this.#service.receive(session, frame));
  }

  async close(): Promise<void> {
    await this.#service.close();
    this.#bus.close();
    await this.#bus.flushed();
    this.kv.close();
  }

  #reachable(kv: Deno.Kv): BusKv {
    return {
      atomic: () => kv.atomic(),
      get: kv.get.bind(kv),
      watch: kv.watch.bind(kv),
      list: (...args) => {
        if (this.isCutOff) throw new Error("KV is out of reach");
        return kv.list(...args);
      },
    };
  }
}

/** A client that speaks to its instance without a socket. */
class Client {
  constructor(readonly outlet: TestOutlet, readonly sendFrame: (frame: string) => void) {}

  send(message: ClientMessage): void {
    this.sendFrame(JSON.stringify(message));
  }

  /** Waits for a message of this command. */
  async has(command: ServerCommand): Promise<void> {
    await assertEventually(() => this.outlet.of(command).length > 0, true, command);
  }

  /** Joins; `parent` must be the only one with a free place. */
  async joinUnder(parent: Client): Promise<void> {
    const countOf = (client: Client, command: ServerCommand) => client.outlet.of(command).length;
    const [asked, joined] = [
      countOf(parent, "RELAY_BROADCAST"),
      countOf(this, "JOIN_BROADCAST_RECEIVED"),
    ];
    this.send({ command: "JOIN_BROADCAST", name: "b", offer: {} });
    await assertEventually(() => countOf(parent, "RELAY_BROADCAST"), asked + 1);
    const { peer } = parent.outlet.of("RELAY_BROADCAST").at(-1)!;
    parent.send({ command: "RELAY_BROADCAST_RECEIVED", peer, answer: {} });
    await assertEventually(() => countOf(this, "JOIN_BROADCAST_RECEIVED"), joined + 1);
  }
}

async function mailTo({ id, kv }: Instance): Promise<string[]> {
  const entries = await Array.fromAsync(kv.list<KvEntry>({ prefix: ["inbox", id] }));
  return entries.map(({ value }) => value.text);
}

async function loseMailTo({ id, kv }: Instance): Promise<void> {
  for await (const { key } of kv.list({ prefix: ["inbox", id] })) await kv.delete(key);
}
