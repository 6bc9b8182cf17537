/** What the picture of the tree decides without a browser: folding, figures, layout, motion, labels. */
import { assert, assertEquals } from "@std/assert";
import { isWithin, takeCensus } from "../../islands/tree/census.ts";
import { countViewers } from "../../islands/tree/count_viewers.ts";
import {
  believe,
  formatBehind,
  formatLoss,
  gradeOf,
  NOTHING_KNOWN,
  summaryOf,
} from "../../islands/tree/figures.ts";
import { fold, type ShownNode } from "../../islands/tree/fold.ts";
import { chooseLabels, shorten } from "../../islands/tree/labels.ts";
import { layOut, nearestSpot } from "../../islands/tree/layout.ts";
import { GLIDE_MS, Motion, type Target } from "../../islands/tree/motion.ts";
import { pageOf, sortRows } from "../../islands/tree/rows.ts";
import { spokenOf } from "../../islands/tree/words.ts";
import type { TreeStats } from "../../lib/client/mod.ts";
import type { TreeNode } from "../../lib/protocol/mod.ts";

const node = (id: string, ...children: TreeNode[]): TreeNode => ({ id, name: id, children });

/** So many viewers, placed breadth first. */
function grow(viewers: number, fanOut = 3): TreeNode {
  const root = node("root");
  const all = [root];
  for (let i = 0; i < viewers; i++) {
    const child = node(`p${i}`);
    all[Math.floor(i / fanOut)]!.children.push(child);
    all.push(child);
  }
  return root;
}

function chain(viewers: number): TreeNode {
  let top = node(`p${viewers}`);
  for (let i = viewers - 1; i >= 0; i--) top = node(`p${i}`, top);
  return top;
}

const foldAll = (tree: TreeNode, limit?: number) =>
  fold(takeCensus(tree).values().next().value!, limit);

function marksOf(root: ShownNode): ShownNode[] {
  const all = [root];
  for (const { children } of all) all.push(...children);
  return all;
}

const BOX = { width: 800, height: 400, zoom: 1 };

Deno.test("takeCensus() knows depth, parents and how many are below, also of a long chain", () => {
  const census = takeCensus(node("r", node("a", node("c"), node("d")), node("b")));
  assertEquals(
    [...census.values()].map(({ node, depth, below, deepest }) => [node.id, depth, below, deepest]),
    [["r", 0, 4, 2], ["a", 1, 2, 2], ["b", 1, 0, 1], ["c", 2, 0, 2], ["d", 2, 0, 2]],
  );
  assert(isWithin(census.get("c")!, "a") && isWithin(census.get("c")!, "c"));
  assert(!isWithin(census.get("b")!, "a"));
  assertEquals(takeCensus(null).size, 0);
  assertEquals(takeCensus(chain(5_000)).get("p0")!.below, 5_000);
  assertEquals(takeCensus(node("r", node("a", node("r")))).size, 2, "an id that is there twice");
});

Deno.test("countViewers() counts everybody below the broadcaster", () => {
  assertEquals([null, node("r"), grow(4), chain(5_000)].map(countViewers), [0, 0, 4, 5_000]);
});

Deno.test("fold() leaves 200 viewers as they are", () => {
  const marks = marksOf(foldAll(grow(200)));
  assertEquals(marks.length, 201);
  assert(marks.every(({ peer }) => peer !== null));
});

Deno.test("fold() keeps whole levels of more, and counts those below them", () => {
  for (const viewers of [202, 1_000, 5_000, 20_000]) {
    const root = foldAll(grow(viewers));
    const marks = marksOf(root);
    assert(marks.length <= 202, `${marks.length} marks of ${viewers}`);
    const counts = marks.filter(({ peer }) => peer === null);
    const peers = marks.length - counts.length - 1;
    assertEquals(peers + counts.reduce((sum, { below }) => sum + below, 0), viewers);
    assertEquals(root.below, viewers);
    assertEquals(new Set(counts.map(({ depth }) => depth)).size, 1, "of one level");
  }
  const count = marksOf(foldAll(grow(1_000))).find(({ peer }) => peer === null)!;
  assertEquals([count.id.startsWith("+"), count.depth, count.deepest], [true, 5, 6]);
});

