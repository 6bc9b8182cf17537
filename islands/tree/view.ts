/** How a picture lies in what it is scrolled in, and how somebody gets about in it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Layout, Spot } from "./layout.ts";

/** The size of an element, and again whenever it has changed; in whole pixels, null at first. */
export function useSize(element: { current: HTMLElement | null }) {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useLayoutEffect(() => {
    const look = () => {
      const { clientWidth: width, clientHeight: height } = element.current!;
      setSize((old) => old?.width === width && old.height === height ? old : { width, height });
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Keeps in the middle what is there when a picture becomes larger or smaller; at first, the source. */
export function useSteadyView(
  element: { current: HTMLElement | null },
  { width, height, spots }: Layout,
) {
  const former = useRef<{ width: number; height: number } | null>(null);
  useLayoutEffect(() => {
    if (!spots[0]) return;
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = element.current!;
    const { width: oldWidth, height: oldHeight } = former.current ?? {};
    const x = oldWidth ? (scrollLeft + clientWidth / 2) / oldWidth * width : 0;
    const y = oldHeight ? (scrollTop + clientHeight / 2) / oldHeight * height : spots[0].y;
    element.current!.scrollTo(x - clientWidth / 2, y - clientHeight / 2);
    former.current = { width, height };
  }, [width, height]);
}

/** Where an arrow key leads; null where it leads nowhere. */
export function nextSpot(spot: Spot | null, key: string, spots: readonly Spot[]): Spot | null {
  if (!spot) return key.startsWith("Arrow") ? spots[0] ?? null : null;
  const level = spots.filter(({ x }) => x === spot.x).sort((a, b) => a.y - b.y);
  switch (key) {
    case "ArrowLeft":
      return spot.parent;
    case "ArrowRight":
      return spots.find(({ parent }) => parent === spot) ?? null;
    case "ArrowUp":
      return level[level.indexOf(spot) - 1] ?? null;
    case "ArrowDown":
      return level[level.indexOf(spot) + 1] ?? null;
    case "Home":
      return spots[0] ?? null;
    default:
      return null;
  }
}

/** Scrolls as little as it takes to see a mark. */
export function reveal(scroller: HTMLElement, { x, y }: Spot): void {
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
  const room = 40;
  const left = Math.min(Math.max(scrollLeft, x + room - clientWidth), x - room);
  const top = Math.min(Math.max(scrollTop, y + room - clientHeight), y - room);
  scroller.scrollTo({ left, top });
}

/** Whether a mark is where it can be seen. */
export function isInSight({ x, y }: Spot, scroller: Element): boolean {
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
  const [left, top] = [x - scrollLeft, y - scrollTop];
  return left >= 0 && left <= clientWidth && top >= 0 && top <= clientHeight;
}

/** Beside the mark, where there is more room. */
export function cardPlace(
  { x, y }: Spot,
  { scrollLeft, scrollTop, clientWidth, clientHeight }: Element,
) {
  const width = 232;
  const [left, top] = [x - scrollLeft, y - scrollTop];
  const isLow = top > clientHeight / 2;
  return {
    left: `${Math.round(Math.max(4, Math.min(left + 14, clientWidth - width - 4)))}px`,
    top: isLow ? "auto" : `${Math.round(top + 16)}px`,
    bottom: isLow ? `${Math.round(clientHeight - top + 16)}px` : "auto",
    width: `${width}px`,
  };
}
