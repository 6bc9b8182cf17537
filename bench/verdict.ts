/** What is said of all figures alike: whether targets were met, and whether the machine was quiet. Pure. */

/** A figure that the product promises. */
export interface Target {
  text: string;
  actual: string;
  isMet: boolean;
}

/** Above this share of the machine, other programs make rates lower and latencies higher. */
const DISTURBING_SHARE = 0.1;

/** Makes a line for each target. */
export function toVerdicts(targets: readonly Target[], isJudged: boolean): string {
  return targets.map(({ text, actual, isMet }) => {
    const verdict = !isJudged ? "not judged" : isMet ? "met" : "MISSED";
    return `${verdict.padEnd(6)}  ${text}: ${actual}`;
  }).join("\n");
}

/** Warns when other programs took too much of the machine; undefined when they did not. */
export function disturbanceBy(othersShares: readonly number[]): string | undefined {
  const worst = Math.max(0, ...othersShares);
  if (worst <= DISTURBING_SHARE) return undefined;
  return `Other programs took up to ${(worst * 100).toFixed(0)} % of this machine meanwhile: ` +
    "it can do better than this.";
}

/**
 * Makes a markdown table, the first row its head. Numbers stand to the right.
 *
 * @param isText says which columns are text
 */
export function toMarkdown(
  rows: readonly string[][],
  isText: (column: number) => boolean = () => false,
): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number) =>
    isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const lines = rows.map((row) => `| ${row.map(pad).join(" | ")} |`);
  const rule = widths.map((width, column) => "-".repeat(width + 1) + (isText(column) ? "-" : ":"));
  lines.splice(1, 0, `|${rule.join("|")}|`);
  return lines.join("\n");
}
