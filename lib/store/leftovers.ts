/**
 * What should not be there: remains in KV of what crashed in the middle of something. Finds them by
 * reading everything, and removes them only while they are as they were found. What counts as
 * forgotten, and not just as under way, is for the caller to say (lib/instances/housekeeping.ts).
 */
import type { Broadcast, InstanceId, Peer, PeerId } from "../tree/types.ts";
import { GroupCommitter } from "./group_committer.ts";
import { keys } from "./keys.ts";
import type { Version } from "./tree_store.ts";

/** The part of Deno KV that is used here. */
export type LeftoversKv = Pick<Deno.Kv, "list" | "atomic">;

/** A peer, child link, slot, still picture or chat key of a broadcast that is not there. */
type Stray = { kind: "stray"; name: string; key: Deno.KvKey; version: Version };

/** Mail for an instance that is not there. */
type Letter = { kind: "mail"; to: InstanceId; key: Deno.KvKey; version: Version };

/** A key that can just be removed. */
export type Removable = Stray | Letter;

/** Something that should not be there, unless it is under way. */
export type Leftover =
  | Removable
  /** A broadcast that somebody has begun to end. */
  | { kind: "ending"; broadcast: Broadcast; version: Version }
  /** A live broadcast whose root is no peer of it. */
  | { kind: "rootless"; broadcast: Broadcast; version: Version };

/** What one look at everything found. */
export interface Survey {
  leftovers: Leftover[];
  /** Instances without a record at which there are peers. */
  missing: InstanceId[];
}

/** What a Leftovers is made of. */
export interface LeftoversOptions {
  kv: LeftoversKv;
  /** Returns a number in [0, 1). */
  random?: () => number;
  delay?: (ms: number) => Promise<void>;
}

/** Entries fetched at once; KV allows 500 for each batch of a list. */
const BATCH_SIZE = 500;

/** The same for still pictures, which have 40 KiB each. */
const STILLS_BATCH_SIZE = 50;

/** See the module's paragraph. */
export class Leftovers {
  readonly #kv: LeftoversKv;
  readonly #committer: GroupCommitter;

  constructor({ kv, random = Math.random, delay = delayMs }: LeftoversOptions) {
    this.#kv = kv;
    this.#committer = new GroupCommitter({ kv, random, delay });
  }

  /** Looks at everything. Slow: it reads every key of every broadcast. */
  async survey(): Promise<Survey> {
    // What belongs to a broadcast or an instance before these, because they are there before it.
    const { belongings, members, homes } = await this.#readBelongings();
    const mail = await this.#readMail();
    const names = new Set<string>();
    const leftovers: Leftover[] = [];
    for await (const { value, versionstamp: version } of this.#list(keys.broadcasts())) {
      const broadcast = value as Broadcast;
      const { name, root, state } = broadcast;
      names.add(name);
      if (state === "ending") leftovers.push({ kind: "ending", broadcast, version });
      else if (!members.get(name)?.has(root)) {
        leftovers.push({ kind: "rootless", broadcast, version });
      }
    }
    const instances = new Set<InstanceId>();
    for await (const { key } of this.#list(keys.instances())) instances.add(key[1] as string);
    for (const stray of belongings) if (!names.has(stray.name)) leftovers.push(stray);
    for (const letter of mail) if (!instances.has(letter.to)) leftovers.push(letter);
    return { leftovers, missing: [...homes].filter((home) => !instances.has(home)) };
  }

  async #readBelongings() {
    const belongings: Stray[] = [];
    const members = new Map<string, Set<PeerId>>();
    const homes = new Set<InstanceId>();
    const prefixes = [
      keys.allSlots(),
      keys.allPeers(),
      keys.allChildren(),
      keys.allStills(),
      keys.allChats(),
    ];
    for (const prefix of prefixes) {
      for await (const { key, value, versionstamp: version } of this.#list(prefix)) {
        const name = key[1] as string;
        belongings.push({ kind: "stray", name, key, version });
        if (key[0] !== "peer") continue;
        const { id, address } = value as Peer;
        homes.add(address.instance);
        members.set(name, (members.get(name) ?? new Set()).add(id));
      }
    }
    return { belongings, members, homes };
  }

  async #readMail(): Promise<Letter[]> {
    const mail: Letter[] = [];
    for (const prefix of [keys.allMail(), keys.heads()]) {
      for await (const { key, versionstamp: version } of this.#list(prefix)) {
        mail.push({ kind: "mail", to: key[1] as InstanceId, key, version });
      }
    }
    return mail;
  }

  /** Removes leftovers that are still as they were found; returns how many. */
  async remove(found: Removable[]): Promise<number> {
    const versions = await Promise.all(found.map((leftover) => {
      const { key, version } = leftover;
      const checks: Deno.AtomicCheck[] = [{ key, versionstamp: version }];
      // Somebody may begin a broadcast of that name at this moment.
      if (leftover.kind === "stray") {
        checks.push({ key: keys.broadcast(leftover.name), versionstamp: null });
      }
      return this.#committer.commit({ checks, deletes: [key] });
    }));
    return versions.filter((version) => version !== null).length;
  }

  /** Marks a broadcast without a root as ending; false when it has changed since it was found. */
  async beginEnding({ broadcast, version }: Leftover & { kind: "rootless" }): Promise<boolean> {
    const key = keys.broadcast(broadcast.name);
    const ending: Broadcast = { ...broadcast, state: "ending" };
    const checks = [{ key, versionstamp: version }];
    return await this.#committer.commit({ checks, sets: [[key, ending]] }) !== null;
  }

  #list(prefix: Deno.KvKey): Deno.KvListIterator<unknown> {
    const batchSize = prefix[0] === keys.allStills()[0] ? STILLS_BATCH_SIZE : BATCH_SIZE;
    return this.#kv.list({ prefix }, { batchSize });
  }
}

function delayMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
