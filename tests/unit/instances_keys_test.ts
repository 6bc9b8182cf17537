/**
 * No record outlives its broadcast: joins, crashes and ends by several instances in virtual time,
 * after which the keys are counted. What departs does so as in the product.
 */
import { assert, assertEquals } from "@std/assert";
import { MemoryBusNetwork } from "../../lib/bus/memory.ts";
import { SignallingService } from "../../lib/signalling/service.ts";
import { keys } from "../../lib/store/keys.ts";
import { KvChatStore } from "../../lib/store/kv_chat_store.ts";
import { KvResumeStore } from "../../lib/store/kv_resume_store.ts";
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { violations } from "../../lib/tree/invariants.ts";
import { countedTokens } from "../support/counted_tokens.ts";
import { pick } from "../support/sim/random.ts";
import { GRACE, InstancesWorld, type SimInstance } from "./instances_world.ts";

const JOINS = 1_000;

/** After how many joins an instance crashes. */
const CRASH_AFTER = [300, 600, 800, Infinity];

const NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight"];

class KeysWorld extends InstancesWorld {
  readonly tally = {
    joins: 0,
    leaves: 0,
    moves: 0,
    messages: 0,
    mutes: 0,
    ends: 0,
    halfEnds: 0,
    crashes: 0,
    stops: 0,
  };
  readonly resumes: KvResumeStore;
  readonly chats: KvChatStore;
  readonly #network: MemoryBusNetwork;
  readonly #tokens = countedTokens();
  #ids = 0;

  constructor(seed: number) {
    super(seed);
    const { clock, random } = this;
    const timers = { nowMs: () => clock.now(), after: clock.after.bind(clock) };
    this.#network = new MemoryBusNetwork({ timers, random });
    this.resumes = new KvResumeStore(this.handle({ maxLatencyMs: 0 }));
    this.chats = new KvChatStore(this.handle({ maxLatencyMs: 0 }));
  }

  /** Begins an instance that lets peers depart as the product does. */
  async beginReal(id: string): Promise<SimInstance> {
    const instance = await this.begin(id);
    const handle = this.handle();
    const service = new SignallingService({
      config: { iceServers: [], fanout: 2, grace: GRACE },
      address: { instance: id, region: "eu" },
      store: new KvTreeStore(handle),
      resumes: new KvResumeStore(handle),
      chats: new KvChatStore(handle),
      bus: this.#network.join(id),
      clock: this.clock,
      random: this.random,
      newId: () => `id ${this.#ids++}`,
      tokens: this.#tokens,
      log: () => {},
    });
    instance.onDepart = (name, peer) => service.departLost(name, peer);
    instance.finishEnding = (name) => service.finishEnding(name);
    instance.forgetStaleSessions = () => service.forgetStaleSessions();
    return instance;
  }

  /** Puts somebody in, who may have greeted and then can be found by a token. */
  async joinSomebody(name: string, at: string): Promise<void> {
    const id = `v${this.tally.joins++}`;
    const resumable = this.random() < 0.6;
    if (resumable) {
      const record = { id, names: [name], at: this.clock.now() };
      await this.settled(this.resumes.remember(`hash of ${id}`, record));
    }
    await this.join(name, id, at, { resumable });
  }

  /** Somebody says something, and may be muted for it. */
  async say(name: string, from: string, isMuted: boolean): Promise<void> {
    const reading = await this.settled(this.chats.read(name));
    if (!reading) return;
    const message = { id: `${this.tally.messages++}`, at: 1, from, name: from, text: "Hello" };
    await this.settled(this.chats.append(reading, [message]));
    if (!isMuted) return;
    this.tally.mutes++;
    const muted = [{ id: from, name: from }];
    await this.settled(this.chats.govern(reading, { ...reading.rules, muted }));
  }

  /** Ends a broadcast, perhaps only by half. */
  async end(name: string, byHalf: boolean): Promise<void> {
    if (!await this.settled(this.tree.beginEnding(name, `root of ${name}`))) return;
    if (byHalf) this.tally.halfEnds++;
    else {
      this.tally.ends++;
      await this.settled(this.tree.sweep(name));
    }
  }
}

