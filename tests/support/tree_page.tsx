/**
 * A page with nothing but the picture of a tree, and as many made-up viewers as a test wants: they come,
 * go and move at random, but the same in every run. Runs in pages; the global `trees` has it.
 */
import { render } from "preact";
import { TreePanel } from "../../islands/tree/tree_panel.tsx";
import type { TreeStats } from "../../lib/client/mod.ts";
import type { TreeNode } from "../../lib/protocol/mod.ts";
import { seededRandom } from "./sim/random.ts";

const NAMES = [
  "Ada",
  "Grace Hopper",
  "Anonymous",
  "Édouard",
  "李小龙",
  "Konstantin Ziolkowski",
  "Mo",
];
const RELAYS = ["forward", "forward", "forward", "re-encode", "none"] as const;
const FAN_OUT = 3;

const place = document.querySelector("main")!;
const random = seededRandom(5);
let root: TreeNode = node("root", 0);
let count = 0;
let isKnown = true;

const trees = {
  /** Shows a tree with so many viewers, placed breadth first. */
  show(viewers: number): void {
    root = node("root", 0);
    count = 0;
    while (count < viewers) add();
    draw();
  },

  /** Nobody has said anything of the links, as below earlier versions. */
  forget(): void {
    isKnown = false;
    draw();
  },

  /** Lets so many leave, with those below them back under others at once, and others come. */
  change(peers: number): void {
    for (let i = 0; i < peers; i++) {
      const all = below(root);
      const { parent, peer } = all[Math.floor(random() * all.length)]!;
      parent.children.splice(parent.children.indexOf(peer), 1);
      for (const orphan of peer.children) attach(orphan);
      add();
    }
    draw();
  },

  /** Lets the first viewer go, and returns who was below it: for a moment they are nowhere. */
  lose(): TreeNode[] {
    const [gone] = root.children.splice(0, 1);
    draw();
    return gone!.children;
  },

  /** Has them back. */
  findPlaces(orphans: TreeNode[]): void {
    orphans.forEach(attach);
    draw();
  },

  /**
   * Changes the tree again and again for a while; returns how long frames took, in ms.
   *
   * @param peers how many leave each time, and as many come; 0 leaves the page as it is
   */
  async frames(peers: number, ms: number): Promise<number[]> {
    const frames: number[] = [];
    let last = await nextFrame();
    const timer = peers > 0 ? setInterval(() => trees.change(peers), 300) : undefined;
    for (const end = last + ms; last < end;) {
      const now = await nextFrame();
      frames.push(now - last);
      last = now;
    }
    clearInterval(timer);
    return frames;
  },

  /** Where the mark of a peer is in the picture, and how visible; null when it is not there. */
  markOf(id: string): { x: number; y: number; opacity: number } | null {
    const mark = document.querySelector<SVGGElement>(`[data-peer="${id}"]`);
    if (!mark) return null;
    const { e: x, f: y } = mark.transform.baseVal.consolidate()!.matrix;
    return { x, y, opacity: Number(mark.getAttribute("opacity")) };
  },

  /** How many marks are drawn. */
  marks: (): number => document.querySelectorAll("[data-peer]").length,
};

/** What `trees` is. */
export type Trees = typeof trees;

function node(id: string, depth: number): TreeNode {
  const relay = depth === 0 ? undefined : RELAYS[Math.floor(random() * RELAYS.length)];
  return { id, name: NAMES[Math.floor(random() * NAMES.length)]!, relay, children: [] };
}

function add(): void {
  attach(node(`peer-${++count}`, 1));
}

function attach(peer: TreeNode): void {
  const level = [root];
  for (const parent of level) {
    const room = parent.relay === "none" ? 0 : FAN_OUT;
    if (parent.children.length < room) return void parent.children.push(peer);
    level.push(...parent.children);
  }
}

function below(top: TreeNode): { parent: TreeNode; peer: TreeNode; depth: number; via: string }[] {
  const all = top.children.map((peer) => ({ parent: top, peer, depth: 1, via: peer.id }));
  for (const { peer, depth, via } of all) {
    all.push(
      ...peer.children.map((child) => ({ parent: peer, peer: child, depth: depth + 1, via })),
    );
  }
  return all;
}

/** Deeper is later; every ninth link is strained, every fourteenth poor. */
function stats(): TreeStats {
  const peers = below(root).map(({ peer: { id }, depth, via }) => {
    const number = Number(id.slice("peer-".length));
    const loss = number % 14 === 0 ? 0.12 : number % 9 === 0 ? 0.03 : 0;
    const roundTripMs = 8 + number % 40;
    const latencyMs = 60 + 90 * depth + number % 30;
    return { id, via, distance: depth, ageMs: 500, latencyMs, roundTripMs, loss };
  });
  return { own: null, peers: isKnown ? peers : [], levels: [] };
}

function draw(): void {
  const tree = structuredClone(root);
  const client = { current: { getTreeStats: stats } };
  render(<TreePanel tree={tree} client={client} self="root" />, place);
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

Object.assign(globalThis, { trees });
document.documentElement.lang = "en";
document.title = "ready";
