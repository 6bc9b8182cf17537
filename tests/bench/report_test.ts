/**
 * The parts of the benchmark that compute: a wrong table would be believed.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { TreeNode } from "../../lib/protocol/mod.ts";
import type { LoopFigures } from "../../bench/closed_loop.ts";
import { checkTargets, disturbance, type Figures, toTable } from "../../bench/report.ts";
import { depthOf } from "../../bench/tree_depth.ts";

const node = (...children: TreeNode[]): TreeNode => ({ id: "id", name: "name", children });

Deno.test("depthOf() counts links from the broadcaster, beside the shallowest tree", () => {
  assertEquals(depthOf(node(), 3), { viewerCount: 0, max: 0, mean: 0, idealMax: 0, idealMean: 0 });
  assertEquals(depthOf(node(node(node(node()))), 2), {
    viewerCount: 3,
    max: 3,
    mean: 2,
    idealMax: 2,
    idealMean: 4 / 3,
  });
  const full = node(node(node(), node()), node(node(), node()));
  assertEquals(depthOf(full, 2).max, depthOf(full, 2).idealMax);
});

const loop: LoopFigures = {
  count: 1000,
  atOnce: 32,
  perSecond: 2000,
  p50Ms: 1.234,
  p99Ms: 5,
  serverCpuUs: 90,
  loadCpuUs: 40,
  othersShare: 0.01,
  failures: {},
};

const tree = { viewerCount: 1000, max: 6, mean: 5.5, idealMax: 6, idealMean: 5.4 };

function figuresWith(failures: Record<string, number>): Figures {
  return {
    jobs: 2,
    joins: [{
      ours: { ...loop, failures, isWatched: false, tree, treeStateCount: 0 },
      peerJs: { ...loop, serverCpuUs: 45 },
    }],
    candidates: [{ ours: { ...loop, serverCpuUs: 100.4, othersShare: 0.4 } }],
    idle: {
      ours: { connectionCount: 10, beforeBytes: 0, afterBytes: 450 * 1024, bytesEach: 45 * 1024 },
    },
  };
}

Deno.test("checkTargets() misses a target by a little, and by one failed join", () => {
  const isMet = (figures: Figures) => checkTargets(figures).map((target) => target.isMet);
  assertEquals(isMet(figuresWith({})), [true, false, true]);
  assertEquals(isMet(figuresWith({ no_capacity: 1 })), [false, false, true]);
  assertEquals(isMet({ jobs: 1, joins: [], candidates: [] }), []);
});

Deno.test("toTable() names failures, sets PeerJS beside ours and keeps columns together", () => {
  const table = toTable(figuresWith({ no_capacity: 2 }));
  assertStringIncludes(table, "2 no_capacity");
  assertStringIncludes(table, " 2.00 |");
  assertStringIncludes(table, "45.0 KB each");
  assertEquals(new Set(table.split("\n").map((line) => line.length)).size, 1);
});

Deno.test("disturbance() warns when other programs took much of the machine", () => {
  assertStringIncludes(disturbance(figuresWith({}))!, "40 %");
  assertEquals(disturbance({ ...figuresWith({}), candidates: [] }), undefined);
});
