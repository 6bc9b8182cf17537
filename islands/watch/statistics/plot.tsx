/** One small plot: a curve or two over the last minutes. What it says is in words beside it. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { type Curve, formatLast } from "./figures.ts";

/** In pixels; the width is that of the place it is in. */
const HEIGHT = 44;

/** Less than this makes a plot of noise. */
const MIN_SPAN_S = 30;

/** Shows a curve with its name and its latest value. */
export function Plot({ times, curve }: { times: number[]; curve: Curve }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { name, unit, values, second } = curve;
  const data = [times, values, ...(second ? [second.values] : [])] as uPlot.AlignedData;

  useEffect(() => {
    const element = place.current!;
    const made = plot.current = new uPlot(optionsFor(element, second), data, element);
    const resizing = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      made.destroy();
    };
  }, []);

  useEffect(() => plot.current!.setData(data), [times]);

  return (
    <div class="plot">
      <p>
        <span>{name}</span>
        <strong>{formatLast(values, unit)}</strong>
        {second && (
          <span class="plot-second">
            {second.name} <strong>{formatLast(second.values, unit)}</strong>
          </span>
        )}
      </p>
      <div class="plot-canvas" ref={place} aria-hidden="true" />
    </div>
  );
}

function optionsFor(element: HTMLElement, second: Curve["second"]): uPlot.Options {
  const styles = getComputedStyle(element);
  const colour = (name: string) => styles.getPropertyValue(name);
  const line = { width: 1.5, points: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [2, 0, 2, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false, range: (_plot, min, max) => [Math.min(min, max - MIN_SPAN_S), max] },
      // From nothing up, and with room above, so that what is steady looks steady.
      y: { range: (_plot, _min, max) => [0, (max || 1) * 1.15] },
    },
    series: [
      {},
      { ...line, stroke: colour("--stage-water"), fill: colour("--stage-water-soft") },
      ...(second ? [{ ...line, stroke: colour("--stage-ember") }] : []),
    ],
  };
}