Deno.test("fold() cuts a chain, and a broadcaster with more children than can be drawn", () => {
  const long = marksOf(foldAll(chain(1_000)));
  assertEquals([long.length, long.at(-1)!.below], [202, 800]);
  const wide = marksOf(
    foldAll(node("r", ...Array.from({ length: 5_000 }, (_, i) => node(`${i}`)))),
  );
  assert(wide.length <= 202);
  assertEquals(wide.find(({ peer }) => peer === null)!.below, 5_000 - (wide.length - 2));
  assertEquals(marksOf(foldAll(node("r"))).length, 1);
});

Deno.test("fold() of a branch begins at its peer, at its depth", () => {
  const census = takeCensus(grow(1_000));
  const branch = fold(census.get("p0")!);
  assertEquals([branch.id, branch.depth, branch.below], ["p0", 1, census.get("p0")!.below]);
});

const known = { latencyMs: 300, roundTripMs: 20, loss: 0 };
const statsOf = (...peers: Partial<TreeStats["peers"][0]>[]): TreeStats => ({
  own: null,
  peers: peers.map((peer) => ({ id: "", via: "", distance: 1, ageMs: 0, ...known, ...peer })),
  levels: [],
});

Deno.test("[LINKS-5] believe() takes figures only of peers below the child that told them", () => {
  const census = takeCensus(node("r", node("a", node("c")), node("b", node("d"))));
  const stats = statsOf(
    { id: "a", via: "a" },
    { id: "c", via: "a" },
    { id: "d", via: "a" },
    { id: "b", via: "a" },
    { id: "r", via: "a" },
    { id: "nobody", via: "a" },
  );
  assertEquals([...believe(census, stats, "r").peers.keys()], ["a", "c"]);
});

Deno.test("believe() knows one's own link, pales what is old, and averages levels", () => {
  const census = takeCensus(node("r", node("me", node("a", node("b")), node("c"))));
  const stats = statsOf(
    { id: "a", via: "a", latencyMs: 100 },
    { id: "c", via: "c", latencyMs: 200, ageMs: 6_000 },
  );
  stats.own = known;
  stats.levels = [{ via: "a", distance: 2, ageMs: 0, peers: 30, ...known, latencyMs: 500 }];
  const { peers, levels } = believe(census, stats, "me");
  assertEquals(
    [...peers].map(([id, { latencyMs, isFading }]) => [id, latencyMs, isFading]),
    [["me", 300, false], ["a", 100, false], ["c", 200, true]],
  );
  assertEquals([...levels].map(([depth, { latencyMs }]) => [depth, latencyMs]), [[2, 150], [
    3,
    500,
  ]]);
});

Deno.test("gradeOf() goes by loss and by the round trip, and says when it does not know", () => {
  assertEquals(gradeOf(undefined), "unknown");
  assertEquals(gradeOf({ latencyMs: 100, roundTripMs: null, loss: null }), "unknown");
  assertEquals(gradeOf({ latencyMs: null, roundTripMs: 20, loss: null }), "well");
  assertEquals(gradeOf({ ...known, loss: 0.03 }), "strained");
  assertEquals(gradeOf({ ...known, roundTripMs: 300 }), "strained");
  assertEquals(gradeOf({ ...known, loss: 0.1 }), "poor");
  assertEquals(gradeOf({ ...known, roundTripMs: 700 }), "poor");
});

Deno.test("figures are written as people read them", () => {
  assertEquals([0, 312, 1_960].map(formatBehind), ["0.0 s", "0.3 s", "2.0 s"]);
  assertEquals([null, undefined].map(formatBehind), ["–", "–"]);
  assertEquals([0, 0.004, 0.031, 0.25, 1].map(formatLoss), [
    "0 %",
    "0.4 %",
    "3.1 %",
    "25 %",
    "100 %",
  ]);
});

Deno.test("summaryOf() says in words what the picture shows", () => {
  const say = (tree: TreeNode | null, stats?: TreeStats) => {
    const census = takeCensus(tree);
    return summaryOf(census, stats ? believe(census, stats, tree!.id) : NOTHING_KNOWN);
  };
  assertEquals(say(null), "Nobody is watching yet.");
  assertEquals(say(node("r")), "Nobody is watching yet.");
  assertEquals(say(grow(1)), "1 viewer, 1 level.");
  assertEquals(say(grow(1), statsOf({ id: "p0", via: "p0" })), "1 viewer, 1 level, 0.3 s behind.");
  const stats = statsOf({ id: "p0", via: "p0" }, { id: "p3", via: "p0", latencyMs: 451 });
  assertEquals(say(grow(12), stats), "12 viewers, 2 levels, the longest way is 0.5 s behind.");
});

