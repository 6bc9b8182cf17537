/** How the figures of links go up a tree: of peers that say to each other what the real ones would. */
import { assert, assertEquals } from "@std/assert";
import {
  decodeFigures,
  encodeFigures,
  type LinkFigures,
  type Told,
} from "../../lib/client/links/figures.ts";
import { LossRate } from "../../lib/client/links/loss_rate.ts";
import { levelsOf, TreeFigures } from "../../lib/client/links/tree_figures.ts";

const figures = (latencyMs: number): LinkFigures => ({ latencyMs, roundTripMs: 20, loss: 0.01 });
const told = (who: string | number, distance: number, latencyMs = 100): Told => ({
  who,
  distance,
  ...figures(latencyMs),
});

/** A peer of a made-up tree. */
interface Node {
  id: string;
  figures: TreeFigures;
  children: Node[];
  /** What its own link is like; changes whenever it is told. */
  latencyMs: number;
  /** What it has sent, in bytes, message by message. */
  sent: number[];
}

function node(id: string, children: Node[] = []): Node {
  return { id, figures: new TreeFigures(), children, latencyMs: 100, sent: [] };
}

/** A tree in which everybody carries `fanOut`. */
function grow(count: number, fanOut: number, name = "top"): Node {
  const root = node(name);
  const waiting = [root];
  for (let i = 1; i < count; i++) {
    const child = node(`${name}-${i}`.padEnd(36, "-"));
    waiting[0]!.children.push(child);
    waiting.push(child);
    if (waiting[0]!.children.length === fanOut) waiting.shift();
  }
  return root;
}

/** Every child asks once; whoever is asked for figures tells them. */
function answerAll(parent: Node, now: number): void {
  for (const child of parent.children) {
    if (parent.figures.isWanted(now)) {
      for (const message of child.figures.takeTurn(figures(child.latencyMs), now)) {
        child.sent.push(message.length);
        parent.figures.handleMessage(child.id, message, now);
      }
    }
    answerAll(child, now);
  }
}

function all(parent: Node): Node[] {
  return [parent, ...parent.children.flatMap(all)];
}

Deno.test("[LINKS-1] nobody tells anything before somebody looks, nor long after", () => {
  const root = node("root", [node("a", [node("b", [node("c")])])]);
  let now = 0;
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; now += 200) answerAll(root, now);
  };
  const sent = () => all(root).flatMap(({ sent }) => sent).length;
  pass(5_000);
  assertEquals(sent(), 0);
  root.figures.look(null, now);
  pass(5_000);
  const { peers } = root.figures.look(null, now);
  assertEquals(
    peers.map(({ id, via, distance }) => [id, via, distance]),
    [["a", "a", 1], ["b", "a", 2], ["c", "a", 3]],
  );
  pass(20_000);
  const before = sent();
  pass(20_000);
  assertEquals(sent(), before, "nobody looks any more");
});

Deno.test("[LINKS-1] what a viewer looks at goes no further up than to that viewer", () => {
  const middle = node("a", [node("b", [node("c")])]);
  const root = node("root", [middle]);
  for (let now = 0; now < 5_000; now += 200) {
    middle.figures.look(null, now);
    answerAll(root, now);
  }
  assertEquals(middle.figures.look(null, 5_000).peers.map(({ id }) => id), ["b", "c"]);
  assertEquals(middle.sent, []);
});

Deno.test("[LINKS-2] figures are written in whole numbers, and what is not known stays so", () => {
  const one: Told = { who: "b", distance: 2, latencyMs: 312.4, roundTripMs: null, loss: 0.0123 };
  const text = encodeFigures([{ ...one, who: "", distance: 0, loss: null }, one, told(37, 4, 450)]);
  assertEquals(
    text,
    '{"links":[["",0,312,null,null],["b",2,312,null,12],[37,4,450,20,10]]}',
  );
  assertEquals(decodeFigures(text)[1], { ...one, latencyMs: 312, loss: 0.012 });
});

Deno.test("[LINKS-2] what makes no sense is left out", () => {
  const read = (...links: unknown[]) => decodeFigures(JSON.stringify({ links }));
  assertEquals(read(1, null, "x", [], ["a"], ["a", -1], ["a", 1.5], ["a", "1"], [null, 1]), []);
  assertEquals(read(["x".repeat(101), 1], [-1, 1], [1e9, 1], ["a", 1e9]), []);
  assertEquals(read(["a", 1, -1, "2", 1_001]), [
    { who: "a", distance: 1, latencyMs: null, roundTripMs: null, loss: null },
  ]);
  assertEquals(read(...Array.from({ length: 100 }, (_, i) => [`${i}`, 1])).length, 16);
  assertEquals(decodeFigures('{"links":{"length":1}}'), []);
});

