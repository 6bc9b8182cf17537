/** The tree as a table, for readers of screens and for who likes tables. */
import { useMemo, useState } from "preact/hooks";
import type { Census } from "./census.ts";
import {
  formatBehind,
  formatLoss,
  formatMs,
  gradeOf,
  GRADES,
  type KnownFigures,
  RELAYS,
} from "./figures.ts";
import { pageOf, ROWS_A_PAGE, type Sorting, sortRows } from "./rows.ts";
import { nameOf } from "./words.ts";

interface PeerTableProps {
  census: Census;
  figures: KnownFigures;
  self: string | null;
  summary: string;
}

/** Shows everybody, a page at a time. */
export function PeerTable({ census, figures, self, summary }: PeerTableProps) {
  const [by, setBy] = useState<Sorting>("depth");
  const [isDescending, setDescending] = useState(false);
  const [wanted, setWanted] = useState(0);
  const sorted = useMemo(() => sortRows(census, by, isDescending), [census, by, isDescending]);
  const { rows, page, pages } = pageOf(sorted, wanted);

  function sort(next: Sorting) {
    setDescending(next === by && !isDescending);
    setBy(next);
    setWanted(0);
  }

  const sortable = (column: Sorting, title: string) => (
    <th scope="col" aria-sort={column !== by ? "none" : isDescending ? "descending" : "ascending"}>
      <button
        type="button"
        class="tree-sort"
        onClick={() =>
          sort(column)}
      >
        {title} <span aria-hidden="true">{column !== by ? "↕" : isDescending ? "↓" : "↑"}</span>
      </button>
    </th>
  );

  return (
    <>
      <div class="tree-scroll tree-rows" tabIndex={0} role="region" aria-label="Table of viewers">
        <table class="tree-table">
          <caption>{summary}</caption>
          <thead>
            <tr>
              {sortable("name", "Name")}
              {sortable("depth", "Depth")}
              <th scope="col">Behind</th>
              <th scope="col">Round trip</th>
              <th scope="col">Loss</th>
              <th scope="col">Link</th>
              <th scope="col">Carried by</th>
              <th scope="col">Carries</th>
              <th scope="col">Passes on</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((placed) => {
              const { node, parent, depth } = placed;
              const known = figures.peers.get(node.id);
              const grade = gradeOf(known);
              return (
                <tr key={node.id} data-grade={grade} data-fading={known?.isFading || undefined}>
                  <th scope="row">{nameOf(placed, self)}</th>
                  <td>{depth}</td>
                  <td>{formatBehind(known?.latencyMs)}</td>
                  <td>{formatMs(known?.roundTripMs)}</td>
                  <td>{formatLoss(known?.loss)}</td>
                  <td>{GRADES[grade]}</td>
                  <td>{nameOf(parent!, self)}</td>
                  <td>{node.children.length}</td>
                  <td>{RELAYS[node.relay ?? "unknown"]}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <nav class="tree-pages" aria-label="Pages of the table">
          <button
            type="button"
            class="button small"
            disabled={page === 0}
            onClick={() => setWanted(page - 1)}
          >
            Previous
          </button>
          <span aria-live="polite">
            {page * ROWS_A_PAGE + 1} to {page * ROWS_A_PAGE + rows.length} of {sorted.length}
          </span>
          <button
            type="button"
            class="button small"
            disabled={page === pages - 1}
            onClick={() => setWanted(page + 1)}
          >
            Next
          </button>
        </nav>
      )}
    </>
  );
}
