/**
 * Tells whether frames came through unchanged: from the checksums that two taps kept, which began and
 * ended at slightly different frames. Pure.
 */

/** How the frames of two taps compare, over the time that both have seen. */
export interface TraceComparison {
  /** Frames that both got, in the same order. */
  same: number;
  /** Frames that only the upper one got: relays left them out. */
  missing: number;
  /** Frames that only the lower one got: they were changed on their way. */
  changed: number;
}

/** Compares what a tap got with what one above it got, by the longest sequence that is in both. */
export function compareTraces(upper: readonly string[], lower: readonly string[]): TraceComparison {
  const pairs = longestCommon(upper, lower);
  const [first, last] = [pairs[0], pairs.at(-1)];
  if (!first || !last) return { same: 0, missing: 0, changed: lower.length };
  // At each end one of the two has more, because it was traced longer; but not both.
  const before = Math.min(first[0], first[1]);
  const after = Math.min(upper.length - last[0], lower.length - last[1]) - 1;
  return {
    same: pairs.length,
    missing: last[0] - first[0] + 1 - pairs.length,
    changed: last[1] - first[1] + 1 - pairs.length + before + after,
  };
}

/** True when all frames that came through did so as they were, and there were some. */
export function isIdentical({ same, changed }: TraceComparison): boolean {
  return same > 0 && changed === 0;
}

/** Positions in both, of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j]
        ? lengths[(i + 1) * width + j + 1]! + 1
        : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