Deno.test("spokenOf() says of a mark what is seen of it", () => {
  const tree = node("r", node("a", node("b")));
  const census = takeCensus(tree);
  const figures = believe(census, statsOf({ id: "a", via: "a", loss: 0.1 }), "r");
  const [root, a] = marksOf(foldAll(tree)) as [ShownNode, ShownNode];
  const about = { census, figures, self: "r" };
  assertEquals(spokenOf(root, about), "You. The source, carries 1.");
  assertEquals(
    spokenOf(a, about),
    "a. Depth 1, carried by you, 0.3 s behind, loses 10 %, its link is poor, carries 1.",
  );
  const count = marksOf(foldAll(grow(1_000))).find(({ peer }) => peer === null)!;
  assertEquals(
    spokenOf(count, about),
    `And ${count.below} more at depth 5 to 6. Press Enter to open the branch.`,
  );
});

Deno.test("layOut() puts levels side by side, nobody on another, and links as wide as what they carry", () => {
  for (const viewers of [1, 12, 60, 200]) {
    const { spots, width, height, gap } = layOut(foldAll(grow(viewers)), BOX);
    assertEquals(spots.length, viewers + 1);
    for (const { x, y, parent, fromX, node } of spots) {
      assert(x > 0 && x < width && y > 0 && y < height);
      assert(!parent || Math.abs(x - parent.x - gap) < 0.2, "one level on");
      assertEquals(fromX, parent?.x ?? x, node.id);
    }
    const levels = Map.groupBy(spots, ({ x }) => x);
    for (const level of levels.values()) {
      const ys = level.map(({ y }) => y).sort((a, b) => a - b);
      ys.forEach((y, i) => assert(i === 0 || y - ys[i - 1]! > 2, "apart"));
    }
    for (const spot of spots) {
      const children = spots.filter(({ parent }) => parent === spot);
      if (children.length < 2) continue;
      const sum = children.reduce((sum, { width }) => sum + width, 0);
      assert(sum >= spot.width - 0.5, "a stream divides, and nothing comes to it");
    }
  }
});

Deno.test("layOut() fits 200 viewers into the panel, and is larger when it is to be", () => {
  const fitted = layOut(foldAll(grow(200)), { width: 340, height: 360, zoom: 1 });
  assert(fitted.height <= 1.15 * 360 && fitted.width <= 420, `${fitted.width} x ${fitted.height}`);
  const larger = layOut(foldAll(grow(200)), { width: 340, height: 360, zoom: 4 });
  assert(larger.row >= 3.9 * fitted.row && larger.height > 3 * 360);
});

Deno.test("nearestSpot() finds what is under a thumb, and nothing far from everybody", () => {
  const { spots } = layOut(foldAll(grow(3)), BOX);
  const first = spots[1]!;
  assertEquals(nearestSpot(spots, first.x + 20, first.y + 10), first);
  assertEquals(nearestSpot(spots, first.x + 60, first.y), null);
});

const targetOf = (id: string, parent: string | null, x: number): Target => ({
  id,
  parent,
  x,
  y: 0,
  fromX: 0,
  fromY: 0,
  width: 1,
  height: 1,
});
const GLIDING = { isHidden: () => false, glides: true };

Deno.test("Motion lets whoever finds another parent glide there, and newcomers out of theirs", () => {
  const motion = new Motion();
  motion.aim([targetOf("r", null, 0), targetOf("a", "r", 100)], GLIDING, 0);
  assertEquals(motion.isMoving(0), false, "the first picture stands");
  motion.aim(
    [targetOf("r", null, 0), targetOf("a", "r", 200), targetOf("n", "a", 300)],
    GLIDING,
    0,
  );
  assertEquals([motion.poses(0).get("a")!.x, motion.poses(0).get("n")!.x], [100, 100]);
  const half = motion.poses(GLIDE_MS / 2);
  assertEquals([half.get("a")!.x, half.get("n")!.x, half.get("n")!.opacity], [150, 200, 0.5]);
  // Somewhere else meanwhile: from where it is.
  motion.aim([targetOf("r", null, 0), targetOf("a", "r", 0)], GLIDING, GLIDE_MS / 2);
  assertEquals(motion.poses(GLIDE_MS / 2).get("a")!.x, 150);
  assertEquals(motion.poses(2 * GLIDE_MS).get("a")!.x, 0);
});

