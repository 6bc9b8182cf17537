/**
 * The statistics over the picture: figures in words, and how they went over the last minutes. Loaded
 * when it is opened.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { CloseIcon } from "../../parts/icons.tsx";
import type { Samples } from "../samples.ts";
import { curvesOf, factsOf } from "./figures.ts";
import { Plot } from "./plot.tsx";

interface StatisticsProps {
  samples: Samples;
  onClose: () => void;
}

/** Shows the statistics until it is closed. */
export function Statistics({ samples, onClose }: StatisticsProps) {
  const [all, setAll] = useState(samples.all);
  const closing = useRef<HTMLButtonElement>(null);

  useEffect(() => samples.listen(() => setAll(samples.all)), [samples]);

  useEffect(() => {
    const before = document.activeElement;
    closing.current!.focus();
    const handleKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog:modal")) onClose();
    };
    document.addEventListener("keydown", handleKey);
    return () => {
      document.removeEventListener("keydown", handleKey);
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  const latest = all.at(-1);
  const { times, curves } = curvesOf(all);
  return (
    <section class="statistics" aria-labelledby="statistics-title">
      <header>
        <h2 id="statistics-title">Statistics</h2>
        <button
          type="button"
          class="control"
          ref={closing}
          aria-label="Close the statistics"
          onClick={onClose}
        >
          <CloseIcon />
        </button>
      </header>
      {/* Can be scrolled where there is little room, also with the keyboard. */}
      <div class="statistics-body" tabIndex={0} role="group" aria-label="Figures">
        {!latest && <p>In a moment…</p>}
        {latest && curves.map((curve) => <Plot key={curve.name} times={times} curve={curve} />)}
        {latest && (
          <dl>
            {factsOf(latest, samples.totals).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </section>
  );
}
