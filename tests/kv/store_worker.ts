/**
 * An isolate with a handle of its own to the tree's KV file, for tests on several of them. Does what
 * instances do for their sessions: each peer is one actor's, whose actions come one after another.
 */
import { KvTreeStore } from "../../lib/store/kv_tree_store.ts";
import { openKv } from "../../lib/store/open_kv.ts";
import type { OpenSlot, PlacedPeer } from "../../lib/store/tree_store.ts";
import { UserError } from "../../lib/protocol/mod.ts";
import { place } from "../../lib/tree/place.ts";
import type { Peer } from "../../lib/tree/types.ts";
import { pick, seededRandom } from "../support/sim/random.ts";
import { answerRequests } from "../support/asked_worker.ts";
import { newPeer } from "../support/tree_peers.ts";

/** What the test asks of a worker. */
export type Request =
  | { ask: "open"; file: string; instance: string; seed: number }
  | { ask: "churn"; name: string; actors: number; steps: number }
  | { ask: "claim"; name: string; slots: OpenSlot[] }
  | { ask: "restart"; name: string; rounds: number }
  | { ask: "close" };

/** How often something happened. */
export type Tally = Record<string, number>;

/** What is left of a worker's churn. */
export interface ChurnReport {
  tally: Tally;
  /** Whoever has joined and not left. */
  staying: string[];
  left: string[];
}

/** One time that a name was live, from when that was known until its end was begun. */
export interface LiveTime {
  root: string;
  fromMs: number;
  untilMs: number;
}

/** What a worker did to one name. */
export interface RestartReport {
  tally: Tally;
  /** Whoever was given a place, roots too. */
  placed: string[];
  /** Whoever was removed, by the sweeps of this worker. */
  swept: string[];
  live: LiveTime[];
}

/** How often an orphan looks for a place before the tree counts as broken. */
const MAX_LOOKS = 500;

let kv: Deno.Kv;
let store: KvTreeStore;
let random: () => number;
let instance: string;

answerRequests(answer);

async function answer(request: Request): Promise<unknown> {
  switch (request.ask) {
    case "open":
      instance = request.instance;
      random = seededRandom(request.seed);
      kv = await openKv(request.file);
      store = new KvTreeStore({ kv, random });
      return null;
    case "churn":
      return await churn(request);
    case "claim":
      return await claim(request);
    case "restart":
      return await restart(request);
    case "close":
      kv.close();
      return null;
  }
}

const count = (tally: Tally, what: string) => tally[what] = (tally[what] ?? 0) + 1;

const peerNamed = (id: string) => newPeer(id, { address: { instance, region: "eu" } });

async function churn(
  { name, actors, steps }: { name: string; actors: number; steps: number },
): Promise<ChurnReport> {
  const report: ChurnReport = { tally: {}, staying: [], left: [] };
  await Promise.all(Array.from({ length: actors }, async (_, n) => {
    const actor = new Actor(name, `${instance}-${n}`, report);
    for (let i = 0; i < steps; i++) await actor.step();
    await actor.settle();
  }));
  return report;
}

/** One session after another of one person, who joins, moves and leaves. */
class Actor {
  #sessions = 0;
  /** The peer that is in the tree now. */
  #id: string | null = null;
  /** Its place, while it has no picture. */
  #unopened: PlacedPeer | null = null;

  constructor(readonly name: string, readonly id: string, readonly report: ChurnReport) {}

