/**
 * What has changed from one list of broadcasts to the next. Everybody who looks at the home page is
 * sent this, and not the whole list each time somebody begins to watch something. Pure.
 * This module is browser compatible.
 */
import {
  type BroadcastList,
  type BroadcastSummary,
  compareBroadcasts,
} from "./broadcast_summary.ts";

/** What makes the next list of the one before (LIST-4). */
export interface ListChanges {
  total: number;
  /** Names that are not in the list any more. */
  gone: string[];
  /** Broadcasts that are new in the list. */
  came: BroadcastSummary[];
  /** Of those that stay, what is different. */
  changed: (Pick<BroadcastSummary, "name"> & Partial<BroadcastSummary>)[];
}

/** Tells what has changed; null when nothing has. */
export function changesBetween(before: BroadcastList, after: BroadcastList): ListChanges | null {
  const known = byName(before.broadcasts);
  const kept = byName(after.broadcasts);
  const changes: ListChanges = {
    total: after.total,
    gone: before.broadcasts.filter(({ name }) => !kept.has(name)).map(({ name }) => name),
    came: after.broadcasts.filter(({ name }) => !known.has(name)),
    changed: after.broadcasts.flatMap((broadcast) => {
      const former = known.get(broadcast.name);
      const different = former && differenceOf(former, broadcast);
      return different ? [{ name: broadcast.name, ...different }] : [];
    }),
  };
  const { gone, came, changed } = changes;
  const isSame = gone.length + came.length + changed.length === 0 && before.total === after.total;
  return isSame ? null : changes;
}

/** Makes the next list of the one before. */
export function applyChanges(list: BroadcastList, changes: ListChanges): BroadcastList {
  const gone = new Set(changes.gone);
  const changed = byName(changes.changed);
  const broadcasts = list.broadcasts
    .filter(({ name }) => !gone.has(name))
    .map((broadcast) => ({ ...broadcast, ...changed.get(broadcast.name) }))
    .concat(changes.came)
    .sort(compareBroadcasts);
  return { broadcasts, total: changes.total };
}

function differenceOf(
  before: BroadcastSummary,
  after: BroadcastSummary,
): Partial<BroadcastSummary> | null {
  const fields = Object.keys(after) as (keyof BroadcastSummary)[];
  const different = fields.filter((field) => before[field] !== after[field]);
  if (different.length === 0) return null;
  return Object.fromEntries(different.map((field) => [field, after[field]]));
}

function byName<T extends { name: string }>(items: T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
