/**
 * How far a viewer is from the broadcaster, as people read it. Pure.
 * This module is browser compatible.
 */

/** What the SDK has measured; null where somebody on the way cannot tell. */
export interface Distance {
  /** How old the picture is. */
  latencyMs: number | null;
  /** Links between the broadcaster and this viewer. */
  depth: number | null;
}

/** Formats a distance: "0.4 s behind, through 2 viewers"; empty when nothing is known. */
export function formatDistance({ latencyMs, depth }: Distance): string {
  const parts: string[] = [];
  if (latencyMs !== null) parts.push(`${formatSeconds(latencyMs)} behind`);
  if (depth !== null) parts.push(formatDepth(depth));
  return parts.join(", ");
}

/** To a tenth, as long as that is more than chance. */
function formatSeconds(ms: number): string {
  const seconds = ms / 1_000;
  return `${seconds < 9.95 ? Math.max(seconds, 0.1).toFixed(1) : Math.round(seconds)} s`;
}

function formatDepth(depth: number): string {
  if (depth <= 1) return "direct";
  return depth === 2 ? "through 1 viewer" : `through ${depth - 1} viewers`;
}