  async step(): Promise<void> {
    if (this.#id === null) return await this.#join();
    const dice = random();
    if (this.#unopened && dice < 0.8) return await this.#open(this.#unopened);
    if (dice < 0.4) await this.#leave();
    else if (dice < 0.7) await this.#move();
    else if ((await this.#record())?.state === "orphan") await this.#reattach();
    else await this.#join();
  }

  /** Nobody stays without a place. */
  async settle(): Promise<void> {
    if (this.#id === null) return;
    this.report.staying.push(this.#id);
    // Others may still leave, and make an orphan of it once more: the test settles those.
    if ((await this.#record())?.state === "orphan") await this.#reattach();
  }

  async #join(): Promise<void> {
    // Who is in already stays as one of many, with a picture in the end, and somebody new comes.
    if (this.#unopened) await this.#open(this.#unopened);
    if (this.#id !== null) this.report.staying.push(this.#id);
    this.#id = null;
    const id = `${this.id}-${this.#sessions++}`;
    const slot = place(await store.openSlots(this.name, 8), peerNamed(id).address, random);
    if (!slot) return void count(this.report.tally, "no slot");
    const placed = await store.join(this.name, peerNamed(id), slot);
    if (!placed) return void count(this.report.tally, "join lost its slot");
    this.#id = id;
    this.#unopened = placed;
    count(this.report.tally, "joined");
  }

  async #leave(): Promise<void> {
    this.#unopened = null;
    const departure = await store.leave(this.name, this.#id!);
    if (!departure) throw new Error(`${this.#id} was no member when it left`);
    count(this.report.tally, departure.orphans.length > 0 ? "left orphans behind" : "left");
    this.report.left.push(this.#id!);
    this.#id = null;
  }

  async #move(): Promise<void> {
    this.#unopened = null;
    if (!await store.detach(this.name, this.#id!)) {
      throw new Error(`${this.#id} was no member when it moved`);
    }
    await this.#reattach();
  }

  async #reattach(): Promise<void> {
    const placed = await reattach(this.name, this.#id!, this.report.tally);
    if (placed) this.#unopened = placed;
  }

  async #open(placed: PlacedPeer): Promise<void> {
    this.#unopened = null;
    const opened = await store.open(this.name, placed);
    count(this.report.tally, opened ? "opened" : "lost its place before it opened");
  }

  async #record(): Promise<Peer | undefined> {
    return (await store.peers(this.name)).find(({ id }) => id === this.#id);
  }
}

/** Looks for a place for an orphan; null when there is none right now. */
async function reattach(name: string, id: string, tally: Tally): Promise<PlacedPeer | null> {
  const tried = new Set<string>();
  for (let i = 0; i < MAX_LOOKS; i++) {
    const slots = await store.openSlots(name, 200);
    const slot = pick(slots.filter(({ version, place }) => !tried.has(version + place)), random);
    if (!slot) break;
    tried.add(slot.version + slot.place);
    const result = await store.reattach(name, id, slot);
    if (result.outcome === "placed") {
      count(tally, "re-attached");
      return result.placed;
    }
    count(tally, `re-attachment: ${result.outcome}`);
    if (result.outcome === "absent") throw new Error(`${id} was no member when it came back`);
  }
  count(tally, "stays an orphan");
  return null;
}

/** Slots an isolate goes for at once: few, so that several isolates come to each in turn. */
const CLAIMS_AT_ONCE = 5;

/** Goes for all the slots, some at a time; returns those it got, by who was put there. */
async function claim(
  { name, slots }: { name: string; slots: OpenSlot[] },
): Promise<Record<string, string>> {
  const got: Record<string, string> = {};
  for (let i = 0; i < slots.length; i += CLAIMS_AT_ONCE) {
    await Promise.all(
      slots.slice(i, i + CLAIMS_AT_ONCE).map(async (slot) => {
        const id = `${instance} in ${slot.parent}/${slot.place}`;
        if (await store.join(name, peerNamed(id), slot)) got[`${slot.parent}/${slot.place}`] = id;
      }),
    );
  }
  return got;
}

/** Starts a name whenever it can, ends it again, and helps whoever is ending it. */
async function restart(
  { name, rounds }: { name: string; rounds: number },
): Promise<RestartReport> {
  const report: RestartReport = { tally: {}, placed: [], swept: [], live: [] };
  const sweep = async () => {
    const members = await store.sweep(name);
    report.swept.push(...members.map(({ id }) => id));
  };
  for (let round = 0; round < rounds; round++) {
    const root = `${instance}-root-${round}`;
    const started = await store.createBroadcast({
      name,
      edition: root,
      title: name,
      createdAt: Date.now(),
      root: peerNamed(root),
    }).catch((error) => {
      if (error instanceof UserError && error.code === "name_taken") return "taken" as const;
      throw error;
    });
    count(report.tally, String(started === true ? "started" : started || "found it ending"));
    if (started === true) {
      report.placed.push(root);
      const fromMs = nowMs();
      const own = await joinSome(name, `${instance}-own-${round}`, report);
      const ids = new Set((await store.peers(name)).map(({ id }) => id));
      // Whoever still sweeps up after the last broadcast of that name must leave this one alone.
      const gone = [root, ...own].filter((id) => !ids.has(id));
      if (gone.length > 0) throw new Error(`${gone} went while the broadcast was live`);
      const untilMs = nowMs();
      if (!await store.beginEnding(name, root)) throw new Error(`${root} could not end its own`);
      report.live.push({ root, fromMs, untilMs });
      await sweep();
    } else if (started === "taken") {
      await joinSome(name, `${instance}-guest-${round}`, report);
    } else {
      await sweep();
    }
  }
  return report;
}

/** Joins with a few peers; returns those who got a place. */
async function joinSome(name: string, prefix: string, report: RestartReport): Promise<string[]> {
  const slots = await store.openSlots(name, 4);
  const joined = await Promise.all(slots.map(async (slot, i) => {
    const placed = await store.join(name, peerNamed(`${prefix}-${i}`), slot);
    count(report.tally, placed ? "joined" : "join lost its slot");
    if (!placed) return [];
    if (random() < 0.7) await store.open(name, placed);
    if (random() < 0.3) await store.detach(name, placed.peer.id);
    return [placed.peer.id];
  }));
  report.placed.push(...joined.flat());
  return joined.flat();
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
