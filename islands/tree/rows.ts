/**
 * The tree as rows of a table: everybody once, in the order that is wanted, so many at a time.
 * Pure. This module is browser compatible.
 */
import type { Census, Placed } from "./census.ts";

/** What a table can be sorted by. */
export type Sorting = "depth" | "name";

/** Rows that are shown at once. */
export const ROWS_A_PAGE = 50;

/** Everybody but the broadcaster, sorted; equals stay in the order of the tree. */
export function sortRows(census: Census, by: Sorting, isDescending: boolean): Placed[] {
  const rows = [...census.values()].slice(1);
  const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const compare = by === "depth"
    ? (a: Placed, b: Placed) => a.depth - b.depth
    : (a: Placed, b: Placed) => names.compare(a.node.name, b.node.name);
  return rows.sort((a, b) => isDescending ? compare(b, a) : compare(a, b));
}

/** One page of the rows; the last one, where there are not so many. */
export function pageOf<T>(rows: readonly T[], wanted: number): {
  rows: readonly T[];
  page: number;
  pages: number;
} {
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_A_PAGE));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { rows: rows.slice(page * ROWS_A_PAGE, (page + 1) * ROWS_A_PAGE), page, pages };
}
