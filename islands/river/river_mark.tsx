/**
 * Draws a river laid out by layout.ts as an SVG picture. Decoration: hidden from assistive
 * technology, so whatever it shows is also said in text beside it.
 */
import { layOutRiver, type RiverNode, type RiverSize } from "./layout.ts";

interface RiverMarkProps {
  tree: RiverNode;
  size: RiverSize;
  /** Radius of the source. */
  source: number;
  class?: string;
  /** Lets light run down the strands. */
  flowing?: boolean;
}

/** Shows a tree as a stream that divides. */
export function RiverMark({ tree, size, source, flowing, ...props }: RiverMarkProps) {
  const { strands, peers } = layOutRiver(tree, size);
  return (
    <svg
      class={`river ${props.class ?? ""}`}
      viewBox={`0 0 ${size.width} ${size.height}`}
      aria-hidden="true"
      focusable="false"
    >
      <g class="river-strands" stroke-width={size.gap * 0.62}>
        {strands.map((path) => <path key={path} d={path} />)}
      </g>
      {flowing && (
        <g class="river-light" stroke-width={size.gap * 0.62}>
          {strands.map((path) => <path key={path} d={path} pathLength={100} />)}
        </g>
      )}
      {peers.map(({ x, y, depth, strands }) => {
        if (depth === 0) {
          return [
            <circle key="source" class="river-source" cx={x} cy={y} r={source} />,
            <circle key="lens" class="river-lens" cx={x} cy={y} r={source * 0.36} />,
          ];
        }
        // As tall as what runs through it; round where that is a single strand.
        const wide = size.gap * 1.9;
        const tall = wide + (strands - 1) * size.gap;
        return (
          <rect
            key={`${x} ${y}`}
            class="river-peer"
            x={x - wide / 2}
            y={y - tall / 2}
            width={wide}
            height={tall}
            rx={wide / 2}
          />
        );
      })}
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
