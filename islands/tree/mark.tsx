/**
 * The elements of one mark: where it is and how tall, motion writes into them (use_motion.ts), so the
 * first of them is a capsule, or a circle that keeps its size.
 */
import type { Label } from "./labels.ts";
import type { Spot } from "./layout.ts";

/** As wide as a mark is along the stream. */
const MARK_WIDTH = 9;
const SOURCE_RADIUS = 15;

/** A line of text. */
const LINE = 15;

interface MarkProps {
  spot: Spot;
  label: Label | undefined;
  isSelf: boolean;
  isActive: boolean;
  isFading: boolean;
}

/** Draws a mark and what is written beside it. */
export function Mark(
  { spot: { node, parent, height }, label, isSelf, isActive, isFading }: MarkProps,
) {
  const kind = !parent && node.depth === 0 ? "source" : node.peer ? "peer" : "count";
  const side = kind === "source" ? SOURCE_RADIUS : MARK_WIDTH / 2;
  const isAbove = label?.place === "above";
  return (
    <g
      class="tree-mark"
      data-peer={node.id}
      data-kind={kind}
      data-relay={node.peer?.relay}
      data-self={isSelf || undefined}
      data-active={isActive || undefined}
      data-fading={isFading || undefined}
    >
      {kind === "source"
        ? (
          <>
            <circle class="river-source" r={SOURCE_RADIUS} />
            <circle class="river-lens" r={SOURCE_RADIUS * 0.36} />
          </>
        )
        : <rect x={-MARK_WIDTH / 2} width={MARK_WIDTH} rx={MARK_WIDTH / 2} />}
      {label && (
        <text
          x={isAbove ? 0 : side + 6}
          y={isAbove ? -Math.max(height / 2, side) - 5 : label.note ? -2 : 4}
          text-anchor={isAbove && kind !== "source" ? "middle" : "start"}
          dx={isAbove && kind === "source" ? -SOURCE_RADIUS : 0}
        >
          {label.text}
          {label.note && (
            <tspan
              class="tree-note"
              x={isAbove ? 0 : side + 6}
              y={isAbove ? height / 2 + LINE : LINE - 2}
            >
              {label.note}
            </tspan>
          )}
        </text>
      )}
    </g>
  );
}
