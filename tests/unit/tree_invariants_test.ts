/** Every violation is found by a tree that is broken in just that way, and in no other. */
import { assertEquals } from "@std/assert";
import { type TreeSnapshot, violations } from "../../lib/tree/invariants.ts";
import type { Peer } from "../../lib/tree/types.ts";
import { peerOf, slotOf } from "../support/tree_peers.ts";

/** root carries a and b; a carries c, who has no picture yet; o is an orphan that carries p. */
function sound(): TreeSnapshot {
  return {
    root: "root",
    peers: [
      peerOf("root"),
      peerOf("a", { parent: "root", place: 0 }),
      peerOf("b", { parent: "root", place: 1, fanout: 1 }),
      peerOf("c", { parent: "a", place: 1, state: "linking" }),
      peerOf("o", { state: "orphan", fanout: 1 }),
      peerOf("p", { parent: "o", fanout: 1 }),
    ],
    slots: [slotOf("a", 0, { depth: 2 }), slotOf("b", 0, { depth: 2 }), slotOf("p", 0)],
    childLinks: [
      { parent: "root", child: "a" },
      { parent: "root", child: "b" },
      { parent: "a", child: "c" },
      { parent: "o", child: "p" },
    ],
  };
}

Deno.test("violations() finds nothing wrong with a sound tree", () => {
  assertEquals(violations(sound()), []);
  assertEquals(
    violations({ root: "r", peers: [peerOf("r", { fanout: 0 })], slots: [], childLinks: [] }),
    [],
  );
});

/** What is done to the sound tree, and all that must be said of it. */
const BROKEN: Record<string, [(tree: TreeSnapshot) => void, string[]]> = {
  "a root that is absent": [
    (tree) => tree.root = "nobody",
    [
      "the root nobody is absent or has a parent",
      "root has no parent and is live",
    ],
  ],
  "a root with a parent": [
    (tree) => tree.root = "a",
    [
      "the root a is absent or has a parent",
      "root has no parent and is live",
    ],
  ],
  "a peer without a parent that is no orphan": [
    (tree) => change(tree, "o", { state: "linking" }),
    ["o has no parent and is linking"],
  ],
  "an orphan with a parent": [
    (tree) => change(tree, "c", { state: "orphan" }),
    ["orphan c has a parent"],
  ],
  "a peer under an absent one": [
    (tree) => {
      change(tree, "c", { parent: "gone" });
      tree.childLinks[2] = { parent: "gone", child: "c" };
      tree.slots.push(slotOf("a", 1));
    },
    ["c hangs under gone, which is absent"],
  ],
  "a place beyond the fan-out": [
    (tree) => {
      change(tree, "c", { place: 2 });
      tree.slots.push(slotOf("a", 1));
    },
    ["c takes place 2 of 2 under a"],
  ],
  "a place below zero": [
    (tree) => {
      change(tree, "c", { place: -1 });
      tree.slots.push(slotOf("a", 1));
    },
    ["c takes place -1 of 2 under a"],
  ],
  "a child without a place": [
    (tree) => {
      change(tree, "c", { place: null });
      tree.slots.push(slotOf("a", 1));
    },
    ["c takes place null of 2 under a"],
  ],
  "two peers in one place": [
    (tree) => {
      tree.peers.push(peerOf("d", { parent: "a", place: 1, state: "linking" }));
      tree.childLinks.push({ parent: "a", child: "d" });
    },
    ["place a/1 is both taken by c and taken by d"],
  ],
  "a place that is open and taken": [
    (tree) => tree.slots.push(slotOf("a", 1, { depth: 2 })),
    ["place a/1 is both taken by c and open"],
  ],
  "a slot that is there twice, at two depths": [
    (tree) => tree.slots.push(slotOf("a", 0, { depth: 3 })),
    ["place a/0 is both open and open"],
  ],
  "a circle": [
    (tree) => {
      change(tree, "o", { state: "live", parent: "p", place: 0 });
      tree.childLinks.push({ parent: "p", child: "o" });
      tree.slots.splice(2, 1);
    },
    ["o is part of a cycle", "p is part of a cycle"],
  ],
  "a slot under an absent peer": [
    (tree) => tree.slots.push(slotOf("gone", 0)),
    ["slot gone/0 is open under an absent peer"],
  ],
  "a slot beyond the fan-out": [
    (tree) => tree.slots.push(slotOf("b", 1)),
    ["slot b/1 is beyond the fan-out"],
  ],
  "a slot under a peer without a picture": [
    (tree) => tree.slots.push(slotOf("c", 0)),
    ["slot c/0 is open under a peer without a picture"],
  ],
  "a slot under an orphan": [
    (tree) => {
      change(tree, "o", { fanout: 2 });
      tree.slots.push(slotOf("o", 1));
    },
    ["slot o/1 is open under a peer without a picture"],
  ],
  "a place that is neither open nor taken": [
    (tree) => tree.slots.splice(1, 1),
    ["place b/0 of a live peer is lost"],
  ],
  "a child that its parent does not know": [
    (tree) => tree.childLinks.splice(2, 1),
    ["c is missing from the children of a"],
  ],
  "a child link that leads nowhere": [
    (tree) => tree.childLinks.push({ parent: "b", child: "gone" }),
    ["the child link b/gone leads nowhere"],
  ],
};

for (const [title, [damage, expected]] of Object.entries(BROKEN)) {
  Deno.test(`violations() finds ${title}`, () => {
    const tree = sound();
    damage(tree);
    assertEquals(violations(tree), expected);
  });
}

Deno.test("violations() asks nothing of the places of peers without a picture", () => {
  const tree = sound();
  change(tree, "b", { state: "linking" });
  tree.slots.splice(1, 1);
  assertEquals(violations(tree), []);
});

Deno.test("violations() takes a chain of 1,000 for no circle", () => {
  const peers = [peerOf("p0", { fanout: 1 })];
  const childLinks: TreeSnapshot["childLinks"] = [];
  for (let i = 1; i < 1000; i++) {
    peers.push(peerOf(`p${i}`, { parent: `p${i - 1}`, fanout: 1 }));
    childLinks.push({ parent: `p${i - 1}`, child: `p${i}` });
  }
  assertEquals(violations({ root: "p0", peers, slots: [slotOf("p999", 0)], childLinks }), []);
});

function change(tree: TreeSnapshot, id: string, fields: Partial<Peer>): void {
  tree.peers = tree.peers.map((peer) => peer.id === id ? { ...peer, ...fields } : peer);
}