for (const seed of [1, 2, 3]) {
  Deno.test(`no key is left after ${JOINS} joins, crashes and ends, seed ${seed}`, async () => {
    const world = new KeysWorld(seed);
    const { tally, random } = world;
    const ids = ["a", "b", "c", "d", "e", "f"];
    const instances = await Promise.all(ids.map((id) => world.beginReal(id)));
    const living = [...instances];
    for (const [i, name] of NAMES.entries()) {
      await world.broadcast(name, ids[i % ids.length]!, { resumable: i % 2 === 0 });
    }
    const somebody = async (name: string) => {
      const peers = await world.settled(world.tree.peers(name));
      return pick(peers.filter(({ id }) => id.startsWith("v")), random);
    };
    while (tally.joins < JOINS) {
      const names = (await world.settled(world.tree.broadcasts())).map(({ name }) => name);
      const name = pick(names, random)!;
      const [slot] = await world.settled(world.tree.openSlots(name, 1));
      if (slot) await world.joinSomebody(name, pick(living, random)!.id);
      await world.say(name, `v${tally.joins}`, tally.joins % 40 === 0);
      const dice = random();
      const peer = dice < 0.2 ? await somebody(name) : undefined;
      if (peer && dice < 0.1) {
        tally.leaves++;
        await world.settled(world.tree.leave(name, peer.id));
      } else if (peer?.resumable) {
        tally.moves++;
        const to = { instance: pick(living, random)!.id, region: "eu" };
        await world.settled(world.tree.move(name, peer.id, to));
      }
      if (tally.joins >= CRASH_AFTER[tally.crashes]!) {
        tally.crashes++;
        living.splice(1, 1)[0]!.crash();
      }
      // A crash is noticed while others join.
      await world.clock.advance(50);
    }
    tally.stops++;
    await living.pop()!.stop();
    const names = (await world.settled(world.tree.broadcasts())).map(({ name }) => name);
    for (const [i, name] of names.entries()) await world.end(name, i % 2 === 0);
    // Mail that nobody will read any more.
    for (const id of ids) {
      const mail = world.handle({ maxLatencyMs: 0 }).kv.atomic();
      mail.set(keys.mail(id, "x", 1, 1), {}).set(keys.head(id), "x");
      await world.settled(mail.commit());
    }
    for (const { housekeeping } of living) housekeeping.start();
    const before = world.keys().length;
    await world.clock.advance(30 * 60_000);
    const left = world.keys().filter(([first, id]) =>
      first !== "housekeeping" && !living.some((instance) => instance.id === id)
    );
    console.log(JSON.stringify({ ...tally, keysBefore: before, left: left.length }));
    assertEquals(left, []);
    for (const count of Object.values(tally)) assert(count > 0);
    for (const { losses } of living) assertEquals(losses, []);
  });
}

Deno.test("crashes leave the trees of everybody else sound and whole", async () => {
  const world = new KeysWorld(4);
  const [a, b, c] = await Promise.all(["a", "b", "c"].map((id) => world.beginReal(id)));
  for (const name of NAMES) await world.broadcast(name, "c");
  for (let i = 0; i < 300; i++) {
    await world.joinSomebody(pick(NAMES, world.random)!, pick(["a", "b", "c"], world.random)!);
  }
  const staying = new Map<string, string[]>();
  for (const name of NAMES) {
    const peers = await world.settled(world.tree.peers(name));
    staying.set(name, peers.filter(({ address }) => address.instance === "c").map(({ id }) => id));
  }
  a!.crash();
  b!.crash();
  await world.until(async () => (await world.instances()).join() === "c", 120_000);
  for (const name of NAMES) {
    assertEquals(await world.members(name), staying.get(name)!.sort());
    assertEquals(violations((await world.settled(world.tree.snapshot(name)))!), []);
  }
  assertEquals(c!.losses, []);
});