Deno.test("Motion keeps those who lost their parent for a moment, and takes up from there", () => {
  const motion = new Motion();
  const root = targetOf("r", null, 0);
  motion.aim([root, targetOf("a", "r", 100), targetOf("b", "a", 200)], GLIDING, 0);
  motion.aim([root], GLIDING, 0);
  assertEquals(motion.leaving, ["a", "b"]);
  assertEquals([...motion.poses(600).keys()], ["r", "b"]);
  const { x, opacity } = motion.poses(600).get("b")!;
  assert(x === 200 && opacity > 0.4 && opacity < 0.7, "paler, where it was");
  motion.aim([root, targetOf("b", "r", 100)], GLIDING, 600);
  assertEquals([motion.poses(600).get("b")!.x, motion.leaving], [200, []]);
  assertEquals(motion.poses(600 + GLIDE_MS).get("b")!, {
    ...motion.poses(5_000).get("b")!,
    x: 100,
  });
});

Deno.test("Motion lets go at once of what is folded away, and of everybody where nothing is to move", () => {
  const root = targetOf("r", null, 0);
  const all = [root, targetOf("a", "r", 100), targetOf("b", "a", 200)];
  const folding = new Motion();
  folding.aim(all, GLIDING, 0);
  folding.aim([root], { isHidden: () => true, glides: true }, 0);
  assertEquals([...folding.poses(300).keys()], ["r"]);
  const still = new Motion(() => 0);
  still.aim(all, GLIDING, 0);
  still.aim([root, targetOf("b", "r", 50)], GLIDING, 0);
  assertEquals([...still.poses(0)].map(([id, { x }]) => [id, x]), [["r", 0], ["b", 50]]);
  assertEquals(still.isMoving(0), false);
  const resized = new Motion();
  resized.aim(all, GLIDING, 0);
  resized.aim(
    [root, targetOf("a", "r", 50), targetOf("b", "a", 90)],
    { ...GLIDING, glides: false },
    0,
  );
  assertEquals([...resized.poses(0)].map(([id, { x }]) => [id, x]), [["r", 0], ["a", 50], [
    "b",
    90,
  ]]);
});

Deno.test("chooseLabels() names everybody where there is room, and nobody on another", () => {
  const textsOf = ({ node }: { node: ShownNode }) => ({
    text: node.peer?.name ?? "",
    note: "0.3 s",
  });
  const small = layOut(foldAll(grow(12)), BOX);
  assertEquals(chooseLabels(small, textsOf).size, 13);
  const large = layOut(foldAll(grow(200)), { width: 340, height: 360, zoom: 1 });
  const labels = chooseLabels(large, textsOf);
  assert(labels.size > 10 && labels.size < 60, `${labels.size} of 201`);
  const written = large.spots.filter(({ node }) => labels.get(node.id)?.place === "beside");
  for (const one of written) {
    for (const other of written) {
      assert(one === other || one.x !== other.x || Math.abs(one.y - other.y) >= 14);
    }
  }
});

Deno.test("shorten() cuts names at whole letters", () => {
  assertEquals(shorten("Grace Hopper", 12), "Grace Hopper");
  assertEquals(shorten("Grace Hopper", 7), "Grace…");
  assertEquals(shorten("李小龙李小龙", 6), "李小…");
  assertEquals(shorten("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 4), "👩‍👩‍👧…");
});

Deno.test("sortRows() sorts by depth or name, both ways, and leaves the broadcaster out", () => {
  const census = takeCensus(node("r", node("b", node("p10"), node("p9")), node("A")));
  const ids = (...sorting: Parameters<typeof sortRows> extends [unknown, ...infer R] ? R : never) =>
    sortRows(census, ...sorting).map(({ node }) => node.id);
  assertEquals(ids("depth", false), ["b", "A", "p10", "p9"]);
  assertEquals(ids("depth", true), ["p10", "p9", "b", "A"]);
  assertEquals(ids("name", false), ["A", "b", "p9", "p10"]);
  assertEquals(ids("name", true), ["p10", "p9", "b", "A"]);
});

Deno.test("pageOf() gives fifty rows, and the last page where there are not so many", () => {
  const rows = Array.from({ length: 101 }, (_, i) => i);
  assertEquals(pageOf(rows, 1).rows.length, 50);
  assertEquals(pageOf(rows, 9), { rows: [100], page: 2, pages: 3 });
  assertEquals(pageOf([], 0), { rows: [], page: 0, pages: 1 });
});
