/** Which instances are dead, and which of their peers are due: decisions without I/O. */
import { assertEquals } from "@std/assert";
import { claimable, NOTHING_SEEN, planReaping, sight } from "../../lib/instances/reaping.ts";
import type { InstanceRecord } from "../../lib/store/instance_record.ts";
import { peerOf } from "../support/tree_peers.ts";

const TTL_MS = 15_000;
const GRACE = { viewerMs: 15_000, broadcasterMs: 60_000 };

function recordOf(id: string, fields: Partial<InstanceRecord> = {}): InstanceRecord {
  return {
    id,
    region: "eu",
    startedAt: 0,
    expiresAt: 100_000,
    state: "up",
    lostAt: null,
    reaper: null,
    ...fields,
  };
}

/** Asks who is claimable at `now` when the same records were seen since `since`. */
function claimableIds(
  records: InstanceRecord[],
  { now, since = 0, steadySince = 0 }: { now: number; since?: number; steadySince?: number },
): string[] {
  let sightings = sight(NOTHING_SEEN, records, { now: since, maxGapMs: Infinity });
  sightings = sight(sightings, records, { now, maxGapMs: Infinity });
  const situation = { self: "me", sightings, steadySince, ttlMs: TTL_MS, now };
  return claimable(records, situation).map(({ id }) => id);
}

Deno.test("claimable() takes a lease that has run out and stands still, never its own", () => {
  const records = [recordOf("me"), recordOf("a"), recordOf("b", { expiresAt: 200_000 })];
  assertEquals(claimableIds(records, { now: 99_999 }), []);
  assertEquals(claimableIds(records, { now: 100_000 }), ["a"]);
});

Deno.test("claimable() takes what stopped in good order at once, what was lost first first", () => {
  const records = [
    recordOf("later", { state: "gone", lostAt: 20 }),
    recordOf("sooner", { state: "gone", lostAt: 10 }),
  ];
  assertEquals(claimableIds(records, { now: 21, since: 21, steadySince: 21 }), [
    "sooner",
    "later",
  ]);
});

Deno.test("claimable() waits until it has seen a lease stand still for its whole time", () => {
  // Our clock may be wrong, or theirs.
  const records = [recordOf("a")];
  assertEquals(claimableIds(records, { now: 500_000, since: 485_001 }), []);
  assertEquals(claimableIds(records, { now: 500_000, since: 485_000 }), ["a"]);
});

Deno.test("claimable() waits until its own lease has been steady for as long", () => {
  const records = [recordOf("a")];
  assertEquals(claimableIds(records, { now: 500_000, steadySince: 485_001 }), []);
  assertEquals(claimableIds(records, { now: 500_000, steadySince: 485_000 }), ["a"]);
});

Deno.test("claimable() leaves what another has claimed, until that claim is over", () => {
  const gone = { state: "gone", lostAt: 1 } as const;
  const records = [
    recordOf("theirs", { ...gone, reaper: { by: "other", until: 50 } }),
    recordOf("mine", { ...gone, reaper: { by: "me", until: 50 } }),
  ];
  assertEquals(claimableIds(records, { now: 49 }), ["mine"]);
  assertEquals(claimableIds(records, { now: 50 }), ["theirs", "mine"]);
});

Deno.test("sight() begins anew when a lease was prolonged, or when nobody looked for long", () => {
  const first = sight(NOTHING_SEEN, [recordOf("a")], { now: 10, maxGapMs: 9 });
  assertEquals(first.leases.get("a")?.since, 10);
  const second = sight(first, [recordOf("a")], { now: 19, maxGapMs: 9 });
  assertEquals(second.leases.get("a")?.since, 10);
  const prolonged = sight(second, [recordOf("a", { expiresAt: 7 })], { now: 20, maxGapMs: 9 });
  assertEquals(prolonged.leases.get("a")?.since, 20);
  const slept = sight(second, [recordOf("a")], { now: 29, maxGapMs: 9 });
  assertEquals(slept.leases.get("a")?.since, 29);
  assertEquals(sight(second, [], { now: 20, maxGapMs: 9 }).leases.size, 0);
});

/** Plans for peers of one broadcast lost at 1,000; returns the ids of those due. */
function plan(now: number, ...peers: ReturnType<typeof peerOf>[]) {
  const members = peers.map((peer) => ({ name: "b", peer }));
  const { due, nextAt } = planReaping(members, { lostAt: 1_000, grace: GRACE, now });
  return { due: due.map(({ peer }) => peer.id), nextAt };
}

Deno.test("[LEAVE-4] planReaping() lets whoever did not greet go at once", () => {
  assertEquals(plan(1_000, peerOf("v", { parent: "x" })), { due: ["v"], nextAt: 1_000 });
});

Deno.test("[RESUME-5] planReaping() keeps a viewer for its grace period", () => {
  const viewer = peerOf("v", { parent: "x", resumable: true });
  assertEquals(plan(1_000, viewer), { due: [], nextAt: 16_000 });
  assertEquals(plan(15_999, viewer), { due: [], nextAt: 16_000 });
  assertEquals(plan(16_000, viewer), { due: ["v"], nextAt: 16_000 });
});

Deno.test("[RESUME-5] planReaping() keeps a broadcaster for longer, and looks when the next is due", () => {
  const root = peerOf("r", { resumable: true });
  const viewer = peerOf("v", { parent: "r", resumable: true });
  assertEquals(plan(1_000, root, viewer), { due: [], nextAt: 16_000 });
  assertEquals(plan(60_999, root), { due: [], nextAt: 61_000 });
  assertEquals(plan(61_000, root), { due: ["r"], nextAt: 61_000 });
});

Deno.test("planReaping() gives an orphan a viewer's time: it is no root", () => {
  const orphan = peerOf("o", { state: "orphan", depth: 3, resumable: true });
  assertEquals(plan(16_000, orphan).due, ["o"]);
});

Deno.test("planReaping() gives one session one grace period, whatever it holds", () => {
  const members = [
    { name: "own", peer: peerOf("p", { resumable: true }) },
    { name: "watched", peer: peerOf("p", { parent: "x", resumable: true }) },
  ];
  const { due, nextAt } = planReaping(members, { lostAt: 1_000, grace: GRACE, now: 30_000 });
  assertEquals({ due, nextAt }, { due: [], nextAt: 61_000 });
});

Deno.test("planReaping() begins with the roots, then goes on from below", () => {
  const order = plan(
    1_000,
    peerOf("upper", { parent: "x", depth: 1 }),
    peerOf("lower", { parent: "upper", depth: 2 }),
    peerOf("orphan", { state: "orphan", depth: 3 }),
    peerOf("root"),
  );
  assertEquals(order.due, ["root", "orphan", "lower", "upper"]);
});

Deno.test("planReaping() is done when nobody is left", () => {
  assertEquals(plan(1_000), { due: [], nextAt: null });
});
