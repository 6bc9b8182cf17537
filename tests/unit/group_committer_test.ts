/** Groups are real commits to a real KV in memory; a gate before each of them is the test's. */
import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import {
  type Change,
  type CommitKv,
  GroupCommitter,
  StoreUnavailableError,
} from "../../lib/store/group_committer.ts";
import { seededRandom } from "../support/sim/random.ts";

/** What one atomic consisted of. */
interface Atomic {
  checks: number;
  /** The last part of each key that was set. */
  sets: Deno.KvKeyPart[];
}

/** A KV that tells of each commit before it happens; what the gate throws, the commit throws. */
function gatedKv(kv: Deno.Kv, gate: (atomic: Atomic) => void | Promise<void>): CommitKv {
  const atomic = () => {
    const real = kv.atomic();
    const seen: Atomic = { checks: 0, sets: [] };
    const gated = {
      check(...checks: Deno.AtomicCheck[]) {
        seen.checks += checks.length;
        real.check(...checks);
        return gated;
      },
      set(key: Deno.KvKey, value: unknown) {
        seen.sets.push(key.at(-1)!);
        real.set(key, value);
        return gated;
      },
      delete(key: Deno.KvKey) {
        real.delete(key);
        return gated;
      },
      async commit() {
        await gate(seen);
        return await real.commit();
      },
    };
    return gated;
  };
  return { atomic } as unknown as CommitKv;
}

interface World {
  kv: Deno.Kv;
  committer: GroupCommitter;
  /** Every atomic that was tried, in order. */
  atomics: Atomic[];
  /** The pauses that were made, in ms. */
  delays: number[];
}

/** Runs a test with a KV of its own. */
function test(
  title: string,
  body: (world: World) => Promise<void>,
  gate: (atomic: Atomic, count: number) => void | Promise<void> = () => {},
): void {
  Deno.test(`GroupCommitter ${title}`, async () => {
    const kv = await Deno.openKv(":memory:");
    const atomics: Atomic[] = [];
    const delays: number[] = [];
    const committer = new GroupCommitter({
      kv: gatedKv(kv, (atomic) => gate(atomic, atomics.push(atomic))),
      random: seededRandom(1),
      delay: (ms) => {
        delays.push(ms);
        return Promise.resolve();
      },
    });
    try {
      await body({ kv, committer, atomics, delays });
    } finally {
      kv.close();
    }
  });
}

/** Sets a key that was not there, with `more` further checks on keys of its own. */
function creation(name: string, more = 0): Change {
  const others = Array.from({ length: more }, (_, i) => ["other", name, i]);
  return {
    checks: [["k", name], ...others].map((key) => ({ key, versionstamp: null })),
    sets: [[["k", name], name]],
  };
}

const names = (count: number, prefix = "n") => Array.from({ length: count }, (_, i) => prefix + i);

test("makes one commit of what is asked for together, up to 10 checks", async (world) => {
  const { committer, atomics, kv } = world;
  const results = await Promise.all(names(25).map((name) => committer.commit(creation(name))));
  assertEquals(atomics.map(({ checks }) => checks), [10, 10, 5]);
  assertEquals(new Set(results).size, 3, "those of one group share a versionstamp");
  assertEquals((await kv.get(["k", "n24"])).versionstamp, results[24]!);
});

test("counts checks and not changes, and fills up with later ones that fit", async (world) => {
  const { committer, atomics } = world;
  const changes = [
    creation("a", 3),
    creation("b", 3),
    creation("c", 3),
    creation("d"),
    {
      checks: [],
      sets: [[["k", "e"], 1]],
    } satisfies Change,
  ];
  await Promise.all(changes.map((change) => committer.commit(change)));
  assertEquals(atomics, [{ checks: 9, sets: ["a", "b", "d", "e"] }, { checks: 4, sets: ["c"] }]);
});

test("takes a change of 10 checks whole and alone", async ({ committer, atomics }) => {
  const changes = [creation("a"), creation("big", 9), creation("b")];
  await Promise.all(changes.map((change) => committer.commit(change)));
  assertEquals(atomics.map(({ checks }) => checks), [2, 10]);
});

test("never puts more keys into one atomic than KV takes", async ({ committer, kv, atomics }) => {
  // As when several broadcasts of hundreds end at once on one instance.
  const sweeps = names(4).map((name): Change => ({
    checks: [{ key: ["sweep", name], versionstamp: null }],
    deletes: Array.from({ length: 400 }, (_, i) => ["doomed", name, i]),
  }));
  const changes = [creation("a"), ...sweeps, creation("b")];
  const results = await Promise.all(changes.map((change) => committer.commit(change)));
  assertEquals(results.filter((version) => version === null), []);
  assertEquals(atomics.map(({ checks }) => checks), [4, 2]);
  assert((await kv.get(["k", "b"])).versionstamp);
});

