/**
 * Brings a picture to where motion.ts says, frame by frame. Preact makes the elements, and knows
 * nothing of where they are: that is written into them here, at sixty times a second.
 */
import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { Census } from "./census.ts";
import { type Layout, linkPath, NOTHING, type Spot } from "./layout.ts";
import { Motion, type Pose } from "./motion.ts";

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Moves the elements of a picture to where they are to be. Returns what is to be rendered: the marks
 * of the layout, and those that fade away.
 */
export function useMotion(layout: Layout, census: Census) {
  const svg = useRef<SVGSVGElement>(null);
  const motion = useRef<Motion | null>(null);
  motion.current ??= new Motion(() => isStill() ? 0 : 1);
  const faded = useRef(new Map<string, Spot>());
  const frame = useRef(0);
  const painted = useRef(new WeakMap<Element, Pose>());
  const aimed = useRef(NOTHING);
  const [, renderAgain] = useReducer((count: number, _: void) => count + 1, 0);

  if (aimed.current !== layout) {
    // Only people move; a window that changes its size does not.
    const glides = aimed.current.spots[0]?.node !== layout.spots[0]?.node;
    aimed.current = layout;
    const targets = layout.spots.map((spot) => ({
      id: spot.node.id,
      parent: spot.parent?.node.id ?? null,
      x: spot.x,
      y: spot.y,
      fromX: spot.fromX,
      fromY: spot.fromY,
      width: spot.width,
      height: spot.height,
    }));
    // A count is nobody, and comes back from nowhere.
    const isHidden = (id: string) => id.startsWith("+") || census.has(id);
    motion.current.aim(targets, { isHidden, glides }, performance.now());
    const kept = new Map(faded.current);
    for (const spot of layout.spots) kept.set(spot.node.id, spot);
    faded.current = kept;
  }
  const leaving = motion.current.leaving;
  const shown = [
    ...layout.spots,
    ...leaving.flatMap((id) => faded.current.get(id) ?? []),
  ];

  useLayoutEffect(() => {
    const [links, marks] = svg.current!.children as unknown as [Element, Element];
    const paint = (now: number) => {
      const poses = motion.current!.poses(now);
      shown.forEach(({ node: { id } }, i) => {
        const pose = poses.get(id);
        const [link, mark] = [links.children[i], marks.children[i]];
        if (!pose || !link || !mark) return;
        const former = painted.current.get(mark);
        if (former === pose) return;
        write(link, mark, pose, former);
        painted.current.set(mark, pose);
      });
    };
    const step = (now: number) => {
      paint(now);
      frame.current = motion.current!.isMoving(now) ? requestAnimationFrame(step) : 0;
      const left = motion.current!.leaving;
      if (left.length === leaving.length) return;
      // What has faded away needs no elements any more.
      for (const id of leaving) if (!left.includes(id)) faded.current.delete(id);
      renderAgain();
    };
    cancelAnimationFrame(frame.current);
    step(performance.now());
  });
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return { shown, svg };
}

/** Writes a pose into the elements; what has not changed costs as much as what has, and is left. */
function write(link: Element, mark: Element, pose: Pose, old: Pose | undefined): void {
  const { x, y, fromX, fromY, width, height, opacity } = pose;
  const hasMoved = x !== old?.x || y !== old.y;
  if (hasMoved) mark.setAttribute("transform", `translate(${tenths(x)} ${tenths(y)})`);
  if (hasMoved || fromX !== old.fromX || fromY !== old.fromY) {
    link.setAttribute("d", linkPath(pose));
  }
  if (width !== old?.width) link.setAttribute("stroke-width", String(tenths(width)));
  if (opacity !== old?.opacity) {
    link.setAttribute("opacity", opacity.toFixed(2));
    mark.setAttribute("opacity", opacity.toFixed(2));
  }
  const capsule = mark.firstElementChild!;
  if (height === old?.height || capsule.tagName !== "rect") return;
  capsule.setAttribute("height", String(tenths(height)));
  capsule.setAttribute("y", String(tenths(-height / 2)));
}

function tenths(pixels: number): number {
  return Math.round(10 * pixels) / 10;
}
