/**
 * From figures to the table people read, and to the lines that say which targets were met. Pure.
 */
import type { LoopFigures } from "./closed_loop.ts";
import type { IdleFigures } from "./idle.ts";
import type { JoinFigures } from "./joins.ts";
import { disturbanceBy, type Target, toMarkdown } from "./verdict.ts";

/** One kind of work on our server and, if it was measured, its like on PeerJS server. */
export interface Compared<T, P = T> {
  ours: T;
  peerJs?: P;
}

/** Everything a run measured; what was left out is absent. */
export interface Figures {
  /** Isolates of our server. */
  jobs: number;
  joins: Compared<JoinFigures, LoopFigures>[];
  candidates: Compared<LoopFigures>[];
  idle?: Compared<IdleFigures>;
}

const HEAD = [
  "work",
  "at once",
  "per second",
  "p50 ms",
  "p99 ms",
  "server CPU us",
  "ratio to PeerJS",
  "load CPU us",
  "others' CPU",
  "failed",
  "notes",
];

/** Makes a markdown table: our rows, each followed by that of PeerJS server. */
export function toTable({ joins, candidates, idle }: Figures): string {
  const rows = [HEAD];
  for (const { ours, peerJs } of joins) {
    rows.push(loopRow(ours.isWatched ? "join, watched" : "join", ours, peerJs, joinNotes(ours)));
    if (peerJs) {
      rows.push(loopRow("— PeerJS: offer + answer", peerJs, undefined, "no tree, no placing"));
    }
  }
  for (const { ours, peerJs } of candidates) {
    rows.push(loopRow("candidate + acknowledgement", ours, peerJs));
    if (peerJs) rows.push(loopRow("— PeerJS: candidate + candidate", peerJs));
  }
  if (idle) rows.push(...idleRows(idle));
  // The first column says what was done, the last ones what went wrong.
  return toMarkdown(rows, (column) => column === 0 || column >= HEAD.length - 2);
}

/** Warns when other programs ran meanwhile; undefined when they did not. */
export function disturbance({ joins, candidates }: Figures): string | undefined {
  const loops = [...joins, ...candidates].flatMap(({ ours, peerJs }) => [ours, peerJs]);
  return disturbanceBy(loops.map((figures) => figures?.othersShare ?? 0));
}

/** Checks the product's targets; those whose part was not run are left out. */
export function checkTargets({ joins, candidates, idle }: Figures): Target[] {
  const targets: Target[] = [];
  const join = joins.find(({ ours }) => ours.atOnce === 32 && !ours.isWatched)?.ours;
  if (join) {
    const failed = failureCount(join);
    targets.push({
      text: ">= 1000 joins/s at 32 at once with 1000 viewers, none failing",
      actual: `${Math.round(join.perSecond)} joins/s with ${join.count} viewers, ${failed} failed`,
      isMet: join.perSecond >= 1000 && join.count >= 1000 && failed === 0,
    });
  }
  for (const { ours } of candidates) {
    targets.push({
      text: `<= 100 us of server CPU per candidate round trip, ${ours.atOnce} at once`,
      actual: `${ours.serverCpuUs.toFixed(1)} us, ${failureCount(ours)} failed`,
      isMet: ours.serverCpuUs <= 100 && failureCount(ours) === 0,
    });
  }
  if (idle) {
    const kilobytes = idle.ours.bytesEach / 1024;
    targets.push({
      text: "<= 45 KB per idle connection",
      actual: `${kilobytes.toFixed(1)} KB`,
      isMet: kilobytes <= 45,
    });
  }
  return targets;
}

function loopRow(work: string, own: LoopFigures, peerJs?: LoopFigures, notes = ""): string[] {
  return [
    work,
    String(own.atOnce),
    own.perSecond.toFixed(0),
    own.p50Ms.toFixed(2),
    own.p99Ms.toFixed(2),
    own.serverCpuUs.toFixed(0),
    peerJs ? (own.serverCpuUs / peerJs.serverCpuUs).toFixed(2) : "",
    own.loadCpuUs.toFixed(0),
    `${(own.othersShare * 100).toFixed(0)} %`,
    Object.entries(own.failures).map(([name, count]) => `${count} ${name}`).join(", ") || "0",
    notes,
  ];
}

function joinNotes({ count, tree, treeStateCount, isWatched }: JoinFigures): string {
  const depth = `depth ${tree.max} (ideal ${tree.idealMax}), ` +
    `mean ${tree.mean.toFixed(2)} (${tree.idealMean.toFixed(2)})`;
  const missing = tree.viewerCount === count ? "" : `, only ${tree.viewerCount} in the tree`;
  return depth + missing + (isWatched ? `, ${treeStateCount} tree states` : "");
}

function idleRows({ ours, peerJs }: Compared<IdleFigures>): string[][] {
  const row = (work: string, figures: IdleFigures, ratio: string) => {
    const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
    const { bytesEach, beforeBytes, afterBytes } = figures;
    const notes = `${(bytesEach / 1024).toFixed(1)} KB each: ` +
      `${megabytes(beforeBytes)} MB before, ${megabytes(afterBytes)} MB after`;
    return [work, String(figures.connectionCount), "", "", "", "", ratio, "", "", "0", notes];
  };
  const rows = [row("idle connection", ours, "")];
  if (peerJs) {
    rows[0] = row("idle connection", ours, (ours.bytesEach / peerJs.bytesEach).toFixed(2));
    rows.push(row("— PeerJS: idle connection", peerJs, ""));
  }
  return rows;
}

function failureCount({ failures }: LoopFigures): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}