Deno.test("[LINKS-3] a message fits into a packet, a child sends six a second at most, and all is told soon", () => {
  const root = node("root", ["a", "b", "c"].map((name) => grow(301, 3, name)));
  for (let now = 0; now < 12_000; now += 200) {
    root.figures.look(null, now);
    if (now % 1_000 === 0) { for (const { sent } of all(root)) sent.length = 0; }
    answerAll(root, now);
    for (const { sent } of all(root)) {
      assert(sent.length <= 6, `${sent.length} messages at once`);
      assert(sent.every((bytes) => bytes <= 1_150), `${Math.max(...sent)} bytes`);
    }
  }
  const { peers, levels } = root.figures.look(null, 12_000);
  assertEquals([peers.length, levels.length], [903, 0]);
  // Told every two seconds, and three hundred at a hundred a second, level by level.
  assert(Math.max(...peers.map(({ ageMs }) => ageMs)) < 5_000);
});

Deno.test("[LINKS-3] figures that nobody renews are passed on once, and soon forgotten", () => {
  const last = node("c");
  const root = node("root", [node("a", [node("b", [last])])]);
  let now = 0;
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; now += 200) {
      root.figures.look(null, now);
      answerAll(root, now);
    }
  };
  pass(5_000);
  const known = () => root.figures.look(null, now).peers.map(({ id }) => id);
  assertEquals(known(), ["a", "b", "c"]);
  last.figures.takeTurn = () => [];
  // Each of the two in between passes on what came last within a second.
  pass(12_200);
  assertEquals(known(), ["a", "b"]);
});

Deno.test("[LINKS-4] where there are too many, the nearest are told one by one and the others level by level", () => {
  const root = node("root", [grow(1_000, 3)]);
  const [top] = root.children as [Node];
  for (let now = 0; now < 20_000; now += 200) {
    root.figures.look(null, now);
    for (const node of all(root)) node.latencyMs = 200;
    answerAll(root, now);
  }
  const { peers, levels } = root.figures.look(null, 20_000);
  // 1 + 3 + 9 + 27 + 81; the next level has 243 of them.
  assertEquals(peers.length, 121);
  assertEquals(
    levels.map(({ distance, peers, latencyMs }) => [distance, peers, latencyMs]),
    [[6, 243, 200], [7, 636, 200]],
  );
  assert(Math.max(...top.sent) <= 1_150);
});

Deno.test("[LINKS-4] averages go by how many peers they stand for, and by those that know", () => {
  const unknown = { ...told("z", 3), latencyMs: null, loss: null };
  const [level, ...others] = levelsOf([told("a", 3, 100), told(3, 3, 300), unknown]);
  assertEquals(others, []);
  assertEquals([level!.who, level!.distance, level!.latencyMs], [5, 3, 250]);
  assert(Math.abs(level!.loss! - 0.01) < 1e-9);
  assertEquals(levelsOf([unknown])[0]!.latencyMs, null);
});

Deno.test("[LINKS-5] what is said of a peer is known with the child that said it, and a child speaks for itself", () => {
  const parent = new TreeFigures();
  parent.handleTold("a", [told("", 0, 1), told("x", 1, 2)], 0);
  parent.handleTold("b", [told("", 0, 3), told("a", 1, 4), told("x", 1, 5), told("", 1, 6)], 0);
  assertEquals(
    parent.look(null, 0).peers.map(({ id, via, latencyMs }) => [id, via, latencyMs]),
    [["a", "a", 1], ["x", "a", 2], ["b", "b", 3], ["x", "b", 5]],
  );
  parent.forget("a");
  assertEquals(parent.look(null, 0).peers.map(({ id, via }) => [id, via]), [["b", "b"], [
    "x",
    "b",
  ]]);
});

Deno.test("[LINKS-6] a child can make its parent keep so much and no more", () => {
  const parent = new TreeFigures();
  for (let i = 0; i < 2_000; i++) parent.handleTold("a", [told(`p${i}`, 1)], i);
  assertEquals(parent.look(null, 2_000).peers.length, 500);
  parent.handleTold("a", [told("later", 1)], 20_000);
  assertEquals(parent.look(null, 20_000).peers.map(({ id }) => id), ["later"]);
});

Deno.test("loss counts the packets of the last seconds", () => {
  const rate = new LossRate();
  assertEquals(rate.loss, null);
  let [packetsReceived, packetsLost] = [0, 0];
  for (let now = 0; now <= 10_000; now += 200) {
    rate.note({ packetsReceived, packetsLost }, now);
    packetsReceived += 18;
    packetsLost += 2;
  }
  assertEquals(rate.loss, 0.1);
  for (let now = 10_200; now <= 17_000; now += 200) {
    rate.note({ packetsReceived, packetsLost }, now);
    packetsReceived += 20;
  }
  assertEquals(rate.loss, 0);
  for (let now = 17_200; now <= 24_000; now += 200) {
    rate.note({ packetsReceived, packetsLost }, now);
  }
  assertEquals(rate.loss, null, "nothing comes");
});
