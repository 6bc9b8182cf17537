/**
 * The picture of the tree: marks and links as SVG, a card beside the mark that somebody points at, and
 * the keys that lead from mark to mark.
 */
import { useMemo, useRef, useState } from "preact/hooks";
import type { Census } from "./census.ts";
import { gradeOf, type KnownFigures } from "./figures.ts";
import type { ShownNode } from "./fold.ts";
import { chooseLabels } from "./labels.ts";
import { layOut, nearestSpot, NOTHING, type Spot } from "./layout.ts";
import { Mark } from "./mark.tsx";
import { PeerCard } from "./peer_card.tsx";
import { useMotion } from "./use_motion.ts";
import { cardPlace, isInSight, nextSpot, reveal, useSize, useSteadyView } from "./view.ts";
import { spokenOf, textsOf } from "./words.ts";

interface PictureProps {
  root: ShownNode;
  census: Census;
  figures: KnownFigures;
  self: string | null;
  /** The picture in words. */
  summary: string;
  zoom: number;
  /** Shows one branch only. */
  onOpen: (id: string) => void;
}

/** Draws what is shown of a tree. */
export function Picture(
  { root, census, figures, self, summary, zoom, onOpen }: PictureProps,
) {
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSize(scroller);
  const layout = useMemo(
    () => size ? layOut(root, { ...size, zoom }) : NOTHING,
    [root, size, zoom],
  );
  const byId = useMemo(() => new Map(layout.spots.map((one) => [one.node.id, one])), [layout]);
  const labels = useMemo(
    () => chooseLabels(layout, (spot) => textsOf(spot, { census, figures, self })),
    [layout, census, figures, self],
  );
  const { shown, svg } = useMotion(layout, census);
  useSteadyView(scroller, layout);
  const [active, setActive] = useState<string | null>(null);
  const [wasPinned, setPinned] = useState(false);
  const [spoken, setSpoken] = useState("");
  const [, setScrolled] = useState(0);
  const spot = active === null ? undefined : byId.get(active);
  // Who has gone is not pointed at any more.
  const isPinned = wasPinned && spot !== undefined;
  const lit = new Set<string>();
  for (let at: Spot | null | undefined = spot; at; at = at.parent) lit.add(at.node.id);

  function pointAt(event: PointerEvent): Spot | null {
    const { left, top } = svg.current!.getBoundingClientRect();
    return nearestSpot(layout.spots, event.clientX - left, event.clientY - top);
  }

  function handleMove(event: PointerEvent) {
    if (isPinned || event.pointerType !== "mouse") return;
    setActive(pointAt(event)?.node.id ?? null);
  }

  function handleClick(event: MouseEvent) {
    const hit = pointAt(event as PointerEvent);
    setActive(hit?.node.id ?? null);
    setPinned(hit !== null);
    if (hit && !hit.node.peer) open(hit);
  }

  function handleKey(event: KeyboardEvent) {
    if (event.key === "Escape" && spot) {
      event.preventDefault();
      return close();
    }
    if (event.key === "Enter" && spot && canOpen(spot)) {
      event.preventDefault();
      return open(spot);
    }
    const next = nextSpot(spot ?? null, event.key, layout.spots);
    if (!next) return;
    event.preventDefault();
    setActive(next.node.id);
    setPinned(true);
    setSpoken(spokenOf(next.node, { census, figures, self }));
    reveal(scroller.current!, next);
  }

  function open({ node, parent }: Spot) {
    close();
    onOpen(node.peer ? node.id : parent!.node.id);
  }

  function close() {
    setActive(null);
    setPinned(false);
  }

  const canOpen = ({ node, parent }: Spot) =>
    node.peer ? parent !== null && node.children.length > 0 : true;
  return (
    <div class="tree-frame">
      <div
        ref={scroller}
        class="tree-scroll"
        tabIndex={0}
        role="group"
        aria-label="Who carries whom. The arrow keys lead from viewer to viewer."
        onPointerMove={handleMove}
        onPointerLeave={() => isPinned || setActive(null)}
        onClick={handleClick}
        onKeyDown={handleKey}
        onScroll={() => spot && setScrolled(performance.now())}
      >
        <svg
          ref={svg}
          class="tree-picture"
          role="img"
          aria-label={summary}
          width={layout.width}
          height={layout.height}
        >
          <g class="tree-links">
            {shown.map(({ node, index, width }) => (
              <path
                key={node.id}
                class="tree-link"
                data-tone={(index + node.depth) % 3}
                data-grade={gradeOf(figures.peers.get(node.id))}
                data-wide={width >= 10 || undefined}
                data-lit={lit.has(node.id) || undefined}
              />
            ))}
          </g>
          <g class="tree-marks">
            {shown.map((one) => (
              <Mark
                key={one.node.id}
                spot={one}
                label={labels.get(one.node.id)}
                isSelf={one.node.id === self}
                isActive={one.node.id === active}
                isFading={figures.peers.get(one.node.id)?.isFading ?? false}
              />
            ))}
          </g>
        </svg>
      </div>
      {spot && isInSight(spot, scroller.current!) && (
        <div
          class="tree-card"
          data-pinned={isPinned || undefined}
          style={cardPlace(spot, scroller.current!)}
        >
          <PeerCard
            mark={spot.node}
            placed={census.get(spot.node.peer ? spot.node.id : spot.parent!.node.id)!}
            figures={figures}
            self={self}
            onOpen={isPinned && canOpen(spot) ? () => open(spot) : undefined}
          />
        </div>
      )}
      <p class="hidden" role="status">{spoken}</p>
    </div>
  );
}
