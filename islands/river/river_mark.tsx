/**
 * Draws a river laid out by layout.ts as an SVG picture. Decoration: hidden from assistive
 * technology, so whatever it shows is also said in text beside it.
 */
import { layOutRiver, type RiverNode, type RiverSize } from "./layout.ts";

interface RiverMarkProps {
  tree: RiverNode;
  size: RiverSize;
  class?: string;
  /** Draws a thread of light running down every reach. */
  flowing?: boolean;
}

/** Shows a tree as a stream that divides. */
export function RiverMark({ tree, size, flowing, ...props }: RiverMarkProps) {
  const { reaches, tips } = layOutRiver(tree, size);
  return (
    <svg
      class={`river ${props.class ?? ""}`}
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-hidden="true"
      focusable="false"
    >
      <g class="river-water">
        {reaches.map(({ path, width }) => <path key={path} d={path} stroke-width={width + 0.6} />)}
      </g>
      {flowing && (
        <g class="river-light">
          {reaches.map(({ path, depth }) => <path key={path} d={path} data-depth={depth} />)}
        </g>
      )}
      <g class="river-tips">
        {tips.map(({ x, y, depth, width }) => (
          <circle
            key={`${x},${y}`}
            cx={x}
            cy={y}
            r={depth === 0 ? width / 2 + size.unit * 0.5 : size.unit * 1.25}
          />
        ))}
      </g>
    </svg>
  );
}

/** Grows an even tree with `count` viewers below its root, the way a broadcast's tree grows. */
export function growTree(count: number, fanOut: number): RiverNode {
  interface Growing extends RiverNode {
    children: Growing[];
  }
  const root: Growing = { children: [] };
  const waiting = [root];
  for (let grown = 0; grown < count; grown++) {
    const parent = waiting[0]!;
    const child: Growing = { children: [] };
    parent.children.push(child);
    waiting.push(child);
    if (parent.children.length === fanOut) waiting.shift();
  }
  return root;
}
