import { assert, assertEquals } from "@std/assert";
import { treeState, type TreeStateNode } from "../../lib/tree/tree_state.ts";
import { peerOf } from "../support/tree_peers.ts";

const node = (id: string, ...children: TreeStateNode[]): TreeStateNode => ({
  id,
  name: `Peer ${id}`,
  children,
});

Deno.test("[TREE-2] treeState() nests id, name and children from the broadcaster down", () => {
  const peers = [
    peerOf("c", { parent: "a" }),
    peerOf("a", { parent: "root", state: "linking" }),
    peerOf("root"),
  ];
  assertEquals(treeState(peers, "root"), node("root", node("a", node("c"))));
});

Deno.test("[TREE-6] treeState() tells how a peer relays, if that is known", () => {
  const peers = [peerOf("root"), peerOf("a", { parent: "root", relay: "re-encode" })];
  const [child] = treeState(peers, "root")!.children;
  assertEquals(child, { id: "a", name: "Peer a", relay: "re-encode", children: [] });
});

Deno.test("treeState() orders children by their place, in whatever order they were read", () => {
  const children = [2, 0, 10, 1].map((place) => peerOf(`p${place}`, { parent: "root", place }));
  const expected = node("root", node("p0"), node("p1"), node("p2"), node("p10"));
  assertEquals(treeState([peerOf("root"), ...children], "root"), expected);
  assertEquals(treeState([...children.reverse(), peerOf("root")], "root"), expected);
});

Deno.test("[TREE-2] treeState() leaves out orphans, and those below them", () => {
  const peers = [
    peerOf("root"),
    peerOf("a", { parent: "root" }),
    peerOf("o", { state: "orphan" }),
    peerOf("under o", { parent: "o" }),
    peerOf("further below", { parent: "under o" }),
    peerOf("lost", { parent: "gone" }),
  ];
  assertEquals(treeState(peers, "root"), node("root", node("a")));
});

Deno.test("treeState() returns null without the root", () => {
  assertEquals(treeState([], "root"), null);
  assertEquals(treeState([peerOf("a", { parent: "root" })], "root"), null);
});

Deno.test("treeState() treats ids of object properties as ids", () => {
  const peers = [
    peerOf("__proto__"),
    peerOf("constructor", { parent: "__proto__" }),
    peerOf("toString", { parent: "constructor" }),
  ];
  const expected = node("__proto__", node("constructor", node("toString")));
  assertEquals(treeState(peers, "__proto__"), expected);
});

Deno.test("treeState() survives a chain of 5,000", () => {
  const length = 5_000;
  const peers = Array.from(
    { length },
    (_, i) => peerOf(`p${i}`, i === 0 ? {} : { parent: `p${i - 1}` }),
  );
  let at: TreeStateNode | undefined = treeState(peers.reverse(), "p0")!;
  let depth = 0;
  for (; at; at = at.children[0]) {
    assert(at.children.length <= 1);
    assertEquals(at.id, `p${depth++}`);
  }
  assertEquals(depth, length);
});