test("never puts changes of the same key into one atomic, and keeps their order", async (world) => {
  const { committer, atomics, kv } = world;
  const order: string[] = [];
  const commit = async (name: string, change: Change) => {
    assert(await committer.commit(change) !== null, name);
    order.push(name);
  };
  await Promise.all([
    commit("first", { checks: [], sets: [[["x"], 1]] }),
    commit("second", { checks: [], sets: [[["x"], 2]], deletes: [["y"]] }),
    // Shares a key with the second only, and must not overtake it all the same.
    commit("third", { checks: [], sets: [[["y"], 3]] }),
    commit("apart", { checks: [], sets: [[["z"], 4]] }),
    commit("checks", { checks: [{ key: ["w"], versionstamp: null }], sets: [[["v"], 5]] }),
    commit("what was checked", { checks: [], sets: [[["w"], 6]] }),
  ]);
  assertEquals(atomics.map(({ sets }) => sets), [["x", "z", "v"], ["x", "w"], ["y"]]);
  assertEquals(order.indexOf("second") < order.indexOf("third"), true);
  assertEquals((await kv.get(["x"])).value, 2);
  assertEquals((await kv.get(["y"])).value, 3);
});

test("tells keys apart by their parts, not by their text alone", async ({ committer, atomics }) => {
  await Promise.all([
    committer.commit({ checks: [], sets: [[["a", "b"], 1]] }),
    committer.commit({ checks: [], sets: [[["ab"], 1]] }),
    committer.commit({ checks: [], sets: [[["a", "b", 0], 1]] }),
  ]);
  assertEquals(atomics.length, 1);
});

test("lets a failing check fail its own change only", async ({ committer, atomics, kv }) => {
  await kv.set(["k", "n1"], "was here first");
  const results = await Promise.all(names(3).map((name) => committer.commit(creation(name))));
  assertEquals(results.map((version) => version !== null), [true, false, true]);
  assertEquals(atomics.map(({ checks }) => checks), [3, 1, 1, 1]);
  assertEquals((await kv.get(["k", "n1"])).value, "was here first");
  assertEquals((await kv.get(["k", "n2"])).value, "n2");
});

test("tries again while the file is locked, after growing pauses", async (world) => {
  const results = await Promise.all(
    names(3).map((name) => world.committer.commit(creation(name))),
  );
  assertEquals(results.filter((version) => version === null), []);
  assertEquals(world.atomics.length, 151);
  assertEquals(world.delays.length, 150);
  for (const [attempt, ms] of world.delays.entries()) {
    assertLessOrEqual(ms, Math.min(1 + attempt, 100));
  }
  assert(Math.max(...world.delays) > 50, "the pauses do not grow");
}, (_, count) => {
  if (count <= 150) throw new TypeError("database is locked");
});

test("gives up when the file stays locked", async ({ committer, atomics }) => {
  const error = await assertRejects(
    () => committer.commit(creation("a")),
    StoreUnavailableError,
  );
  assert(error.cause instanceof Error);
  assertLessOrEqual(atomics.length, 1000);
  assert(atomics.length > 50, "it gave up early");
}, () => {
  throw new Error("database is locked");
});

test("rejects everybody in a group that KV refuses, and nobody else", async (world) => {
  const { committer } = world;
  const results = await Promise.allSettled(
    names(20).map((name) => committer.commit(creation(name))),
  );
  const rejected = results.filter(({ status }) => status === "rejected");
  assertEquals(rejected.length, 10);
  assertEquals(new Set(rejected.map((r) => (r as PromiseRejectedResult).reason.message)).size, 1);
  assertEquals(results.slice(0, 10).every(({ status }) => status === "rejected"), true);
  assert(await committer.commit(creation("later")) !== null, "goes on afterwards");
}, (_, count) => {
  if (count === 1) throw new TypeError("the value is too large");
});

/** Closed until a test opens it. */
let gate = Promise.withResolvers<void>();

test("has several groups under way, but a bounded number", async ({ committer, atomics, kv }) => {
  gate = Promise.withResolvers();
  const commits = names(200).map((name) => committer.commit(creation(name)));
  // Nothing can be waited for that must not happen: but all that is to start, starts in this turn.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(atomics.length, 8);
  gate.resolve();
  const results = await Promise.all(commits);
  assertEquals(results.filter((version) => version === null), []);
  assertEquals(atomics.length, 20);
  let count = 0;
  for await (const _ of kv.list({ prefix: ["k"] })) count++;
  assertEquals(count, 200);
}, () => gate.promise);

test("gathers what comes while a commit is under way into the next one", async (world) => {
  const { committer, atomics } = world;
  gate = Promise.withResolvers();
  const first = committer.commit(creation("first"));
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  await turn();
  const later = [];
  for (const name of names(9)) {
    later.push(committer.commit(creation(name)));
    await turn();
  }
  assertEquals(atomics.map(({ checks }) => checks), [1]);
  gate.resolve();
  await Promise.all([first, ...later]);
  assertEquals(atomics.map(({ checks }) => checks), [1, 9]);
}, () => gate.promise);
